"""Board profiles: one TOML file per board, in `profiles/` or the user's own."""

from __future__ import annotations

import dataclasses
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from thumbnet.trainer import ThumbnetError, did_you_mean, proposal, read_bytes

from ..graph.brief import brief
from .profile import BoardProfile
from .profile_fields import NAME, OPTIONAL, REQUIRED, check_together

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_BYTES = 16_000
"""Size of the largest profile: what TOML takes to read grows with the square of its size."""

_FOLDER = files("thumbnet.export.boards") / "profiles"


def list_boards() -> list[BoardProfile]:
    """Load all built-in profiles.

    Returns
    -------
    list of BoardProfile
        `generic`, then the others by name.

    """
    return [
        load_board(name) for name in sorted(_names(), key=lambda name: (name != "generic", name))
    ]


def load_board(name: str) -> BoardProfile:
    """Load the profile of a board.

    Parameters
    ----------
    name
        The name of a built-in profile, or the path of a `.toml` file. In names, case does not
        matter, nor does `-` instead of `_`: `Pico-W` means `pico_w`.

    Returns
    -------
    BoardProfile
        Sizes in bytes.

    Raises
    ------
    ThumbnetError
        If there is no such profile, or one of its fields is missing, unknown or invalid.

    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            if path.is_file() and path.stat().st_size > MOST_BYTES:
                raise ThumbnetError(f"{name}: it has more than {MOST_BYTES:,} bytes")
            text = read_bytes(path, MOST_BYTES).decode("utf-8")
        except (ThumbnetError, UnicodeDecodeError) as error:
            why = error if isinstance(error, ThumbnetError) else f"{name}: it is not UTF-8 text"
            raise ThumbnetError(
                f"cannot read the board profile {why}: pass the path of a TOML file as described "
                "in docs/boards.md"
            ) from error
        return read_profile(name, path.stem, text)
    known = _names()
    usual = name.strip().lower().replace("-", "_").replace(" ", "_")
    if usual not in known:
        within = sorted((name for name in known if name in usual), key=len, reverse=True)
        near = proposal(usual, known) or next(iter(within), None)
        hint = "" if near is None else f"did you mean {near!r}? "
        raise ThumbnetError(
            f"unknown board {name!r}: {hint}use one of {', '.join(known)}, or your own profile: "
            "--board FILE.toml"
        )
    text = (_FOLDER / f"{usual}.toml").read_text(encoding="utf-8")
    return read_profile(f"{usual}.toml", usual, text)


def read_profile(file: str, name: str, text: str) -> BoardProfile:
    """Return the profile in the TOML `text`; errors name file, field and remedy."""
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThumbnetError(f"{file} is not valid TOML: {error}: correct that line") from error
    except (ValueError, RecursionError) as error:
        raise ThumbnetError(
            f"{file} has a value that no field can have, a number of thousands of digits or a "
            "deeply nested one: correct it"
        ) from error
    known = {**REQUIRED, **OPTIONAL}
    for key in fields:
        if key not in known:
            hint = did_you_mean(key, known, f"use one of {', '.join(known)}")
            raise ThumbnetError(f"{file}: unknown field {brief(key)}: {hint}")
    for key, field in REQUIRED.items():
        if key not in fields:
            raise ThumbnetError(f"{file}: {key} is missing: add {field.example(key)}")
    values: dict[str, Any] = {key: known[key].read(file, key, v) for key, v in fields.items()}
    if not NAME.check(name):
        raise ThumbnetError(
            f"{file}: its name is the board's, which is {NAME.expected}: rename the file"
        )
    board = BoardProfile(name=name, **values)
    check_together(file, board)
    return board


def profile_of(file: str, fields: Any) -> BoardProfile:
    """Return the profile with the given fields, all of them, as `dataclasses.asdict` gives them.

    Raises
    ------
    ThumbnetError
        If a field is missing, unknown or invalid; the message names `file`.

    """
    known = {"name": NAME, **REQUIRED, **OPTIONAL}
    if not isinstance(fields, dict) or set(fields) != set(known):
        raise ThumbnetError(f"{file} does not have the fields of a profile: export again")
    usual = {field.name: field.default for field in dataclasses.fields(BoardProfile)}
    values: dict[str, Any] = {}
    for key, value in fields.items():
        given = type(value) is not type(usual[key]) or value != usual[key]
        values[key] = known[key].read(file, key, value) if given else value
    board = BoardProfile(**values)
    check_together(file, board)
    return board


def _names() -> list[str]:
    return sorted(p.name[:-5] for p in _FOLDER.iterdir() if p.name.endswith(".toml"))
