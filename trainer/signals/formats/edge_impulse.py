"""Edge Impulse: its data acquisition format in JSON or CBOR, and the labels of its exports.

A file holds `payload`: `interval_ms`, `sensors` with names, and `values`. The signature beside it
is not checked: whoever has the file also has the key, or none was used.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ...errors import ThumbnetError
from ..trees import File, Folder
from .format import Format, Labels
from .text import json_of
from .track import FEWEST, Track, Wanted

INFO = "info.labels"
_MOST_CBOR = 16 * 2**20
"""Bytes of a CBOR file: its values take up to 30 times as much memory."""
_AGAIN = "export it again"


class EdgeImpulse(Format):
    """A sample of the data acquisition format."""

    title = "Edge Impulse"

    def recognizes(self, file: File) -> bool:
        """Whether it is CBOR, or JSON with a payload."""
        if file.suffix == ".cbor":
            return True
        return file.suffix == ".json" and b'"payload"' in file.data

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read the values, at the rate that the file states."""
        if label is None and not wanted.predicted:
            raise ThumbnetError(
                f"{file.where}: has no label: put it into a folder of its label, or call it "
                f"LABEL.{file.name}"
            )
        payload = _payload(file)
        interval: Any = payload.get("interval_ms")
        if not _is_number(interval) or not 0 < interval < 1e9:
            raise ThumbnetError(
                f"{file.where}: interval_ms is {interval!r:.40}, no time between samples: {_AGAIN}"
            )
        names = _names(file, payload.get("sensors"))
        values = _values(file, payload.get("values"), len(names))
        rate = float(f"{1000 / interval:.6g}")
        given = wanted.rate
        if given is not None and abs(rate / given - 1) > 0.1:
            raise ThumbnetError(
                f"{file.where}: states {rate:.4g} samples a second, not {given:g}: correct the "
                "rate, or leave it out"
            )
        return [[Track(values, names, file.shown, given or rate, label or "")]]

    def labels(self, folder: Folder) -> Labels | None:
        """Return the labels of an export's files, by its info.labels."""
        file = next((file for file in folder.files if file.name == INFO), None)
        if file is None:
            return None
        entries = json_of(file)
        files = entries.get("files") if isinstance(entries, dict) else None
        if not isinstance(files, list) or not all(isinstance(one, dict) for one in files):
            raise ThumbnetError(f"{file.where}: does not list files with labels: {_AGAIN}")
        return {str(one.get("path", "")): _parts(file, one) for one in files}


def _parts(file: File, entry: dict[str, Any]) -> list[tuple[str, int, int | None]]:
    """Return the label of a file of an export, or the labels of its parts."""
    label = entry.get("label")
    kind = label.get("type") if isinstance(label, dict) else None
    if isinstance(label, dict) and kind == "label" and isinstance(label.get("label"), str):
        return [(label["label"], 0, None)]
    if isinstance(label, dict) and kind == "multi-label":
        with contextlib.suppress(KeyError, TypeError, ValueError):
            return [
                (str(one["label"]), int(one["startIndex"]), int(one["endIndex"]) + 1)
                for one in label["labels"]
            ]
    raise ThumbnetError(
        f"{file.where}: {str(entry.get('path'))[:80]!r} has no label: label it in the project, or "
        "delete it there, and export again"
    )


def _payload(file: File) -> dict[str, Any]:
    whole = _cbor(file) if file.suffix == ".cbor" else json_of(file)
    payload = whole.get("payload") if isinstance(whole, dict) else None
    if not isinstance(payload, dict):
        raise ThumbnetError(
            f"{file.where}: has no payload, as Edge Impulse's data acquisition format has: {_AGAIN}"
        )
    return payload


def _cbor(file: File) -> Any:
    try:
        import cbor2
    except ImportError:
        raise ThumbnetError(
            f"{file.where}: reading CBOR needs the package cbor2: pip install 'thumbnet[cbor]', "
            "or export JSON or CSV"
        ) from None
    if len(file.data) > _MOST_CBOR:
        raise ThumbnetError(
            f"{file.where}: has more than {_MOST_CBOR >> 20} MB, the most that is read of CBOR: "
            "export CSV, or several of it"
        )
    try:
        return cbor2.loads(file.data)
    except Exception as error:  # whatever the tags of a stranger's file make it raise
        what = str(error).splitlines()[0][:80] if str(error) else type(error).__name__
        raise ThumbnetError(f"{file.where}: is not CBOR ({what}): {_AGAIN}") from error


def _names(file: File, sensors: Any) -> tuple[str, ...]:
    names = tuple(
        str(one["name"])
        for one in (sensors if isinstance(sensors, list) else [])
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    )
    if not names or len(set(names)) < len(sensors):
        raise ThumbnetError(f"{file.where}: its sensors have no names of their own: {_AGAIN}")
    return names


def _values(file: File, rows: Any, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the readings, (n, count); those of a single sensor may be a flat list."""
    if isinstance(rows, str) or (isinstance(rows, list) and any(isinstance(r, str) for r in rows)):
        raise ThumbnetError(
            f"{file.where}: its values are in another file, as those of sound and pictures: only "
            "readings of sensors are cut into windows"
        )
    if not isinstance(rows, list) or len(rows) < FEWEST:
        raise ThumbnetError(f"{file.where}: has fewer than {FEWEST} samples: record it again")
    if count == 1 and not isinstance(rows[0], list):
        rows = [[value] for value in rows]
    for at, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != count:
            raise ThumbnetError(
                f"{file.where}, sample {at}: does not have a value for each of {count} sensors: "
                f"{_AGAIN}"
            )
        if not all(map(_is_number, row)):
            raise ThumbnetError(
                f"{file.where}, sample {at}: {row!r:.60} are not all finite numbers: make two "
                "recordings without it"
            )
    return np.array(rows, dtype=np.float64)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e30
