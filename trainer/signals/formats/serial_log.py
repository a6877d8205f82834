"""What a board prints, saved as it is: numbers, `x:1,y:2`, or tuples, with or without times.

Arduino's serial monitor and plotter, Thonny, Mu and terminals write such logs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ...errors import ThumbnetError
from ..clocks import FEWEST, counts_rows
from ..moments import parse_moment
from ..trees import File
from .columns import tracks_of
from .format import Format
from .text import UNNAMED, Sheet, number_of, number_with_comma
from .track import Track, Wanted

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)"
_PLAIN = re.compile(_NUMBER, re.ASCII | re.IGNORECASE)
_WITH_COMMA = re.compile(_NUMBER.replace(r"\.", "[.,]"), re.ASCII | re.IGNORECASE)
_LEADING_ZERO = re.compile(r"[+-]?0\d")
_PAIR = re.compile(
    rf"\s*([^\W\d][^:=,;\t]*?)\s*[:=]\s*({_NUMBER})\s*(?:[,;\t]\s*|\s|$)", re.IGNORECASE
)
_PREFIX = re.compile(r"(?:(?P<arrow>[^>]{5,40}?)\s*->|\[(?P<box>[^\]]{5,40})\])\s*(?P<rest>.*)")
_SEPARATORS: tuple[tuple[str | None, re.Pattern[str]], ...] = (
    ("\t", _WITH_COMMA),
    (";", _WITH_COMMA),
    (",", _PLAIN),
    (None, _WITH_COMMA),
)
"""What separates numbers, None for blanks, and how these are written then."""
_LOOK_AT, _CHOOSE_BY = 50, 1000
"""Lines by which a log is recognized, and by which its separator is chosen."""
_MOSTLY = 0.95
"""Share of steps upward from which a first column without a name is a clock."""


@dataclass(frozen=True)
class _Line:
    """The numbers of a line, their names if it has some, and the time that the terminal wrote."""

    cells: tuple[str, ...]
    names: tuple[str, ...] = ()
    time: str = ""

    @property
    def shape(self) -> tuple[int, tuple[str, ...], bool]:
        """What is the same in all lines of a log."""
        return len(self.cells), self.names, bool(self.time)


class SerialLog(Format):
    """Lines of numbers without a line of names at the top, or with one and blanks between."""

    title = "a serial log"

    def recognizes(self, file: File) -> bool:
        """Whether the first line has numbers, or names of the numbers below between blanks."""
        if file.suffix in (".json", ".cbor"):
            return False
        lines = [line for line in islice(file.lines, _LOOK_AT) if line.strip()]
        reader = _reader(lines)
        if reader is None:
            return False
        return reader(lines[0]) is not None or _header(lines, reader) is not None

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read a log as a table whose columns may have no names."""
        lines = [(at, line) for at, line in enumerate(file.lines, 1) if line.strip()]
        reader = _reader([line for _, line in lines[:_CHOOSE_BY]])
        if reader is None:
            raise ThumbnetError(f"{file.where}: no lines of numbers: record again")
        names = _header([line for _, line in lines], reader)
        if names is not None:
            del lines[0]
        read = [(at, reader(line), line) for at, line in lines]
        notes: list[str] = []
        rows = _whole(file, read, notes)
        shown: Sequence[str] = names or rows[0][1].names
        header = list(shown) or _made_up([line.cells for _, line in rows])
        if not shown and wanted.names:
            shown = header = _given(file, header, wanted.names)
        if rows[0][1].time:
            header = ["time" if "time" not in header else "terminal time", *header]
        table = [
            (at, [line.time, *line.cells] if line.time else list(line.cells)) for at, line in rows
        ]
        number = number_of if reader.separator == "," else number_with_comma
        sheet = Sheet(header, iter(table), number, tuple(notes), bool(shown))
        return [[track] for track in tracks_of(sheet, file, label, wanted)]


