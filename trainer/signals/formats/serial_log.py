"""What a board prints, saved as it is: numbers, `x:1,y:2`, or tuples, with or without times.

Arduino's serial monitor and plotter, Thonny, Mu and terminals write such logs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import dropwhile, islice

import numpy as np

from ...errors import ThumbnetError
from ..clocks import FEWEST, counts_rows
from ..printed_lines import LineReader, PrintedLine, is_printed_number, line_reader
from ..trees import File
from .columns import tracks_of
from .format import Format
from .text import UNNAMED, Sheet, number_of, number_with_comma
from .track import Track, Wanted

_LOOK_AT, _CHOOSE_BY = 50, 1000
"""Lines by which a log is recognized, and by which its separator is chosen."""
_MOSTLY = 0.95
"""Share of steps upward from which a first column without a name is a clock."""
# What Thonny, the prompt and the start of a board print above the readings.
_CONSOLE = re.compile(
    r"(>>>|%Run|MPY: |MicroPython v|Adafruit CircuitPython|Type \"help|raw REPL)"
    r"|(ets|rst:|load:|entry) ?[\dx]"
)


class SerialLog(Format):
    """Lines of numbers without a line of names at the top, or with one and blanks between."""

    title = "a serial log"

    def recognizes(self, file: File) -> bool:
        """Whether the first line has numbers, or names of the numbers below between blanks."""
        if file.suffix in (".json", ".cbor"):
            return False
        lines = [line for line in islice(file.lines, _LOOK_AT) if line.strip()]
        lines = list(dropwhile(_CONSOLE.match, lines))
        reader = line_reader(lines)
        if reader is None:
            return False
        return line_reader(lines[:1]) is not None or _header(lines, reader) is not None

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read a log as a table whose columns may have no names."""
        whole = [(at, line) for at, line in enumerate(file.lines, 1) if line.strip()]
        lines = list(dropwhile(lambda line: _CONSOLE.match(line[1]), whole))
        reader = line_reader([line for _, line in lines[:_CHOOSE_BY]])
        if reader is None:
            raise ThumbnetError(f"{file.where}: no lines of numbers: record again")
        names = _header([line for _, line in lines], reader)
        if names is not None:
            del lines[0]
        read = [(at, reader(line), line) for at, line in lines]
        notes: list[str] = []
        if len(lines) + (names is not None) < len(whole):
            notes.append("what the console printed above the readings is left out")
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


def _header(lines: list[str], reader: LineReader) -> tuple[str, ...] | None:
    """Return the names in a first line above columns that blanks separate."""
    if len(lines) < 2 or reader.separator is not None:
        return None
    below = reader(lines[1])
    words = lines[0].split()
    if below is None or below.names or len(words) != len(below.cells) or len(words) < 2:
        return None
    if any(map(is_printed_number, words)) or len(set(words)) < len(words):
        return None
    return None if any(mark in lines[0] for mark in ",;\t") else tuple(words)


def _whole(
    file: File, read: list[tuple[int, PrintedLine | None, str]], notes: list[str]
) -> list[tuple[int, PrintedLine]]:
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
