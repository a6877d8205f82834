"""phyphox: a folder or zip archive with a CSV file for each data set, and a folder `meta`.

The app writes commas, tabs or semicolons, and a decimal point or comma. Columns of a data set may
have different lengths: NaN fills the shorter ones. Its time stops while an experiment is paused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ...errors import ThumbnetError
from ..trees import File, Folder
from .columns import tracks_of
from .format import Format
from .text import Sheet, sheet_of
from .track import Track, Wanted

_META = "meta"
_FIRST = re.compile(r'"[^"]*\((s|ms)\)"\s*[,;\t]\s*"[^"]*"')
_FILL = "nan"


class Phyphox(Format):
    """One data set of an experiment."""

    title = "phyphox"

    def recognizes(self, file: File) -> bool:
        """Whether the first line has quoted names, the first of them with a unit of time."""
        return _FIRST.match(next(iter(file.lines), "")) is not None

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read a data set, without the rows at its end that only fill columns."""
        notes: list[str] = []
        sheet = sheet_of(file, wanted.decimal)
        sheet = replace(sheet, rows=_filled(sheet, notes))
        tracks = tracks_of(sheet, file, label, wanted)
        return [[replace(track, notes=(*track.notes, *notes))] for track in tracks]

    def is_export(self, folder: Folder) -> bool:
        """Whether a folder has the folder `meta`."""
        return _time_file(folder) is not None

    def pauses(self, folder: Folder) -> Sequence[float]:
        """Return when the experiment was paused, by meta/time.csv."""
        file = _time_file(folder)
        if file is None:
            return ()
        try:
            sheet = sheet_of(file)
            rows = [(cells[0].upper(), sheet.number(cells[1])) for _, cells in sheet.rows]
        except (ThumbnetError, ValueError, IndexError):
            return ()  # only a description; without it, nothing is known of pauses
        return [
            time for (event, time), (after, _) in pairwise(rows)
            if event == "PAUSE" and after == "START"
        ]  # fmt: skip


def _time_file(folder: Folder) -> File | None:
    for meta in folder.folders:
        if meta.name == _META:
            for file in meta.files:
                if file.name in ("time.csv", "device.csv"):
                    return next((f for f in meta.files if f.name == "time.csv"), file)
    return None


def _filled(sheet: Sheet, notes: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows up to the last one without NaN."""
    waiting: list[tuple[int, list[str]]] = []
    for line, cells in sheet.rows:
        if any(cell.lower() == _FILL for cell in cells):
            waiting.append((line, cells))
            continue
        yield from waiting
        waiting.clear()
        yield line, cells
    if waiting:
        notes.append("rows at the end, where NaN fills a shorter column, are left out")
