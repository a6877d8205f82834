"""Figures and choices as people read them on a terminal."""

from __future__ import annotations

import unicodedata

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


def harmless(text: str) -> str:
    """Return text from anywhere without what a terminal would obey: control and format characters.

    Lines and tabs stay.
    """
    if text.isprintable():
        return text
    hidden = {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} - {*"\n\t"}
    return "".join("?" if c in hidden else c for c in text)


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
