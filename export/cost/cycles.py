"""Time of one inference: what each tier costs on each processor, in cycles.

Bytecode was counted in instructions on an emulated Cortex-M0 (MicroPython 1.9.2) and scaled to the
other processors by published times of one MicroPython benchmark; kernels were counted in
instructions there too, or timed on an RP2040 and on a PC. docs/boards.md says how far off that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph, Node
from .network_size import node_macs, weights
from ..graph.window import Window

if TYPE_CHECKING:
    from ..boards.profile import BoardProfile


@dataclass(frozen=True)
class Cycles:
    """What one tier costs on one processor, in cycles."""

    mac: float
    """A multiply-accumulate; a zero input costs less, down to none."""

    input: float
    """Bringing one whole level to uint8."""

    output: float
    """One output of a layer: bias, requantization, clamp, table."""

    call: float
    """One layer: a call from Python and what surrounds it."""

    pool: float
    """Comparing or adding one value of a pooling window."""


@dataclass(frozen=True)
class Cpu:
    """A processor that MicroPython runs on: its tiers, and what bytecode costs in all of them."""

    tiers: dict[str, Cycles]
    """By tier; `thumb_dsp` is `thumb` on a board with `dsp`."""

    sensor: float
    """Bringing one reading of a sensor to uint8, a float: bytecode in every tier."""

    predict: float
    """What `predict` does around the layers: bytecode in every tier."""

    read: float
    """Asking a file for its next bytes, from bytecode."""

    byte: float
    """One byte that is read."""

    feature: float
    """What features of a window take, of what an RP2040 takes."""


@dataclass(frozen=True)
class Stream:
    """What one inference does with a file of weights."""

    reads: int
    calls: int
    """Kernel calls: a layer takes several, where its weights do not fit the buffer."""

    bytes: int


def _microcontroller(
    bytecode: float,
    byte: float,
    read: float = 6000,
    viper: float = 0,
    thumb: float = 0,
    dsp: float = 0,
) -> Cpu:
    """Return a processor from its cycles of bytecode, an RP2040 being 1, and of kernels' MACs."""
    call = 3000 * bytecode
    plain = (1250, 9000, 6000, 10_000, 1250)
    tiers = {"plain": Cycles(*(bytecode * cycles for cycles in plain))}
    if viper:
        tiers["viper"] = Cycles(viper, 2 * viper, 10 * viper, call, 14 * viper)
    if thumb:
        tiers["thumb"] = Cycles(thumb, 3 * thumb, 25 * thumb, call, thumb)
    if dsp:
        tiers["thumb_dsp"] = Cycles(dsp, 3 * thumb, 25 * thumb, call, thumb)
    return Cpu(tiers, 15_000 * bytecode, 12_000 * bytecode, read * bytecode, byte, bytecode)


def _pc(slower: float) -> Cpu:
    """Return a PC, `slower` times slower than a native interpreter."""
    tiers = {
        "plain": Cycles(*(slower * cycles for cycles in (130, 3000, 6000, 2000, 130))),
        "viper": Cycles(2, 15, 150, 500, 2),
    }
    return Cpu(tiers, 5000 * slower, 5000 * slower, 1800 * slower, 1, 0.15 * slower)


CPUS: dict[str, Cpu] = {
    "cortex-m0": _microcontroller(1.5, byte=4, read=2000, thumb=5),
    "cortex-m0plus": _microcontroller(1.0, byte=50, viper=24, thumb=5),
    "cortex-m4": _microcontroller(0.75, byte=50, viper=18, thumb=4, dsp=2.2),
    "cortex-m7": _microcontroller(0.6, byte=50, viper=12, thumb=2.5, dsp=1.5),
    "cortex-m33": _microcontroller(0.62, byte=50, viper=18, thumb=4, dsp=2.2),
    "xtensa-lx6": _microcontroller(1.0, byte=200, viper=20),
    "xtensa-lx7": _microcontroller(0.86, byte=200, viper=18),
    "xtensa-lx106": _microcontroller(1.47, byte=200),
    "riscv32": _microcontroller(0.85, byte=200, viper=20),
    "x86-64": _pc(1),
    "wasm": _pc(4),
}
"""By the profile's `cpu`."""


def seconds(graph: Graph, board: BoardProfile, tier: str, stream: Stream | None = None) -> float:
    """Return the time of one `predict` whose inputs are all there, none of them zero.

    Parameters
    ----------
    graph
        A fused graph.
    board, tier
        Where it runs, and by which kernels.
    stream
        What is read from a file each time.

    Raises
    ------
    ThumbnetError
        If there are no figures for this tier on this processor.

    """
    cpu, cost = _processor(board, tier)
    cycles = _inputs(graph, cpu, cost) + _network(graph, cpu, cost, stream)
    return float(cycles / board.clock)


