"""The real firmware of the BBC micro:bit v1: same answers, and instructions to the last one."""

import ast
import sys

import pytest
from support.emulators import SMALL, needs_qemu, small_artifact
from support.fake_artifact import damaged

from thumbnet.export.microbit.hexfile import microbit_hex
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import CPythonTarget, open_target
from thumbnet.tools.targets import microbit as microbits
from thumbnet.tools.transport.raw_repl import BURST, pieces
from thumbnet.trainer import ThumbnetError

ECHO = b"""
def predict(x):
    return len(x)


def scores(x):
    if len(x) < 300:
        return x
    total = 0
    for v in x:
        total = (total * 31 + v) % 65521
    return (total,)
"""
NOISY = b"def predict(x):\n    print('hello', {1: 2})\n    return -7\n"
FILES = {
    "gestures.py": SMALL,
    "echo.py": ECHO,
    "noisy.py": NOISY,
    "big.py": b"def predict(x):\n    return 0\n\n\nW = bytes(20000)\n",
    "broken.py": b"def predict(\n",
    "main.py": b"print('hello')\nwhile True:\n    pass\n",
}
ROWS = [[1, 2, 3, 4], [5, 6, 7, 800], [0, -1, 5, 2]]


@pytest.fixture(scope="module")
def board():
    needs_qemu()
    with microbits.boot(FILES) as target:
        yield target


def run(board, module, rows=ROWS, script="selftest"):
    return list(board.run(script, module, rows))


def refused(message, call, *arguments, **options):
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# The same lines as on every target


@pytest.mark.emulated
def test_answers_are_those_of_cpython(board):
    with CPythonTarget() as target:
        target.put({"gestures.py": SMALL})
        wanted = run(target, "gestures")
    first, *answers, last = run(board, "gestures")
    assert answers == wanted[1:-1]
    assert answers[0] == {"predict": 2, "scores": [35, 30, 36], "probabilities": [1, 1, 32766]}
    assert last == {"end": 3}
    assert first["begin"] == "gestures"
    assert (first["python"], first["platform"], first["version"]) == (
        "micropython",
        "microbit",
        "1.9.2",
    )
    assert first["clock"] == "64 ns an instruction"
    assert 7000 < first["heap_free"] < 9500


@pytest.mark.emulated
def test_verify(board):
    verdict = finish(verify(board, small_artifact(), module="gestures"))
    assert verdict.ok
    assert (verdict.equal, verdict.integers) == (20, 20 * 7)


@pytest.mark.emulated
def test_verify_sees_one_changed_weight():
    needs_qemu()
    artifact = small_artifact()
    artifact.files = {"gestures.py": damaged(SMALL)}
    with open_target("microbit") as target:
        verdict = finish(verify(target, artifact))
    assert verdict.answered == 20
    assert verdict.equal < 20
    assert verdict.differences[0].key == "scores"


@pytest.mark.emulated
def test_very_hex_that_export_writes():
    needs_qemu()
    artifact = small_artifact()
    artifact.files = {"gestures.hex": microbit_hex(artifact.files).encode()}
    with open_target("microbit") as target:
        assert finish(verify(target, artifact, limit=2)).ok


@pytest.mark.emulated
def test_bad_input_comes_back_as_a_line(board):
    lines = run(board, "gestures", [[1, 2, 3], [1, 2, 3, 4]])
    assert lines[1] == {"error": "ValueError", "message": "expected 4 values, got 3"}
    assert lines[2]["scores"] == [35, 30, 36]
    assert lines[3] == {"end": 2}


@pytest.mark.emulated
def test_other_output_is_passed_over(board):
    assert run(board, "noisy")[1:] == [{"predict": -7}] * 3 + [{"end": 3}]


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("broken", "microbit cannot import broken: SyntaxError: invalid syntax"),
        ("nowhere", "microbit cannot import nowhere: ImportError: no module named 'nowhere'"),
        ("n" * 70, "ImportError: no module named 'nnn"),
        ("big", r"cannot import big: MemoryError: memory .* 20001 bytes \(the heap .*fewer hidden"),
    ],
)
def test_import_error_is_one_line(board, module, message):
    refused(message, run, board, module)


# What is sent arrives


