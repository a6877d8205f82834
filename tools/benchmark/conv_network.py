"""A whole network of convolutions: its kernels on a Cortex-M0, its modules on the Unix port."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from thumbnet.export import Artifact, Program, convert
from thumbnet.export.kernels.build import Build
from thumbnet.export.kernels.call import Call
from thumbnet.export.emit.kernel_calls import kernel_calls as calls
from thumbnet.export.graph.graph import Graph, Node
from thumbnet.export.ops.integer_ops import INTEGER_OPS
from thumbnet.export.emit.memory_plan import plan
from thumbnet.export.stages.reference import execute, to_counts

from ..bench import check_answers
from ..pictures import Array
from ..targets import UnixTarget
from .counted import counter
from .device import run_script
from .goals import Goal, Line
from .kernels import compare
from .networks import Networks

DIGITS, CHECKED, TURNS = 5, 50, 20
WHAT = "MNIST conv 8-12-18"
THUMB = Build("thumb")
Say = Callable[[str], None]

# The modules take turns, so that what else the machine does hits both.
RACE = """
import json, time

with open("race.json") as file:
    race = json.load(file)
modules = [__import__(name) for name in race["modules"]]
best = [1e9] * len(modules)
for turn in range(race["turns"]):
    for k in range(len(modules)):
        predict, total = modules[k].predict, 0
        for row in race["rows"]:
            x = bytes(row)
            start = time.ticks_us()
            predict(x)
            total += time.ticks_diff(time.ticks_us(), start)
        best[k] = min(best[k], total / len(race["rows"]))
print(json.dumps(best))
"""


def kernels(networks: Networks, say: Say) -> list[Line]:
    """All kernels of the network on the emulated Cortex-M0."""
    network = networks.mnist_conv()
    program = convert(network.model, network.calibration, name="mnist_conv", board="pico")
    pictures = networks.mnist[1].x[:DIGITS]
    say(f"kernels of {WHAT} on the emulated Cortex-M0, {DIGITS} digits")
    taken = count_network(program.graph, pictures)
    each = ", ".join(f"{kernel} {mean(counts):,.0f}" for kernel, counts in taken)
    total = sum(mean(counts) for _, counts in taken)
    return [
        Line(
            "m0_mnist_conv",
            f"{WHAT} on a Cortex-M0 (thumb): instructions of all kernels of a predict",
            total,
            f"{total:,.0f}",
            Goal("<", 400_000),
            f"mean of the first {DIGITS} test digits, calls from Python included: {each}; QEMU, "
            f"-icount shift=6; {network.origin}",
        )
    ]


def count_network(
    graph: Graph, rows: Array, change: Callable[[bytes], bytes] = bytes
) -> list[tuple[str, list[int]]]:
    """Return what the calls of a `predict` take in tier thumb: kernel, instructions of each row.

    Args:
        graph: a fused graph whose calls are one for each layer.
        change: done to the weights that the board gets, for a test that sees the check at work.

    Raises:
        ThumbnetError: a wrong answer, no QEMU, or a board that does not answer.
    """
    tensors = execute(graph, to_counts(graph, rows))
    nodes = {node.output: node for node in graph.nodes}
    found = []
    for call in calls(graph, plan(graph), THUMB):
        layer = CallLayer(call, nodes[call.y], change)
        inputs = tensors[call.x].reshape(len(rows), -1)
        with counter(call.kernel, 0) as board:
            board.load(layer)
            found.append((call.kernel, [board.instructions(x) for x in inputs]))
    return found


@dataclass(frozen=True)
class CallLayer:
    """A module's call of a kernel, but for x and y, which are buffers of their own."""

    call: Call
    node: Node
    change: Callable[[bytes], bytes] = bytes

    @property
    def parameters(self) -> list[int]:
        """As the module has them; the patch of a convolution lies behind its image."""
        words = {"x_at": 0, "y_at": 0}
        if "patch_at" in self.call.names:
            image = self.call.word("rows") * self.call.word("row")
            words["patch_at"] = -(-image // 4) * 4
        return self.call.with_words(**words).packed(THUMB)[1]

    @property
    def packed(self) -> bytes:
        """The weights, or none."""
        return self.change(self.call.packed(THUMB)[0])

    @property
    def wide(self) -> bool:
        """Whether the outputs are int32."""
        return self.call.wide

    @property
    def entries(self) -> int:
        """The outputs of all pixels."""
        names = self.call.names
        pixels = [self.call.word(name) for name in ("out_h", "out_w") if name in names]
        return int(np.prod([*pixels, self.call.word("y_step" if pixels else "outputs")]))

    @property
    def scratch(self) -> int:
        """A patch, in whole words, behind an image in whole words."""
        if "patch_at" not in self.call.names:
            return 0
        return -(-self.call.word("inputs") // 4) * 4 + 3

    def check(self, what: str, x: Array, got: list[int]) -> None:
        """Compare with what the operation of the integer graph gives."""
        wanted = INTEGER_OPS[self.node.op](x[None].astype(np.int64), **self.node.attributes)
        compare(f"{what} of {self.node.output}", wanted.ravel().tolist(), got)


def on_unix(networks: Networks, say: Say) -> list[Line]:
    """The module in viper and in plain, in one process."""
    network = networks.mnist_conv()
    test = networks.mnist[1]
    programs = {
        f"mnist_{tier}": convert(
            network.model, network.calibration, name=f"mnist_{tier}", board="unix", tier=tier
        )
        for tier in ("plain", "viper")
    }
    return [race(programs, test.x, test.y, network.origin, say)]


def race(
    programs: dict[str, Program], x: Array, y: Array, origin: str, say: Say, turns: int = TURNS
) -> Line:
    """Time the modules of two programs, the slower first, after all answers have been compared.

    Raises:
        ThumbnetError: no MicroPython, or a wrong answer.
    """
    with tempfile.TemporaryDirectory() as folder, UnixTarget("8m") as target:
        made: dict[str, Artifact] = {}
        for name, program in programs.items():
            made[name] = program.write(Path(folder) / name, x, y, vectors=CHECKED)
            say(f"{name} on the Unix port: {len(made[name].inputs)} answers")
            equal = check_answers(target, made[name], target.stage(name, made[name].files))
        rows = [list(map(int, row)) for row in x[:DIGITS]]
        task = {"modules": [*programs], "rows": rows, "turns": turns}
        files = {file: data for each in made.values() for file, data in each.files.items()}
        target.put({**files, "race.json": json.dumps(task).encode()})
        say(f"{' and '.join(programs)} on the Unix port, {turns} turns each")
        ((slow, fast),) = run_script(target, RACE)
    return Line(
        "viper_mnist_conv",
        f"{WHAT}, viper, Unix port: a predict against tier plain",
        slow / fast,
        f"{slow / fast:.0f} times",
        Goal(">=", 40, "times"),
        f"the first {len(rows)} test digits, least of {turns} turns in one process: plain "
        f"{slow / 1000:.1f} ms, viper {fast:,.0f} us; {equal} of {equal} rows equal in both; "
        f"{origin}",
    )
