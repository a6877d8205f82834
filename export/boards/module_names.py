"""Check the module's name: an identifier that does not hide a module of the board."""

from __future__ import annotations

import keyword
import re

from thumbnet.trainer import ThumbnetError

from .firmware_modules import firmware_modules

LONGEST = 31
"""Maximum length of a module's name."""

# Files that boards run by themselves, and thumbnet's own scripts.
_STARTED = frozenset({"boot", "code", "main", "selftest", "bench", "install"})

# Names that Windows keeps for devices, whatever the ending.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)

# What CPython has imported by itself before a script runs: `verify --target cpython` would find it.
# fmt: off
_CPYTHON = frozenset({
    "abc", "builtins", "codecs", "collections", "copyreg", "encodings", "enum", "functools",
    "gc", "genericpath", "io", "itertools", "json", "keyword", "marshal", "nt", "ntpath",
    "operator", "os", "posix", "posixpath", "re", "reprlib", "stat", "sys", "time", "types",
    "winreg", "zipimport",
})
# fmt: on


def check_name(name: str, board: str = "generic") -> None:
    """Raise ThumbnetError unless `name` can be imported on a board without hiding its modules.

    Parameters
    ----------
    name
        The name of the module.
    board
        The name of the board's profile.

    """
    if keyword.iskeyword(name):
        why = "it is a Python keyword"
    elif not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > LONGEST:
        raise ThumbnetError(
            f"{name!r} cannot be imported on a board: use up to {LONGEST} letters, digits and _, "
            "beginning with a letter (--name)"
        )
    else:
        why = _taken(name, board)
    if why:
        raise ThumbnetError(
            f"a module cannot be called {name!r}: {why}: use another name, such as "
            f"--name {module_name(name, board)}"
        )


def module_name(stem: str, board: str = "generic") -> str:
    """Make a name that a board can import.

    Parameters
    ----------
    stem
        The stem of a file name.
    board
        The name of the board's profile.

    Returns
    -------
    str
        "my_data" for "my-data", "m2024" for "2024", "time_net" for "time".

    """
    name = re.sub(r"\W", "_", stem, flags=re.ASCII)[:LONGEST]
    if not name[:1].isalpha():
        name = f"m{name}"[:LONGEST]
    if keyword.iskeyword(name) or _taken(name, board):
        return f"{name[: LONGEST - 4]}_net"
    return name


def _taken(name: str, board: str) -> str:
    """Return why a name is not free; empty if it is. On FAT, case makes no difference."""
    small = name.lower()
    modules = {module.lower() for module in firmware_modules(board)}
    if small in _STARTED:
        return f"{small}.py is a file that boards or thumbnet run"
    if small in _DEVICES:
        return "Windows keeps that name for a device"
    if small.endswith(("__new", "__put")):
        return "thumbnet deploy uses such names for files on their way"
    # utime is time, whatever file there is: MicroPython takes u and the name of a module for it.
    if small in modules or (small[:1] == "u" and small[1:] in modules):
        owner = "MicroPython" if board == "generic" else f"the firmware of {board}"
        return f"{owner} has a module of that name"
    if small in _CPYTHON:
        return "Python has a module of that name, which --target cpython would import"
    return ""
