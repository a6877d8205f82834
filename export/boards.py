"""Board profiles: one TOML file a board in `profiles/`, read into `BoardProfile`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files

from thumbnet.trainer import ThumbnetError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FOLDER = files("thumbnet.export") / "profiles"


@dataclass(frozen=True)
class BoardProfile:
    """What the exporter has to know about a board. Sizes are bytes."""

    name: str
    title: str
    tiers: tuple[str, ...]
    """Folders of `firmware/` that run there, fastest first."""

    heap: int
    """Free for the module, its import and the user's sketch."""

    flash: int
    """Free in the file system."""


def list_boards() -> list[BoardProfile]:
    """Return every profile, by name."""
    return [load_board(name) for name in _names()]


def load_board(name: str) -> BoardProfile:
    """Return the profile called `name`.

    Raises
    ------
    ThumbnetError
        If there is none; the message lists those there are.

    """
    known = _names()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ThumbnetError(f"no board {name!r}: {hint}use one of {', '.join(known)}")
    fields = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return BoardProfile(name=name, **{**fields, "tiers": tuple(fields["tiers"])})


def _names() -> list[str]:
    return sorted(p.name[:-5] for p in _FOLDER.iterdir() if p.name.endswith(".toml"))
