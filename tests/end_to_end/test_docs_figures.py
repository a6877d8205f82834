"""Figures of docs/engine.md that can be computed here."""

from __future__ import annotations

import re
import subprocess
from array import array
from functools import cache
from pathlib import Path

import pytest
from support.fused import program
from support.kernel_words import words_of
from support.micropython import needs_micropython
from support.pages import ENGINE, ROOT, fences, read
from support.thumb_machine import Buffer, Machine, assemble

from thumbnet.export.emit.memory_plan import plan
from thumbnet.tools.targets.interpreter import require_micropython

pytestmark = pytest.mark.emulated

KERNEL = "firmware/thumb/fully_connected.py"
DSP = "firmware/thumb_dsp/fully_connected.py"


def rows(heading: str) -> list[list[str]]:
    """The table of docs/engine.md whose header begins with this text."""
    found = re.search(rf"^\| {re.escape(heading)}.*\n\|[ |-]+\n((?:\|.*\n)+)", read(ENGINE), re.M)
    assert found, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


@cache
def kernel(path: str, arch: str) -> Machine:
    return Machine(assemble(read(path), "fully_connected", arch), arch)


def cost(x: list[int], outputs: int, path: str = KERNEL, arch: str = "armv6m") -> tuple[int, int]:
    front = {"inputs": len(x), "outputs": outputs, "wide": 1, "pieces": 1}
    limits = {"activation_min": -(2**29), "activation_max": 2**29}
    each = {"bias": 0, "multiplier": 2**14, "shift": 20}
    tier = Path(path).parent.name
    p = words_of("fully_connected", tier).alike({**front, **limits}, each, outputs)
    inside, y = Buffer(bytes(x), writable=True), Buffer(bytes(4 * outputs), writable=True)
    w, words = Buffer(bytes(len(x) * (outputs + 7))), Buffer(array("i", p).tobytes(), writable=True)
    _, taken = kernel(path, arch).call(inside, w, y, words)
    return taken.instructions, taken.cycles


def more(large: tuple[int, int], small: tuple[int, int]) -> list[int]:
    return [a - b for a, b in zip(large, small, strict=True)]


def test_what_eight_inputs_cost() -> None:
    for inputs, *said in rows("eight inputs"):
        turn = more(cost([1] * 8 + list(map(int, inputs.split())), 8), cost([1] * 8, 8))
        assert [int(number) for number in said] == turn
    # In thumb_dsp the sum of the inputs is computed once for all blocks.
    eight, sixteen = (
        more(*(cost([1] * n, outputs, DSP, "armv7em") for n in (8, 4)))[0] for outputs in (8, 16)
    )
    assert f"32 products in {sixteen - eight} instructions" in read(ENGINE)


def test_what_a_layer_and_an_output_cost() -> None:
    for inputs, *said in rows("784 inputs"):
        instructions, cycles = cost([int(inputs.split()[-1])] * 784, 16)
        assert said == [f"{instructions:,}", f"{cycles:,}", f"{cycles / 12544:.2f}"]
    instructions, cycles = more(cost([1] * 4, 8), cost([1] * 4, 7))
    assert f"An output costs {instructions} instructions, {cycles} cycles here" in read(ENGINE)


def test_the_arena() -> None:
    said = [[int(at), int(end)] for _, at, end in rows("tensor | from")]
    made = plan(program(64, 32, 16, 10).graph)
    assert [at for at, _ in said] == list(made.offsets.values())
    assert [end - at for at, end in said] == [64, 32, 16]
    assert f"{made.size} bytes instead of {64 + 32 + 16}" in read(ENGINE)


def test_the_bytecodes() -> None:
    needs_micropython()
    wanted = next(body for _, body in fences(read(ENGINE)) if "FOR_ITER" in body)
    command = [str(require_micropython()), *["-v"] * 4, "-c", "import fully_connected"]
    said = subprocess.run(command, cwd=ROOT / "firmware" / "plain", capture_output=True, text=True)
    words, printed = (re.findall(r"^\d+ ([A-Z_]+)", text, re.M) for text in (wanted, said.stdout))
    assert " ".join(words) in " ".join(printed)
    assert f"{len(words)} bytecodes for a product" in read(ENGINE)
