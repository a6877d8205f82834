"""The modules that each firmware brings along: no file can be imported under their names."""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FOLDER = files("thumbnet.export.boards") / "firmwares"


def firmware_modules(board: str) -> frozenset[str]:
    """Return the names of the built-in and frozen modules on a board.

    Parameters
    ----------
    board
        The name of a profile. A board that no file of `firmwares/` lists may run any firmware, and
        gets the modules of all.

    """
    families = _families()
    own = [modules for boards, modules in families if board in boards]
    return frozenset().union(*(own or [modules for _, modules in families]))


@cache
def _families() -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the boards and the modules of every firmware."""
    texts = [
        entry.read_text(encoding="utf-8")
        for entry in _FOLDER.iterdir()
        if entry.name.endswith(".toml")
    ]
    tables = map(tomllib.loads, texts)
    return [(frozenset(table["boards"]), frozenset(table["modules"].split())) for table in tables]
