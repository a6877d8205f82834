"""The lines of a text file, in whatever encoding, and no more of them than fit in memory."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

from ..errors import ThumbnetError
from .reading import read_bytes
from .text_encoding import decode

MOST_BYTES = 64 * 2**20
"""Bytes of a table. Its cells take several times as much memory."""
MOST_LINE = 2**19
"""Bytes of a line: the most columns, with 32 for each."""
MOST_ROWS, MOST_CELLS = 2_000_000, 16_000_000
"""Of a table: five hours at 100 readings a second."""
DELIMITERS = ",;\t|"
"""What may separate columns."""


class Lines:
    """The lines of a text, which can be read again and again, and are never all in memory."""

    def __init__(self, data: bytes, encoding: str, skipped: int = 0) -> None:
        self.data, self.encoding, self.skipped = data, encoding, skipped

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(io.TextIOWrapper(io.BytesIO(self.data), "utf-8", newline="")):
            # A line that is left out still counts.
            yield "\n" if number < self.skipped else line


def read_lines(path: str | os.PathLike[str], data: bytes | None = None) -> Lines:
    """Return the lines of a text file, whatever its encoding, or raise ThumbnetError.

    data: its contents, if `path` only names it in messages.
    """
    data, encoding = decode(path, read_bytes(path, MOST_BYTES) if data is None else data)
    _check_size(path, data)
    return Lines(data, encoding)


def _check_size(path: str | os.PathLike[str], data: bytes) -> None:
    """Raise ThumbnetError for more rows, cells or characters in a line than are read."""
    rows = data.count(b"\n") + data.count(b"\r")
    cells = rows + sum(data.count(mark.encode()) for mark in DELIMITERS)
    for count, most, what in ((rows, MOST_ROWS, "lines"), (cells, MOST_CELLS, "cells")):
        if count > most:
            raise ThumbnetError(
                f"{path}: has {count:,} {what}, at most {most:,} are read: leave some out"
            )
    if len(data) > MOST_LINE:
        for number, line in enumerate(io.BytesIO(data), 1):
            if len(line) > MOST_LINE and max(map(len, line.split(b"\r"))) > MOST_LINE:
                raise ThumbnetError(
                    f"{path}, line {number}: has {len(line):,} bytes, at most {MOST_LINE:,} are "
                    "read: write one example a line"
                )