def _processor(board: BoardProfile, tier: str) -> tuple[Cpu, Cycles]:
    cpu = CPUS[board.cpu]
    cost = cpu.tiers.get("thumb_dsp" if tier == "thumb" and board.dsp else tier)
    if cost is None:
        raise ThumbnetError(f"a {board.cpu} does not run tier {tier}: correct board {board.name}")
    return cpu, cost


def _inputs(graph: Graph, cpu: Cpu, cost: Cycles) -> float:
    """Return the cycles that bring all inputs to uint8: levels, or readings that are floats."""
    each = cost.input if any(graph.only("quantize_levels")) else cpu.sensor
    return graph.tensors[graph.input].shape[0] * each


def _network(graph: Graph, cpu: Cpu, cost: Cycles, stream: Stream | None) -> float:
    """Return the cycles of a `predict` whose inputs are uint8."""
    layers = [node for node in graph.nodes if graph.tensors[node.output].dtype == "uint8"][1:]
    layers += [node for node in graph.nodes if node.output == "scores"]
    cycles = cpu.predict + cost.call * (stream.calls if stream else len(layers))
    if stream:
        cycles += cpu.read * stream.reads + cpu.byte * stream.bytes
    for node in layers:
        outputs = prod(graph.tensors[node.output].shape)
        cycles += node_macs(node) * cost.mac * (_NARROW if "bits" in node.attributes else 1.0)
        cycles += _beside(node, outputs, cost)
    return cycles


GATHERED, FEATURE, COUNT = "gathered", "feature", "count"

_IN_BYTECODE = {
    **{GATHERED: 1900, "mean": 500, "crossings": 1500, "rms": 3600, "deviation": 4000},
    **{"bands": 24_000, FEATURE: 10_000, COUNT: 10_000},
}
_IN_VIPER = {
    **{GATHERED: 220, "mean": 100, "crossings": 180, "rms": 520, "deviation": 840},
    **{"bands": 1350, FEATURE: 35_000, COUNT: 300},
}
"""Cycles of an RP2040 for each sample of a channel: taking it out of the ring, and each feature of
it; for a feature of a channel, beside that; for a number on its way into the network."""


def decision_seconds(
    graph: Graph, board: BoardProfile, tier: str, viper: bool, stream: Stream | None = None
) -> float | None:
    """Return the time of the `push` that fills a window, None where there is no `Stream`.

    Parameters
    ----------
    viper
        The board compiles viper, in which the loops of the features then are.

    """
    settings = graph.stream
    if settings is None:
        return None
    cpu, cost = _processor(board, tier)
    costs = _IN_VIPER if viper else _IN_BYTECODE
    channels, inputs = len(settings.channels), graph.tensors[graph.input].shape[0]
    cycles = channels * cpu.sensor + inputs * costs[COUNT] * cpu.feature
    if not settings.is_raw:
        each = costs[GATHERED] + sum(costs[name] for name in settings.features)
        fixed = len(settings.features) * costs[FEATURE]
        cycles += channels * (settings.window * each + fixed) * cpu.feature
    if any(graph.only("quantize_levels")):
        cycles += _inputs(graph, cpu, cost)
    return float((cycles + _network(graph, cpu, cost, stream)) / board.clock)


_NARROW = 1.2
"""How much more a product with a weight of 4 bits takes."""

_GATHER = 1.0
"""Products that copying a byte of a window takes; its products are reckoned apart."""

_WINDOW_OUTPUT = 0.5
"""How much of a dense layer's output one of a window takes: the kernel is set up once for all."""


def _beside(node: Node, outputs: int, cost: Cycles) -> float:
    """Return the cycles that a layer takes beside its products and its call."""
    if node.op in ("simple_rnn", "gru"):
        steps, rows = int(node.attributes["steps"]), len(node.attributes["input_bias"])
        return steps * (4 * cost.call + 2 * rows * cost.output + rows * 8 * cost.mac)
    if "window" in node.attributes:
        window = Window.of(node.attributes)
        values = window.positions * window.taps * window.channels
        each = _GATHER * cost.mac if weights(node) else cost.pool
        return _WINDOW_OUTPUT * outputs * cost.output + each * values
    if node.op == "fully_connected":
        return outputs * cost.output
    return 2 * outputs * cost.mac
