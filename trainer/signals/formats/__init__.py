"""How apps and programs write recordings: one file for each, all read into `Track`s."""

from __future__ import annotations

from ...errors import ThumbnetError
from ..trees import File, Folder
from .edge_impulse import EdgeImpulse
from .format import Format, Labels
from .phyphox import Phyphox
from .sensor_logger import SensorLogger
from .serial_log import SerialLog
from .table import NamedTable

FORMATS: tuple[Format, ...] = (
    EdgeImpulse(),
    SensorLogger(),
    Phyphox(),
    SerialLog(),
    NamedTable(),
)
"""A file is read by the first that recognizes it."""

SUFFIXES = (".csv", ".tsv", ".txt", ".log", ".json", ".cbor")
"""Suffixes of files with readings."""


def format_of(file: File) -> Format:
    """Return the format of a file; raises ThumbnetError if it is none of recordings."""
    for one in FORMATS:
        if one.recognizes(file):
            return one
    raise ThumbnetError(
        f"{file.where}: is JSON, but neither of Edge Impulse nor of Sensor Logger: save the "
        "readings as CSV"
    )


def export_of(folder: Folder) -> Format | None:
    """Return the format whose app exports one recording as such a folder; None for any other."""
    return next((one for one in FORMATS if one.is_export(folder)), None)


def labels_of(folder: Folder) -> Labels | None:
    """Return the labels that a program lists beside the files; None without a list."""
    found = (one.labels(folder) for one in FORMATS)
    return next((labels for labels in found if labels is not None), None)
