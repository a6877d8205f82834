"""Numbers in the lines that a program prints, however it separates and names them."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_CHANNELS = 64

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BETWEEN = r"(?:\s*[,;]\s*|\s+)"
_NUMBERS = re.compile(rf"{_NUMBER}(?:{_BETWEEN}{_NUMBER})*[,;]?")
_NAMED = re.compile(rf"([A-Za-z_][\w ()/%°-]*?)\s*[:=]\s*({_NUMBER})\s*[,;\s]?\s*")
_NAMES = re.compile(r"[^\d\W][\w ()/%°.-]*(?:[,;\t]\s*[^\d\W][\w ()/%°.-]*)*")


@dataclass(frozen=True)
class Reading:
    """One line of numbers.

    Attributes
    ----------
    values
        As they were printed: "0.10" keeps its zero, which tells the resolution.
    names
        Of each value, if the line has names.

    """

    values: tuple[str, ...]
    names: tuple[str, ...] | None = None


def parse_reading(text: str) -> Reading | None:
    """Return the numbers of a line, None if it has anything else.

    Understood are numbers separated by commas, semicolons, tabs or blanks, in brackets or not,
    and `name:value` pairs as the Arduino plotter reads them.
    """
    text = text.strip()
    inner = text[1:-1].strip() if text[:1] + text[-1:] in ("()", "[]") else text
    if _NUMBERS.fullmatch(inner):
        values = tuple(part for part in re.split(r"[,;\s]+", inner) if part)
        return Reading(values) if len(values) <= MOST_CHANNELS else None
    pairs, at = [], 0
    while at < len(text):
        match = _NAMED.match(text, at)
        if match is None:
            return None
        pairs.append((match[1].strip(), match[2]))
        at = match.end()
    names = tuple(name for name, _ in pairs)
    if not pairs or len({*names}) < len(names) or len(names) > MOST_CHANNELS:
        return None
    return Reading(tuple(value for _, value in pairs), names)


def parse_names(text: str) -> tuple[str, ...] | None:
    """Return the names of a header line such as "t_ms,ax,ay,az"; None if it is no such line."""
    if not _NAMES.fullmatch(text.strip()):
        return None
    names = tuple(part.strip() for part in re.split(r"[,;\t]", text.strip()))
    return names if len({*names}) == len(names) and len(names) <= MOST_CHANNELS else None