class _Reader:
    """Reads lines with one separator."""

    def __init__(self, separator: str | None, number: re.Pattern[str]) -> None:
        self.separator, self._number = separator, number

    def __call__(self, text: str) -> _Line | None:
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
            return _Line(tuple(cells), tuple(names), time)
        if text[:1] in ("(", "[") and text.rstrip(",")[-1:] in (")", "]"):
            text = text.rstrip(",")[1:-1]
        parts = text.split(self.separator)
        cells = tuple(part.strip() for part in parts)
        if self.separator is not None and len(cells) > 1 and not cells[-1]:
            cells = cells[:-1]  # many loops print a separator after the last number, too
        if not cells or not all(map(self._number.fullmatch, cells)):
            return None
        if self.separator == "," and any(map(_LEADING_ZERO.match, cells)):
            return None  # the fraction of a number with a decimal comma
        return _Line(cells, (), time)


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


def _reader(lines: list[str]) -> _Reader | None:
    """Return the reader that understands most lines, if any understands more than half."""
    readers = [_Reader(separator, number) for separator, number in _SEPARATORS]
    counts = [sum(reader(line) is not None for line in lines) for reader in readers]
    best = max(range(len(readers)), key=lambda k: counts[k])
    return readers[best] if 2 * counts[best] > len(lines) else None


def _header(lines: list[str], reader: _Reader) -> tuple[str, ...] | None:
    """Return the names in a first line above columns that blanks separate."""
    if len(lines) < 2 or reader.separator is not None:
        return None
    below = reader(lines[1])
    words = lines[0].split()
    if below is None or below.names or len(words) != len(below.cells) or len(words) < 2:
        return None
    if any(map(_WITH_COMMA.fullmatch, words)) or len(set(words)) < len(words):
        return None
    return None if any(mark in lines[0] for mark in ",;\t") else tuple(words)


def _whole(
    file: File, read: list[tuple[int, _Line | None, str]], notes: list[str]
) -> list[tuple[int, _Line]]:
    """Return the readings; leave out a line that is cut short at either end, and what follows."""
    usual = Counter(line.shape for _, line, _ in read if line is not None).most_common(1)[0][0]
    fits = [line is not None and line.shape == usual for _, line, _ in read]
    begin, end = 0, len(read)
    if not fits[0] and fits[1]:
        begin = 1
        notes.append("the first line is cut short, and is left out")
    last = max(k for k in range(len(read)) if fits[k]) + 1
    if last < end:
        end = last
        notes.append("lines after the last reading are left out")
    rows = []
    for at, line, text in read[begin:end]:
        if line is None or line.shape != usual:
            raise ThumbnetError(
                f"{file.where}, line {at}: {text.strip()[:40]!r} is no reading like the others: "
                "make two recordings, one without it and what follows; or delete it, if no sample "
                "is missing"
            )
        rows.append((at, line))
    return rows


def _given(file: File, header: list[str], names: Sequence[str]) -> list[str]:
    """Return the names that the user gives, for all columns or for all but the clock."""
    clock = header[0] in ("time", UNNAMED)
    if len(names) == len(header):
        return list(names)
    if clock and len(names) == len(header) - 1:
        return [header[0], *names]
    raise ThumbnetError(
        f"{file.where}: {len(header)} columns, but {len(names)} names are given: name each of them"
    )


def _made_up(cells: list[tuple[str, ...]]) -> list[str]:
    """Return names for columns without any; a first one that rises is a clock, or counts rows."""
    count = len(cells[0])
    if count > 1 and len(cells) >= FEWEST:
        first = np.array([float(row[0].replace(",", ".")) for row in cells])
        names = [f"x{k}" for k in range(count - 1)]
        if counts_rows(first):
            return [UNNAMED, *names]
        if np.mean(np.diff(first) > 0) >= _MOSTLY:
            return ["time", *names]
    return [f"x{k}" for k in range(count)]
