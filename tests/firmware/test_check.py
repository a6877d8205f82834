"""`check()`: no weight or parameter changes unnoticed, wherever it is."""

from __future__ import annotations

import array
import random
import re
import subprocess
import sys
from binascii import crc32
from pathlib import Path
from typing import Any

import pytest
from support.exact_cases import CASES
from support.exported import program, rows
from support.micropython import needs_micropython
from support.networks import run_module
from support.streams import program as stream_program

from thumbnet.export import Program, convert, firmware_text
from thumbnet.export.emit.check import check_literals
from thumbnet.export.emit.firmware_source import SourceFile
from thumbnet.export.kernels.build import Build
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget, find_micropython
from thumbnet.trainer import ThumbnetError

DAMAGED = "is damaged: reset the board, or copy the module again"


def put(made: Program, folder: Path) -> Path:
    """Write the files of a module; return its path."""
    for name, data in made.files().items():
        (folder / name).write_bytes(data)
    return folder / f"{made.graph.name}.py"


def board(folder: Path, code: str) -> str:
    """Run code on the Unix port; return what it printed, and the error."""
    needs_micropython()
    done = subprocess.run(
        [str(find_micropython()), "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_every_changed_byte_of_memory_is_noticed(tier: str, tmp_path: Path) -> None:
    """Each weight and each parameter of each literal, changed in memory, not in the file."""
    put(program(board="unix", tier=tier), tmp_path)
    found = board(
        tmp_path,
        """
import uctypes, gestures as m
m.check()
count = 0
for name in m.CHECKED:
    value = getattr(m, name)
    if isinstance(value, (tuple, int, str)):
        setattr(m, name, "changed")
        try:
            m.check()
        except ValueError:
            count += 1
        setattr(m, name, value)
        continue
    size = len(value) * (4 if name[0] == "P" else 1)
    data = uctypes.bytearray_at(uctypes.addressof(value), size)
    for i in range(size):
        data[i] ^= 1 << i % 8
        try:
            m.check()
            print("unnoticed", name, i)
        except ValueError:
            count += 1
        data[i] ^= 1 << i % 8
m.check()
print(count > 300, {name[0] for name in m.CHECKED} >= {"W", "P", "S", "I", "L"})
""",
    )
    assert found == "True True\n", found


def test_arrays_that_files_make_of_literals_are_covered() -> None:
    """The kernels read those; an array that counts calls changes, and is left out."""
    source = SourceFile(
        *("levels", (), (), (), ""),
        (("_LIMITS", 'array("i", [LOW, PAIR[1] - LOW])'), ("_BUSY", 'array("i", [1])')),
    )
    literals = {"LOW": "3", "PAIR": "(1, 260)", "BUFFER": "bytearray(4)"}
    found = check_literals(literals, [source], b"", Build("thumb"))
    assert found["CHECKED"].replace('"', "'") == "('LOW', 'PAIR', '_LIMITS')"
    crc = crc32(array.array("i", [3, 257]), crc32(b"260", crc32(b"1", crc32(b"3"))))
    assert found["CRC"] == f'"{crc:08x}"'


def test_a_changed_array_of_a_stream_is_noticed(tmp_path: Path) -> None:
    put(stream_program(("mean", "bands"), board="unix", tier="viper"), tmp_path)
    (name,) = (path.stem for path in tmp_path.glob("*.py"))
    code = f"""
import {name} as m
m.check()
for i in range(len(m._LINES)):
    m._LINES[i] ^= 1
    try:
        m.check()
        print("unnoticed", i)
    except ValueError:
        pass
    m._LINES[i] ^= 1
m.check()
print(len(m._LINES) > 0)
"""
    assert board(tmp_path, code) == "True\n"


@pytest.mark.parametrize("at", [0, 13, 200, -1])
def test_a_streamed_file_that_changes_after_the_import(at: int, tmp_path: Path) -> None:
    put(program(board="unix", weights="stream"), tmp_path)
    code = f"""
import gestures as m
m.check()
with open("gestures.bin", "r+b") as f:
    data = bytearray(f.read())
    data[{at}] ^= 4
    f.seek(0)
    f.write(data)
try:
    m.check()
except ValueError as error:
    print(error)
"""
    found = board(tmp_path, code)
    assert re.search(r"gestures\.bin is (damaged|not a weights file|of another model)", found)


def test_changed_texts_are_refused_at_import_or_by_the_check(tmp_path: Path) -> None:
    """Flipped bits in the literals of a module's file: none leaves other scores unnoticed."""
    made = program()
    path = put(made, tmp_path)
    text = path.read_bytes()
    begin, end = text.index(b"INPUTS ="), text.index(b"CHECKED =")
    row = rows(1)[0].tolist()
    expected = made.scores(rows(1))[0].tolist()
    rng = random.Random(3)
    code = f"""
import sys, json
sys.path.insert(0, "")
for line in sys.stdin:
    module = {{"__name__": "gestures"}}
    try:
        exec(bytes.fromhex(line.strip()), module)
        module["check"]()
        print(json.dumps(module["scores"]({row})) == "{expected}")
    except Exception as error:
        print("refused")
"""
    flipped = []
    for _ in range(400):
        data = bytearray(text)
        data[rng.randrange(begin, end)] ^= 1 << rng.randrange(8)
        flipped.append(data.hex())
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        input="\n".join(flipped),
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = done.stdout.split()
    assert len(lines) == 400, done.stderr
    assert "False" not in lines
    assert lines.count("refused") > 200


@pytest.mark.parametrize(("check", "calls"), [(1, 1), (3, 3)])
def test_a_check_before_every_nth_call(check: int, calls: int) -> None:
    module = run_module(convert_checked(check).module())
    values = rows(1)[0].tolist()
    module["predict"](values)  # the first call checks
    module["SOFTMAX_LIMIT"] += 1
    for _ in range(calls - 1):
        module["predict"](values)
    with pytest.raises(ValueError, match=DAMAGED):
        module["predict"](values)
    module["SOFTMAX_LIMIT"] -= 1
    module["check"]()
    module["predict"](values)  # the refused call has ended


def convert_checked(check: int) -> Program:
    base = program()
    return convert(base.model, rows(100), name="gestures", check=check)


def test_a_check_at_import() -> None:
    text = convert_checked(0).module()
    run_module(text)
    with pytest.raises(ValueError, match=DAMAGED):
        run_module(text.replace("SOFTMAX_LIMIT = ", "SOFTMAX_LIMIT = 1"))
    run_module(program().module().replace("SOFTMAX_LIMIT = ", "SOFTMAX_LIMIT = 1"))


def test_checks_that_no_board_has() -> None:
    for check in (-1, 2**30):
        with pytest.raises(ThumbnetError, match="use import, or a number of calls from 1"):
            convert_checked(check)
    with pytest.raises(ThumbnetError, match="always checks its weights when it is imported"):
        convert(program().model, rows(100), name="gestures", board="microbit", check=0)


def test_the_self_test_checks(tmp_path: Path) -> None:
    path = put(program(), tmp_path)
    text = path.read_text()
    path.write_text(text.replace("SOFTMAX_LIMIT = ", "SOFTMAX_LIMIT = 1", 1))
    (tmp_path / "selftest.py").write_text(firmware_text("selftest"))
    assert '"damage": "gestures is damaged' in board(
        tmp_path, "import selftest\nselftest.begin('gestures')"
    )
    path.write_text(text)
    assert '"begin": "gestures"' in board(tmp_path, "import selftest\nselftest.begin('gestures')")


@pytest.mark.parametrize("features", ["raw", ("mean", "bands")])
def test_the_settings_of_a_stream_are_covered(features: Any) -> None:
    module = run_module(stream_program(features).module())
    module["check"]()
    for name in ("HOP", "WINDOW", "VOTE", "LABELS", "CHANNELS", "UNITS"):
        assert name in module["CHECKED"]


@pytest.mark.parametrize("kind", ["gru", "rnn"])
def test_layers_that_change_their_parameters_restore_them(kind: str) -> None:
    case = CASES[f"{kind}_plain"]()
    made = convert(case.model, case.x, name="net", **case.options)
    module = run_module(made.module())
    row = readings(made.graph, extremes(made.graph))[3]
    module["predict"](row)
    module["check"]()
    kernel, x, steps, y, p = next(row for row in module["LAYERS"] if row[0].__name__ == "recurrent")
    with pytest.raises(TypeError):  # in the middle of the first step
        kernel(x, (steps[0], (None, *steps[1][1:]), *steps[2:]), y, p)
    module["check"]()


def test_a_target_whose_module_is_damaged_is_refused(tmp_path: Path) -> None:
    needs_micropython()
    artifact = program(board="unix").write(tmp_path)
    text = artifact.files["gestures.py"].replace(b"SOFTMAX_LIMIT = ", b"SOFTMAX_LIMIT = 1", 1)
    with UnixTarget() as target:
        target.put({"gestures.py": text})
        with pytest.raises(ThumbnetError, match=DAMAGED):
            finish(verify(target, artifact, module="gestures"))
