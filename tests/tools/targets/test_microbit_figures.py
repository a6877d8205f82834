"""What the emulated micro:bit measures: instructions to the last one, and bytes of its heap."""

import pytest
from support.emulators import SMALL, needs_qemu, small_artifact

from thumbnet.tools.run.measurement import bench
from thumbnet.tools.targets import microbit as microbits

# Two instructions an iteration, and nothing allocated.
LOOP = b"""
import micropython


@micropython.asm_thumb
def loop(r0):
    label(AGAIN)
    sub(r0, 1)
    bne(AGAIN)


def predict(x):
    return loop(len(x))
"""
HEAP = b"W = bytes(2000)\n\n\ndef predict(x):\n    b = bytearray(100)\n    return 0\n"
PICKY = b"def predict(x):\n    return 10 // x[0]\n"
SLEEPER = b"import utime\n\n\ndef predict(x):\n    utime.sleep_ms(30)\n    return 1\n"
CALL = 2632  # instructions of predict(x) and, in it, loop(len(x)): of this firmware, always
FILES = {
    "gestures.py": SMALL,
    "loop.py": LOOP,
    "heap.py": HEAP,
    "picky.py": PICKY,
    "sleeper.py": SLEEPER,
}


@pytest.fixture(scope="module")
def board():
    needs_qemu()
    with microbits.boot(FILES) as target:
        yield target


def run(board, module, rows, script="bench"):
    return list(board.run(script, module, rows))


def instructions(board, rows):
    _first, *lines, _ = run(board, "loop", rows)
    assert all(line["us"] == line["instructions"] * 0.064 for line in lines)
    assert {line["heap"] for line in lines} == {0}
    return [line["instructions"] for line in lines]


@pytest.mark.emulated
def test_instructions_are_exact_and_the_same_on_every_run(board):
    rows = [[0] * size for size in (100, 101, 101, 784)]
    first, one_more, again, many = instructions(board, rows)
    assert one_more - first == again - first == 2
    assert many - first == 2 * 684
    assert first == 2 * 100 + CALL
    assert instructions(board, rows) == [first, one_more, again, many]
    with microbits.boot({"loop.py": LOOP}) as other:
        assert instructions(other, rows) == [first, one_more, again, many]


@pytest.mark.emulated
def test_heap(board):
    first, *lines, last = run(board, "heap", [[1]] * 3)
    assert last == {"end": 3}
    # A heap block has 16 bytes: one for the object, seven for what it holds.
    assert [line["heap"] for line in lines] == [128] * 3
    assert 2000 < first["heap_bytes_import"] < 2600
    assert first["heap_free"] == run(board, "heap", [], "selftest")[0]["heap_free"]


@pytest.mark.emulated
def test_interrupts_are_back_after_bench(board):
    run(board, "loop", [[0] * 4])
    enabled = "print(__import__('machine').mem32[0xE000E100])"
    assert board.execute(enabled) == "4\r\n"  # the serial port's alone
    board.patience, before = 600.0, board.patience
    assert run(board, "sleeper", [[0]], "selftest")[1] == {"predict": 1}
    board.patience = before
    assert int(board.execute(enabled)) & 4
    assert int(board.execute(enabled)) != 4


@pytest.mark.emulated
def test_bench_goes_on_after_an_error(board):
    _, *lines, last = run(board, "picky", [[1], [0], [1]])
    assert lines[1] == {"error": "ZeroDivisionError", "message": "division by zero"}
    assert lines[0] == lines[2]
    assert last == {"end": 3}


@pytest.mark.emulated
def test_bench_command(board):
    measured = bench(Staged(board), small_artifact(), rows=3)
    assert measured.us_per_inference == pytest.approx(
        run(board, "gestures", small_artifact().inputs[1:2])[1]["us"], rel=0.2
    )
    assert measured.facts["heap_free"] > 7000


class Staged:
    """A board whose files are there already."""

    def __init__(self, board):
        self._board = board

    def stage(self, name, files):
        return name

    def __getattr__(self, name):
        return getattr(self._board, name)
