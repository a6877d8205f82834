"""Figures and choices as people read them on a terminal."""

from __future__ import annotations

import unicodedata
from typing import Any

INTERPRETERS = {
    "micropython": "MicroPython",
    "cpython": "CPython",
    "circuitpython": "CircuitPython",
}
"""`sys.implementation.name` -> the name that people know."""

WEIGHT_PLACES = {
    "module": "the module",
    "stream": "a file, read piece by piece",
    "romfs": "mapped flash (ROMFS)",
    "flash": "flash, read in place",
}
"""Where the weights are, by the value of `--weights`."""


def measured_rows(info: dict[str, Any]) -> str:
    """Return what to call the rows that an export measured: its `Artifact.info` says."""
    return "calibration rows" if info.get("chose_ranges") else "held-out rows"


def microseconds(us: float) -> str:
    """Return a time in a readable unit: 3.4 us, 12.5 ms, 2.1 s."""
    for limit, factor, unit in ((1000, 1, "us"), (1_000_000, 1000, "ms")):
        if us < limit:
            return f"{us / factor:.3g} {unit}"
    return f"{us / 1_000_000:.3g} s"


def instructions(count: int | None) -> str:
    """Return the number of instructions, or why there is none."""
    return "not counted here" if count is None else f"{count:,}"


def heap_bytes(size: int | None) -> str:
    """Return the number of bytes, or why there is none."""
    return "not known here" if size is None else f"{size:,} bytes"


def printable(text: str) -> str:
    """Return text with the characters that a terminal obeys, instead of showing, as escapes.

    Names and labels may come from a stranger's file: they must not clear the screen, or hide or
    reverse what follows.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(_escaped(c) if _obeyed(c) else c for c in text)


def _obeyed(character: str) -> bool:
    # Controls, formats such as those of direction, halves of characters, separators of lines.
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\n\t\u200d"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
