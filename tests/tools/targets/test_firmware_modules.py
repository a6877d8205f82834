"""The lists of firmware modules against the firmwares that run here."""

import subprocess
from pathlib import Path

import pytest
from support.emulators import needs_qemu, needs_wasm
from support.micropython import needs_micropython

from thumbnet.export.boards.firmware_modules import firmware_modules
from thumbnet.export.boards.module_names import check_name
from thumbnet.tools.targets import find_micropython, open_target
from thumbnet.tools.targets.microbit import boot
from thumbnet.trainer import ThumbnetError

ASK = "help('modules')"


def printed(said: str) -> set[str]:
    """Return the names that help prints, in columns, and packages with their parts."""
    lines = [line for line in said.splitlines() if "Plus any modules" not in line]
    return {word.partition("/")[0] for line in lines for word in line.split()} - {"__main__"}


def micropython(code: str, folder: Path) -> str:
    command = [str(find_micropython()), "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_unix(tmp_path):
    needs_micropython()
    assert len(printed(micropython(ASK, tmp_path))) > 20
    assert printed(micropython(ASK, tmp_path)) <= firmware_modules("unix")  # of any version


def importable(name: str) -> bool:
    try:
        check_name(name, "unix")
    except ThumbnetError:
        return False
    return True


@pytest.mark.parametrize("name", ["utime", "ujson", "uos", "usys", "sys", "_thread", "micropython"])
def test_a_file_cannot_have_the_name_of_a_module(tmp_path, name):
    """MicroPython looks into itself first."""
    needs_micropython()
    (tmp_path / f"{name}.py").write_text("MINE = True\n")
    out = micropython(f"import {name}; print(hasattr({name}, 'MINE'))", tmp_path)
    assert out == "False\n"
    assert not importable(name)


@pytest.mark.parametrize("name", ["time", "json", "os", "array", "struct", "asyncio"])
def test_a_file_can_hide_a_module(tmp_path, name):
    """... from all that import it: the self-test, the sketch, the module itself."""
    needs_micropython()
    (tmp_path / f"{name}.py").write_text("MINE = True\n")
    out = micropython(f"import {name}; print(hasattr({name}, 'MINE'))", tmp_path)
    assert out == "True\n"
    assert not importable(name)


@pytest.mark.emulated
def test_microbit():
    needs_qemu()
    board = boot({"speech.py": b"MINE = True\n"})
    try:
        assert printed(board.board.execute(ASK)) == firmware_modules("microbit")
        out = board.board.execute("import speech\nprint(hasattr(speech, 'MINE'))")
        assert out.strip() == "False"
    finally:
        board.close()


@pytest.mark.emulated
def test_wasm(tmp_path):
    needs_wasm()
    with open_target("wasm") as target:
        done = subprocess.run(
            target.command(ASK), cwd=tmp_path, capture_output=True, text=True, check=True
        )
    assert printed(done.stdout) == firmware_modules("wasm")
