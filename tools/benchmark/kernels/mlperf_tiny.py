"""The networks of MLPerf Tiny on a Raspberry Pi Pico: cycles of the assembly, counted.

Each kernel of the module runs in its arena on an emulated Cortex-M0+ (`thumb_machine.py`), and what
it writes is compared. What is not in assembly is estimated: kernels in viper, and the Python
around the kernels. Wait states of flash, the other core and interrupts are not in the figures.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import (
    ArenaCall,
    Program,
    arena_calls,
    convert_graph,
    estimate_artifact,
    firmware_text,
)
from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import ThumbnetError

from ..goals import Goal, Line
from ..networks import Networks

CLOCK = 125_000
"""Cycles of a Pico in a millisecond."""

PUBLISHED = {
    "kws": ("keyword spotting", 73.0),
    "ic": ("image classification", 222.0),
    "ad": ("anomaly detection", 7.6),
    "vww": ("visual wake words", 221.0),
}
"""Network to its task and its latency in milliseconds: MLPerf Tiny v1.1, a Cortex-M4 at 120 MHz."""

ROWS = 2

PREDICT, CALL, LEVEL = 12_000, 3000, 15
"""Estimated cycles of the Python around the kernels, see docs/boards.md; of each level of input."""

VIPER = {"softmax_tflite": 2000, "scores_of_levels": 45}
"""Estimated cycles for each output of kernels in viper, from the instructions of their code."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Counted:
    """Cycles of one inference: those counted, by kernel, and those estimated."""

    kernels: dict[str, float]
    viper: float
    around: float
    streamed: float = 0.0
    """Estimated cycles to read the weights from a file, if a Pico has to: not in the total."""

    @property
    def total(self) -> float:
        """All cycles."""
        return sum(self.kernels.values()) + self.viper + self.around


def mlperf_tiny(networks: Networks, say: Say) -> list[Line]:
    """Count the cycles of the four networks, which are in `models` of the folder THUMBNET_DATA."""
    folder = Path(os.environ.get("THUMBNET_DATA", "")) / "models"
    lines = []
    for name, (task, published) in PUBLISHED.items():
        path = folder / f"{name}_int8.tflite"
        if not path.is_file():
            say(f"MLPerf Tiny is skipped: no {path.name} in {folder}: set THUMBNET_DATA")
            continue
        say(f"kernels of {path.name} on the emulated Cortex-M0+, {ROWS} inputs")
        network = read(path)
        assert isinstance(network, IntegerNetwork)
        lines.append(_line(name, task, published, count_cycles(network, ROWS)))
    return lines


def count_cycles(network: IntegerNetwork, rows: int = 1) -> Counted:
    """Return the mean cycles of inferences on a Pico with all weights in memory.

    Parameters
    ----------
    network
        A network of integers.
    rows
        Number of inputs; they are random levels.

    Raises
    ------
    ThumbnetError
        If an output is wrong.

    """
    program = convert_graph(network.graph, network.task, network.layers, board="unix")
    size = network.graph.tensors[network.graph.input].shape[0]
    levels = np.random.default_rng(0).integers(0, 256, (rows, size))
    kernels: dict[str, float] = {}
    viper = 0.0
    for row in levels:
        for call, cycles in _inference(program, row):
            if call.kernel in VIPER:
                viper += cycles / rows
            else:
                kernels[call.kernel] = kernels.get(call.kernel, 0.0) + cycles / rows
    calls = len(arena_calls(program.graph, "thumb").calls)
    around = PREDICT + CALL * calls + LEVEL * size
    return Counted(kernels, viper, around, _reading(network))


def _reading(network: IntegerNetwork) -> float:
    """Return the estimated cycles for a Pico to stream the weights; 0 if its heap has room."""
    made = convert_graph(network.graph, network.task, network.layers, board="pico", tier="thumb")
    if made.build.weights != "stream":
        return 0.0
    with tempfile.TemporaryDirectory() as folder:
        streaming = estimate_artifact(made.write(folder, vectors=0)).seconds
    in_module = replace(made, build=replace(made.build, weights="module"))
    with tempfile.TemporaryDirectory() as folder:
        in_memory = estimate_artifact(in_module.write(folder, vectors=0)).seconds
    return (streaming - in_memory) * made.board.clock


def _inference(program: Program, row: npt.NDArray[Any]) -> list[tuple[ArenaCall, int]]:
    from .thumb_machine import Buffer, Machine, assemble

    graph = program.graph
    tensors = {name: values[0].ravel() for name, values in program.execute(row[None]).items()}
    made = arena_calls(graph, "thumb")
    arena = Buffer(bytes(made.size), writable=True)

    def put(name: str) -> None:
        at, values = made.places[name], tensors[name].astype(np.uint8).tobytes()
        arena.data = arena.data[:at] + values + arena.data[at + len(values) :]

    put(graph.nodes[0].output)
    found = []
    for call in made.calls:
        wanted = tensors[call.y]
        if call.kernel in VIPER:
            if not call.wide:
                put(call.y)
            found.append((call, VIPER[call.kernel] * wanted.size))
            continue
        code = assemble(firmware_text(f"thumb/{call.kernel}"), call.kernel, "armv6m")
        w = arena if call.weights is None else Buffer(call.weights)
        p = Buffer(array("i", call.parameters).tobytes(), writable=True)
        y = Buffer(bytes(4 * wanted.size), writable=True) if call.wide else arena
        _, cost = Machine(code, "armv6m", checks_memory=False).call(arena, w, y, p)
        at = made.places.get(call.y, 0)
        got = np.frombuffer(y.data, np.int32 if call.wide else np.uint8)
        if not np.array_equal(got[at : at + wanted.size], wanted):
            raise ThumbnetError(
                f"kernel thumb/{call.kernel} of {call.y} gives wrong answers: it is not timed"
            )
        found.append((call, cost.cycles))
    return found


def _line(name: str, task: str, published: float, counted: Counted) -> Line:
    value = counted.total / CLOCK
    each = ", ".join(f"{kernel} {cycles / CLOCK:.1f}" for kernel, cycles in counted.kernels.items())
    more = ""
    if counted.streamed:
        more = (
            f"; its weights do not fit a Pico's heap: to stream them takes about "
            f"{counted.streamed / CLOCK:.0f} ms more, estimated from the board's profile"
        )
    estimated = f"in viper {counted.viper / CLOCK:.1f}, Python around {counted.around / CLOCK:.1f}"
    return Line(
        f"m0plus_{name}",
        f"MLPerf Tiny, {task}, on a Cortex-M0+ at 125 MHz (thumb), weights in memory: "
        f"published are {published:g} ms of a Cortex-M4 at 120 MHz",
        value,
        f"{value:.1f} ms",
        Goal("<", published, "ms"),
        f"mean of {ROWS} random inputs, every integer compared; counted in ms: {each}; estimated: "
        f"{estimated}{more}",
    )
