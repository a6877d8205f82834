"""Estimate the time of one inference from the cycles of each tier on each processor."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from thumbnet.trainer import ThumbnetError

from ..boards.build_for import build_for
from ..boards.processors import CPUS, Cpu, Cycles
from ..boards.profile import BoardProfile
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel_tier import kernel_tier
from ..ops import operation
from ..ops.input import takes_readings
from .network_size import node_macs
from .sound_cycles import push_cycles


@dataclass(frozen=True)
class WeightStream:
    """How one inference reads a file of weights."""

    reads: int
    calls: int
    """Kernel calls: a layer takes several if its weights do not fit the buffer."""

    bytes: int


def seconds(
    graph: Graph, board: BoardProfile, tier: str, stream: WeightStream | None = None
) -> float:
    """Return the time in seconds of one `predict` without zero inputs.

    Parameters
    ----------
    graph
        A fused graph.
    board, tier
        The board that it runs on, and the tier of the kernels.
    stream
        What each inference reads from a file.

    Raises
    ------
    ThumbnetError
        If there are no figures for this tier on this processor.

    """
    cpu, cost = _processor(board, tier)
    cycles = _inputs(graph, cpu, cost) + _network(graph, board, tier, stream)
    return float(cycles / board.clock)


def _processor(board: BoardProfile, tier: str) -> tuple[Cpu, Cycles]:
    cpu = CPUS[board.cpu]
    cost = cpu.tiers.get("thumb_dsp" if tier == "thumb" and board.dsp else tier)
    if cost is None:
        raise ThumbnetError(
            f"a {board.cpu} does not run tier {tier}: correct the profile of board {board.name}"
        )
    return cpu, cost


def _inputs(graph: Graph, cpu: Cpu, cost: Cycles) -> float:
    """Return the cycles to convert all inputs to uint8: levels, or readings that are floats."""
    each = cpu.sensor if takes_readings(graph) else cost.input
    return graph.tensors[graph.input].shape[0] * each


def _network(graph: Graph, board: BoardProfile, tier: str, stream: WeightStream | None) -> float:
    """Return the cycles of a `predict` whose inputs are already uint8."""
    cpu, cost = _processor(board, tier)
    build = build_for(board, tier, "stream" if stream else "module")
    layers = [*_of_levels(graph), *(node for node in graph.nodes if node.output == "scores")]
    cycles, calls = cpu.predict, 0
    for node in layers:
        made = operation(node).calls(graph, node, {}, build)
        calls += len(made)
        cycles += _node(graph, node, cpu, cost, build, made)
    cycles += cost.call * (stream.calls if stream else calls)
    if stream:
        cycles += cpu.read * stream.reads + cpu.byte * stream.bytes
    return cycles


def _of_levels(graph: Graph) -> list[Node]:
    """Return the nodes behind the input that write uint8."""
    return [node for node in graph.nodes if graph.tensors[node.output].dtype == "uint8"][1:]


def _node(
    graph: Graph, node: Node, cpu: Cpu, cost: Cycles, build: Build, made: list[Call]
) -> float:
    """Return the cycles of the kernels of a node, without their calls."""
    outputs = prod(graph.tensors[node.output].shape)
    products, others = _node_costs(cpu, cost, build, made)
    cycles = node_macs(node) * products.mac * operation(node).product_cost(node, products)
    return cycles + operation(node).cycles(node, outputs, others)


def layer_seconds(graph: Graph, board: BoardProfile, tier: str) -> dict[str, float]:
    """Estimate the time of each kernel.

    Parameters
    ----------
    graph
        A fused graph.
    board, tier
        The board that it runs on, and the tier of the kernels.

    Returns
    -------
    dict of str to float
        Seconds by the name of the node's output, for the nodes that a kernel computes.

    Raises
    ------
    ThumbnetError
        If there are no figures for this tier on this processor.

    """
    cpu, cost = _processor(board, tier)
    build = build_for(board, tier, "module")
    found = {}
    for node in _of_levels(graph):
        made = operation(node).calls(graph, node, {}, build)
        found[node.output] = float(_node(graph, node, cpu, cost, build, made) / board.clock)
    return found


def _node_costs(cpu: Cpu, own: Cycles, build: Build, calls: list[Call]) -> tuple[Cycles, Cycles]:
    """Return the costs of the products of a node, and of all else.

    A kernel that the build's tier does not have runs in a slower one.
    """
    kernels = [row for call in calls for row in (call, *call.rows)]
    products = _slowest(cpu, own, build, [row for row in kernels if row.weight is not None])
    return products, _slowest(cpu, own, build, kernels)


def _slowest(cpu: Cpu, own: Cycles, build: Build, calls: list[Call]) -> Cycles:
    tiers = {kernel_tier(build, call.kernel.name) for call in calls}
    return max((cpu.tiers.get(tier, own) for tier in tiers), key=lambda cost: cost.mac, default=own)


GATHERED, FEATURE, COUNT = "gathered", "feature", "count"

_IN_BYTECODE = {
    **{GATHERED: 1900, "mean": 500, "crossings": 1500, "rms": 3600, "deviation": 4000},
    **{"bands": 24_000, FEATURE: 10_000, COUNT: 10_000},
}
_IN_VIPER = {
    **{GATHERED: 220, "mean": 100, "crossings": 180, "rms": 520, "deviation": 840},
    **{"bands": 1350, FEATURE: 35_000, COUNT: 300},
}
"""Cycles on an RP2040. Per sample of a channel: to take it out of the ring buffer, and for each
feature. In addition: per feature of a channel, and per number that the network reads."""


def decision_seconds(
    graph: Graph, board: BoardProfile, tier: str, viper: bool, stream: WeightStream | None = None
) -> float | None:
    """Return the time in seconds of the `push` that fills a window; None without a `Stream`.

    Of sound, it is that of a push of one hop in which the network runs; not known in bytecode.

    Parameters
    ----------
    viper
        The board compiles viper, so the loops of the features are in viper.

    """
    settings, sound = graph.stream, graph.sound
    cpu, cost = _processor(board, tier)
    if sound is not None and (viper or cost.assembly):
        cycles = push_cycles(sound, cpu, cost.assembly)
        return float((cycles + _network(graph, board, tier, stream)) / board.clock)
    if settings is None:
        return None
    costs = _IN_VIPER if viper else _IN_BYTECODE
    channels, inputs = len(settings.channels), graph.tensors[graph.input].shape[0]
    cycles = channels * cpu.sensor + inputs * costs[COUNT] * cpu.feature
    if not settings.is_raw:
        each = costs[GATHERED] + sum(costs[name] for name in settings.features)
        fixed = len(settings.features) * costs[FEATURE]
        cycles += channels * (settings.window * each + fixed) * cpu.feature
    if not takes_readings(graph):
        cycles += _inputs(graph, cpu, cost)
    return float((cycles + _network(graph, board, tier, stream)) / board.clock)


def sound_load(
    graph: Graph, board: BoardProfile, tier: str, viper: bool, stream: WeightStream | None = None
) -> float | None:
    """Return the share of a board's time that sound takes; None without sound, or if not known.

    Parameters
    ----------
    graph, board, tier, viper, stream
        As for `decision_seconds`.

    """
    sound = graph.sound
    cpu, cost = _processor(board, tier)
    if sound is None or not (viper or cost.assembly):
        return None
    settings = sound.front_end
    inference = _network(graph, board, tier, stream)
    cycles = push_cycles(sound, cpu, cost.assembly) + inference / sound.step
    return float(cycles / board.clock * settings.rate / settings.hop)