names = {}
exec(ECHO, names)
expected = names["scores"]


@pytest.mark.emulated
def test_every_byte_arrives(board):
    values = list(range(256))
    # What needs an escape, each before a digit that the escape could take in.
    rows = [
        [v, d] for v in (0, 1, 3, 4, 7, 9, 10, 13, 26, 31, 39, 92, 127, 128, 255) for d in b"08'\\"
    ]
    rows += [values, values[::-1] * 3, [0] * 784, [255] * 100, [], [0x31]]
    for row, line in zip(rows, run(board, "echo", rows)[1:-1], strict=True):
        assert line == {"predict": len(row), "scores": list(expected(row))}


@pytest.mark.emulated
@pytest.mark.parametrize(
    "rows",
    [
        [[k, 200 - k, k, 255 - k] for k in range(40)],
        [[0] * 20 + [1, k] + [0] * 30 + [k + 31] * 9 + [0] * 20 for k in range(40)],
        [[k - 0.5, -k] for k in range(40)],
        [bytes(range(k, 100 + k)) for k in range(40)],
    ],
)
def test_rows_leave_nothing_on_the_heap(board, rows):
    """Short strings and bytes of a source are kept for ever: none are sent."""
    lines = board.run("selftest", "echo", rows)
    free = []
    for line in lines:
        assert "error" not in line
        if "end" not in line:
            free.append(int(board.board.execute("print(gc.mem_free())")))
    assert max(free[5:]) - min(free[5:]) <= 64


@pytest.mark.emulated
def test_many_small_lines(board):
    """The compiler does not collect what the lines before it have left."""
    for k in range(300):
        assert board.execute(f"print({k})") == f"{k}\r\n"


@pytest.mark.emulated
def test_other_numbers_arrive(board):
    rows = [
        [-1],
        [256, 0],
        [1.5, -0.25, 1e6],
        [2**30, -(2**31)],
        list(range(-140, 150)),
        [0.5] * 99,
    ]
    lines = run(board, "echo", rows)[1:-1]
    assert [line["scores"] for line in lines] == rows


@pytest.mark.emulated
def test_long_code(board):
    text = "".join(chr(33 + k % 90) for k in range(700)) + "\\'\"\r\n\t é"
    code = f"s={text!r}\nif s:\n    n=0\n    for c in s:\n        n+=ord(c)\n    print(len(s),n)"
    assert board.execute(code).split() == [str(len(text)), str(sum(map(ord, text)))]
    refused("microbit: NameError: name 'nothing' is not defined", board.execute, "nothing")
    refused("microbit: KeyError: 1", board.execute, "pass\n" * 30 + "{}[1]")


@pytest.mark.parametrize("code", ["", "x", "é" * 80, "\\" * 90, "ab\n\x00" * 50, "'\"" * 60])
def test_pieces(code):
    cut = list(pieces(code))
    assert "".join(map(ast.literal_eval, cut)) == code
    assert all(len(piece) <= BURST - 3 for piece in cut)


# What cannot be


@pytest.mark.emulated
def test_one_hex_only():
    needs_qemu()
    with open_target("microbit") as target:
        refused(
            "boots one .hex .* these are a.hex, a.py", target.put, {"a.hex": b"1", "a.py": b"1"}
        )
        refused("no .hex to boot", target.execute, "1")
        refused("a.hex is not a MicroPython .hex", target.put, {"a.hex": b"hello"})


def test_options_of_other_targets():
    refused("the heap size of microbit is fixed", open_target, "microbit", heap="32k")
    refused("--firmware is for --target pico, not microbit", open_target, "microbit", firmware="a")


@pytest.mark.emulated
def test_bursts_only_are_sent(board):
    assert board.board.execute(b"print(1)" + b" " * (BURST - 8)) == "1\r\n"
    with pytest.raises(AssertionError):
        board.board.execute(b" " * (BURST + 1))


@pytest.mark.emulated
def test_library_missing(monkeypatch):
    needs_qemu()
    monkeypatch.setitem(sys.modules, "micropython_microbit_fs", None)
    with open_target("microbit") as target:
        refused("run `pip install .thumbnet.microbit", target.put, {"a.py": b"1"})
