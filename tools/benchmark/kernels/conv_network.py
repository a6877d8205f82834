"""A convolutional network: its kernels on a Cortex-M0, its modules on the Unix port."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from thumbnet.export import Artifact, Program, convert, standalone_calls

from ...run.measurement import check_answers
from ...targets import UnixTarget
from ..goals import Goal, Line
from ..networks import Networks
from ..scripts import run_script
from .cases import Array
from .instruction_counter import counter

DIGITS, CHECKED, TURNS = 5, 50, 20
WHAT = "MNIST conv 8-12-18"
Say = Callable[[str], None]

# The modules take turns, so that other load of the machine hits both.
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
    """Measure all kernels of the network on the emulated Cortex-M0."""
    network = networks.mnist_conv()
    program = convert(network.model, network.calibration, name="mnist_conv", board="pico")
    pictures = networks.mnist[1].x[:DIGITS]
    say(f"kernels of {WHAT} on the emulated Cortex-M0, {DIGITS} digits")
    taken = count_network(program, pictures)
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
    program: Program, rows: Array, change: Callable[[bytes], bytes] = bytes
) -> list[tuple[str, list[int]]]:
    """Return the name of each kernel of a `predict` in tier thumb, and its instructions per row.

    Parameters
    ----------
    program
        A network with one kernel call per layer.
    rows
        Inputs in raw units.
    change
        Changes the weights that the board gets, for a test of the check.

    Raises
    ------
    ThumbnetError
        If an answer is wrong, QEMU is missing, or the board does not answer.

    """
    tensors = program.execute(rows)
    found = []
    for call in standalone_calls(program.graph, "thumb"):
        inputs = tensors[call.x].reshape(len(rows), -1)
        with counter(call.kernel, 0) as board:
            board.load(call, change(call.weights), call.y)
            found.append((call.kernel, [board.instructions(x) for x in inputs]))
    return found


def on_unix(networks: Networks, say: Say) -> list[Line]:
    """Time the module in tiers viper and plain, in one process."""
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
    """Time the modules of two programs, the slower one first, after a check of all answers.

    Raises
    ------
    ThumbnetError
        If MicroPython is missing, or an answer is wrong.

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
        f"{WHAT}, viper, Unix port: speed of predict compared with tier plain",
        slow / fast,
        f"{slow / fast:.0f} times",
        Goal(">=", 40, "times"),
        f"the first {len(rows)} test digits, shortest of {turns} turns in one process: plain "
        f"{slow / 1000:.1f} ms, viper {fast:,.0f} us; {equal} of {equal} rows equal in both; "
        f"{origin}",
    )
