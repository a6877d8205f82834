"""Kernels of the Unix port compared with a straightforward loop, in one process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ...json_lines import JsonObject
from ...targets import UnixTarget, firmware_text
from ..goals import Goal, Line
from ..networks import Networks
from ..scripts import run_script
from .cases import (
    INPUTS,
    MACS,
    OUTPUTS,
    Array,
    check_outputs,
    dense_layer_call,
    with_zeros,
    without_zeros,
)

DIGITS = 5
"""Number of MNIST test digits."""

# The obvious loop: no requantization, no clamping, no zeros skipped.
LOOP = """
def loop(x, w, y, n, m):
    for j in range(m):
        acc = 0
        for i in range(n):
            acc += w[j * n + i] * x[i]
        y[j] = acc
"""
# Answers first, then the shortest time of each: other load of the machine only adds to a time. They
# take turns, so that it hits both. The kernel is called `batch` times in a row, because the clock
# has whole microseconds.
RACE = """
import gc, json, time
from array import array
from loop import loop
from kernel import kernel, prepare


def microseconds(function, batch, *arguments):
    gc.collect()
    start = time.ticks_us()
    for _ in range(batch):
        function(*arguments)
    return time.ticks_diff(time.ticks_us(), start) / batch


def main():
    with open("race.json") as file:
        race = json.load(file)
    n, m = race["shape"]
    with open("w.bin", "rb") as file:
        raw = file.read()
    w, y, p = prepare(raw, n, m, race["p"])
    for number in range(race["rows"]):
        with open("x%d.bin" % number, "rb") as file:
            x = bytearray(file.read())
        z = [0] * m
        kernel(x, w, y, p)
        loop(x, raw, z, n, m)
        line = {"kernel": list(y), "loop": z}
        times = [1e9, 1e9]
        for _ in range(race["turns"]):
            times[0] = min(times[0], microseconds(loop, 1, x, raw, z, n, m))
            times[1] = min(times[1], microseconds(kernel, race["batch"], x, w, y, p))
        line["us"] = times
        print(json.dumps(line))


main()
"""
VIPER_RACE = """
from array import array
from fully_connected import fully_connected as kernel


def prepare(w, n, m, p):
    return w, array("i", [0] * m), array("i", p)
"""
LANES_RACE = """
from fully_connected_lanes import fully_connected_lanes as kernel
from fully_connected_lanes import lanes


def prepare(w, n, m, p):
    return lanes(w, n, m), [0] * m, tuple(p)
"""


@dataclass(frozen=True)
class Runner:
    """A kernel of a tier: the device code that prepares it, and its files in `firmware/`."""

    name: str
    tier: str
    prepare: str
    files: tuple[str, ...]
    batch: int


VIPER_KERNEL = Runner("viper", "viper", VIPER_RACE, ("viper/fully_connected",), batch=20)
LANES_KERNEL = Runner(
    "big-integer lanes",
    "plain",
    LANES_RACE,
    ("plain/fully_connected_lanes", "plain/requantize"),
    batch=1,
)


def viper(networks: Networks, say: Callable[[str], None], turns: int = 400) -> list[Line]:
    """Time the viper kernel, without zeros and with those of MNIST."""
    digits = networks.mnist[1].x[:DIGITS]
    say(f"viper kernel against the loop, {turns} turns each on {1 + DIGITS} inputs")
    rows = race(VIPER_KERNEL, [without_zeros(), *digits], turns)
    what = "784x16 dense kernel, viper, Unix port, compared with the plain loop"
    goal = Goal(">=", 100, "times")
    zeros = float(np.mean(digits == 0))
    return [
        _line("viper_dense", f"{what}: no zeros", rows[:1], goal, turns, "no input zero"),
        _line(
            "viper_mnist",
            f"{what}: MNIST's zeros",
            rows[1:],
            goal,
            turns,
            f"the first {DIGITS} test digits, {zeros:.0%} zeros",
        ),
    ]


def lanes(networks: Networks, say: Callable[[str], None], turns: int = 400) -> list[Line]:
    """Time big-integer lanes with 80 % zeros."""
    say(f"big-integer lanes against the loop, {turns} turns each")
    rows = race(LANES_KERNEL, [with_zeros(0.8)], turns)
    what = (
        "big-integer lanes, plain tier, Unix port, 16 outputs, 80 % zeros, compared with the same "
        "loop"
    )
    return [_line("lanes", what, rows, Goal(">=", 6, "times"), turns, "784 inputs, 80 % zeros")]


def race(
    runner: Runner, rows: Sequence[Array], turns: int, change: Callable[[bytes], bytes] = bytes
) -> list[JsonObject]:
    """Time a kernel and the loop on each input, after a check of their answers.

    Parameters
    ----------
    runner
        The kernel.
    rows
        The inputs.
    turns
        How often each is timed.
    change
        Changes the weights on their way, for a test of the check.

    Raises
    ------
    ThumbnetError
        If MicroPython is missing, or an answer is wrong.

    """
    rng = np.random.default_rng(0)
    weight = rng.integers(-128, 128, (OUTPUTS, INPUTS))
    call = dense_layer_call(weight, wide=True, tier=runner.tier)
    raw = (weight + 128).astype(np.uint8)
    task: dict[str, Any] = {"p": call.parameters, "shape": (INPUTS, OUTPUTS)}
    task |= {"rows": len(rows), "turns": turns, "batch": runner.batch}
    files = {f"{file.rpartition('/')[2]}.py": firmware_text(file).encode() for file in runner.files}
    files.update({"loop.py": LOOP.encode(), "kernel.py": runner.prepare.encode()})
    files["race.json"] = json.dumps(task).encode()
    files.update({f"x{k}.bin": x.astype(np.uint8).tobytes() for k, x in enumerate(rows)})
    files["w.bin"] = change(raw.tobytes())
    with UnixTarget("4m") as target:
        target.put(files)
        lines = run_script(target, RACE)
    for x, line in zip(rows, lines, strict=True):
        check_outputs(f"kernel {runner.name}", call, x, line["kernel"])
        if line["loop"] != (raw.astype(np.int64) @ x.astype(np.int64)).tolist():
            raise ThumbnetError("the plain loop gives wrong answers: it is not timed")
    return lines


def _line(key: str, what: str, rows: list[JsonObject], goal: Goal, turns: int, inputs: str) -> Line:
    loop, kernel = (sum(line["us"][k] for line in rows) / len(rows) for k in (0, 1))
    how = (
        f"{inputs}; shortest of {turns} turns in one process: loop {loop:.0f} us, kernel "
        f"{kernel:.2f} us ({1000 * kernel / MACS:.2f} ns a multiply-accumulate)"
    )
    return Line(key, what, loop / kernel, f"{loop / kernel:.1f} times", goal, how)
