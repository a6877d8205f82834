"""The lines that a board prints: numbers, `x:1,y:2`, or tuples, with or without a terminal's time.

A saved log and a port are read by the same rules, so that both give the same channels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .moments import parse_moment

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)"
_PLAIN = re.compile(_NUMBER, re.ASCII | re.IGNORECASE)
_WITH_COMMA = re.compile(_NUMBER.replace(r"\.", "[.,]"), re.ASCII | re.IGNORECASE)
_LEADING_ZERO = re.compile(r"[+-]?0\d")
# "21.5C", "21.5 *C", "9.81 m/s^2,": after a blank, a word at the end is a unit, before that a name.
_WORD = r"[^\s\d,;:=+.-][^\s,;:=]*"
_UNIT = rf"(?:{_WORD}(?=[,;\s]|$)| +(?:[%°*]\w*(?=[,;\s]|$)|{_WORD}(?= *(?:[,;\t]|$))))?"
_PAIR = re.compile(
    rf"\s*([^\W\d][^:=,;\t]*?)\s*[:=]\s*({_NUMBER}){_UNIT}\s*(?:[,;\t]\s*|\s|$)", re.IGNORECASE
)
_PREFIX = re.compile(r"(?:(?P<arrow>[^>]{5,40}?)\s*->|\[(?P<box>[^\]]{5,40})\])\s*(?P<rest>.*)")
_SEPARATORS: tuple[tuple[str | None, re.Pattern[str]], ...] = (
    ("\t", _WITH_COMMA),
    (";", _WITH_COMMA),
    (",", _PLAIN),
    (None, _WITH_COMMA),
)
"""What separates numbers, None for blanks, and how these are written then."""


@dataclass(frozen=True)
class PrintedLine:
    """A line of numbers.

    Parameters
    ----------
    cells : tuple of str
        The numbers as they were printed.
    names : tuple of str
        Of each number, if the line has names.
    time : str
        What the terminal wrote in front; empty without a time.
    """

    cells: tuple[str, ...]
    names: tuple[str, ...] = ()
    time: str = ""

    @property
    def shape(self) -> tuple[int, tuple[str, ...], bool]:
        """What is the same in all lines of a log."""
        return len(self.cells), self.names, bool(self.time)


class LineReader:
    """Reads lines whose numbers have one separator.

    Parameters
    ----------
    separator : str or None
        A character; None for blanks.
    number : Pattern
        How numbers are written.
    """

    def __init__(self, separator: str | None, number: re.Pattern[str]) -> None:
        self.separator, self._number = separator, number

    def __call__(self, text: str) -> PrintedLine | None:
        """Return what a line holds; None if it is no line of numbers."""
        text, time = text.strip(), ""
        match = _PREFIX.fullmatch(text)
        if match is not None:
            stamp = (match["arrow"] or match["box"]).strip()
            if parse_moment(stamp) is not None:
                time, text = stamp, match["rest"]
        pairs = _pairs(text)
        if pairs:
            names, cells = zip(*pairs, strict=True)
            return PrintedLine(tuple(cells), tuple(names), time)
        if text[:1] in ("(", "[") and text.rstrip(",")[-1:] in (")", "]"):
            text = text.rstrip(",")[1:-1]
        if self.separator is not None and self.separator not in text:
            return None  # "1,2" is no decimal number because it has no tab
        cells = tuple(part.strip() for part in text.split(self.separator))
        if self.separator is not None and len(cells) > 1 and not cells[-1]:
            cells = cells[:-1]  # many loops print a separator after the last number, too
        if not cells or not all(map(self._number.fullmatch, cells)):
            return None
        if self.separator == "," and any(map(_LEADING_ZERO.match, cells)):
            return None  # the fraction of a number with a decimal comma
        return PrintedLine(cells, (), time)


def line_reader(lines: Sequence[str], share: float = 0.5) -> LineReader | None:
    """Return the reader that understands most of some lines.

    Parameters
    ----------
    lines : sequence of str
        Without blank ones.
    share : float
        Of the lines it has to understand more.

    Returns
    -------
    LineReader or None
        None if none understands so many. What several read alike is separated by commas, rather
        than a number with a decimal comma.
    """
    readers = [LineReader(separator, number) for separator, number in _SEPARATORS]
    counts = [sum(reader(line) is not None for line in lines) for reader in readers]
    best = max(range(len(readers)), key=lambda k: counts[k])
    return readers[best] if counts[best] > share * len(lines) else None


def is_printed_number(text: str) -> bool:
    """Whether a text is a number with a decimal point or comma."""
    return _WITH_COMMA.fullmatch(text) is not None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return names and numbers of `x:1,y:2`; nothing if there is anything else."""
    found, at = [], 0
    while at < len(text):
        match = _PAIR.match(text, at)
        if match is None:
            return []
        found.append((match[1], match[2]))
        at = match.end()
    return found if len({name for name, _ in found}) == len(found) else []
