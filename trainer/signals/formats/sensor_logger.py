"""Sensor Logger: a folder or zip archive with a CSV file for each sensor, or all in one JSON file.

Every row has `time`, in nanoseconds since 1970, and `seconds_elapsed`. The axes are written as z,
y, x; they become x, y, z, the order in which sensors and their drivers give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import ThumbnetError
from ..trees import File, Folder
from .columns import tracks_of
from .format import Format
from .text import Sheet, json_of, number_of, sheet_of
from .track import Track, Wanted

_ELAPSED = "seconds_elapsed"
_METADATA = "metadata"
_NO_READINGS = (_METADATA, "annotation", "activity", "network", "bluetoothmetadata", "wifi")
"""Files of text."""


class SensorLogger(Format):
    """The samples of one sensor, or of all in JSON."""

    title = "Sensor Logger"

    def recognizes(self, file: File) -> bool:
        """Whether there is the app's column of seconds."""
        if file.suffix == ".json":
            start = file.data[:4096]
            return start.lstrip()[:1] == b"[" and b'"sensor"' in start
        first = next(iter(file.lines), "")
        return _ELAPSED in [cell.strip().strip('"') for cell in first.split(",")]

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read the samples of a sensor, or of each sensor in a JSON file."""
        if file.suffix != ".json":
            notes: list[str] = []
            sheet = sheet_of(file, wanted.decimal)
            sheet = replace(sheet, rows=_once(sheet.rows, notes))
            tracks = tracks_of(sheet, file, label, wanted)
            return [[_in_order(replace(one, notes=(*one.notes, *notes)))] for one in tracks]
        found = []
        for sensor, rows in _sensors(file).items():
            header = list(rows[0])
            cells = [
                (at, [str(row.get(name, "")) for name in header]) for at, row in enumerate(rows, 1)
            ]
            one = replace(file, name=sensor, where=f"{file.where}, sensor {sensor!r}")
            tracks = tracks_of(
                Sheet(header, iter(cells), number_of, counted="row"), one, label, wanted
            )
            found += [replace(_in_order(track), sensor=sensor) for track in tracks]
        if not found:
            raise ThumbnetError(f"{file.where}: no sensor has readings: record again")
        return [found]

    def is_export(self, folder: Folder) -> bool:
        """Whether a folder has the app's description of the recording."""
        return any(file.stem.lower() == _METADATA for file in folder.files)

    def has_no_readings(self, file: File) -> bool:
        """Whether a file has text."""
        name = file.stem.lower()
        return name in _NO_READINGS or name.startswith("bluetooth")


def _once(
    rows: Iterator[tuple[int, list[str]]], notes: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows without those that repeat the one before: Android writes some twice."""
    before: list[str] = []
    repeated = 0
    for line, cells in rows:
        if cells == before:
            repeated += 1
            continue
        before = cells
        yield line, cells
    if repeated:
        notes.append("rows that repeat the one before, with its time, are left out")


def _sensors(file: File) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each sensor with numbers, without the key "sensor"."""
    entries = json_of(file)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict) or not isinstance(entry.get("sensor"), str):
            raise ThumbnetError(
                f"{file.where}: not all of its entries name a sensor: export it again, as CSV"
            )
        row = {name: value for name, value in entry.items() if name != "sensor"}
        if entry["sensor"].lower() not in _NO_READINGS and _ELAPSED in row:
            found.setdefault(entry["sensor"], []).append(row)
    return found


def _in_order(track: Track) -> Track:
    """Return a track with its axes as x, y, z, and everything else behind them."""
    order = sorted(
        range(len(track.channels)),
        key=lambda k: "xyz".find(track.channels[k]) if track.channels[k] in ("x", "y", "z") else 3,
    )
    return replace(
        track,
        channels=tuple(track.channels[k] for k in order),
        values=np.ascontiguousarray(track.values[:, order]),
    )
