"""What a module may be called, on each board."""

import json
import keyword
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.export import list_boards, module_name
from thumbnet.export.boards.firmware_modules import _families, firmware_modules
from thumbnet.export.boards.module_names import LONGEST, check_name
from thumbnet.trainer import ThumbnetError

BOARDS = [board.name for board in list_boards()]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("gestures", "gestures"),
        ("my-data", "my_data"),
        ("my data.v2", "my_data_v2"),
        ("2024", "m2024"),
        ("_mine", "m_mine"),
        ("größe", "gr__e"),
        ("", "m"),
        ("time", "time_net"),
        ("class", "class_net"),
        ("None", "None_net"),
        ("x" * 40, "x" * 31),
        ("9" * 40, "m" + "9" * 30),
    ],
)
def test_name_for(stem: str, name: str) -> None:
    assert module_name(stem) == name
    check_name(name)


@pytest.mark.parametrize("stem", [*keyword.kwlist, "asyncio", "micropython", "main"])
def test_every_name_can_be_imported(stem: str) -> None:
    assert module_name(stem) == f"{stem}_net"
    check_name(module_name(stem))


@given(st.text(max_size=40), st.sampled_from(BOARDS))
def test_a_name_is_made_of_any_stem(stem: str, board: str) -> None:
    check_name(module_name(stem, board), board)


@pytest.mark.parametrize("board", BOARDS)
def test_what_the_firmware_has_is_refused(board: str) -> None:
    """... and what it imports under another name, and what FAT takes for it."""
    for module in firmware_modules(board):
        if module.startswith("_"):
            continue
        for name in (module, f"u{module}", module.upper()):
            if len(name) > LONGEST:
                continue
            with pytest.raises(
                ThumbnetError, match=r"module of that name|is a file that"
            ) as caught:
                check_name(name, board)
            proposed = str(caught.value).rpartition("--name ")[2]
            assert proposed == f"{name[: LONGEST - 4]}_net"
            check_name(proposed, board)


@pytest.mark.parametrize("name", ["speech", "music", "love", "this", "radio"])
def test_names_are_free_where_the_firmware_does_not_have_them(name: str) -> None:
    check_name(name, "pico")
    for board in ("microbit", "microbit_v2", "generic", "a_board_of_my_own"):
        with pytest.raises(ThumbnetError, match=f"such as --name {name}_net$"):
            check_name(name, board)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "it is a Python keyword"),
        ("Main", "main.py is a file that boards or thumbnet run"),
        ("selftest", "selftest.py is a file that boards or thumbnet run"),
        ("con", "Windows keeps that name for a device"),
        ("COM9", "Windows keeps that name for a device"),
        ("net__new", "thumbnet deploy uses such names"),
        ("utime", "the firmware of pico has a module of that name"),
        ("Json", "the firmware of pico has a module of that name"),
        ("enum", "Python has a module of that name, which --target cpython would import"),
    ],
)
def test_why(name: str, why: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        check_name(name, "pico")
    message = f"a module cannot be called {name!r}: {why}"
    assert str(caught.value).startswith(message)
    assert str(caught.value).endswith(f": use another name, such as --name {name}_net")


def test_every_profile_has_one_firmware() -> None:
    listed = sorted(board for boards, _ in _families() for board in boards)
    assert listed == sorted({*BOARDS} - {"generic"})


def test_cpython_imports_nothing_else_before_a_script() -> None:
    code = "import gc, json, os, sys, time; print(json.dumps(list(sys.modules)))"
    out = subprocess.run([sys.executable, "-ISc", code], capture_output=True, check=True).stdout
    for name in json.loads(out):
        if not name.startswith("_") and "." not in name:
            with pytest.raises(ThumbnetError):
                check_name(name, "microbit")
