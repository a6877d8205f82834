"""Names of classes in the metadata of a .tflite.

TFLite's metadata tools add a buffer, TFLITE_METADATA, that describes inputs and outputs, and append
the files that it names as a zip archive.
"""

from __future__ import annotations

import os
import zipfile
from io import BytesIO

from ...trainer import read_zip
from .flatbuffer import FlatBuffer, Table

METADATA = "TFLITE_METADATA"
IDENTIFIER = b"M001"
AXIS_LABELS = 2
"""The kind of a file that has a name for each value of an output."""


def label_file(root: Table, buffers: list[memoryview]) -> str:
    """Find the name of the file with the names of the classes.

    Parameters
    ----------
    root : Table
        The root of the .tflite.
    buffers : list of memoryview
        Its buffers.

    Returns
    -------
    str
        "" if the metadata name none for the first output.

    Raises
    ------
    Damaged, NotRead
        If the metadata are damaged, or too large.
    """
    entries = [one for one in root.tables(6) if one.text(0) == METADATA]
    number = entries[0].number(1, "uint32") if entries else len(buffers)
    if number >= len(buffers) or buffers[number][4:8] != IDENTIFIER:
        return ""
    networks = FlatBuffer(bytes(buffers[number])).root().tables(3)
    outputs = networks[0].tables(3) if networks else []
    files = outputs[0].tables(6) if outputs else []
    names = [file.text(0) for file in files if file.number(2, "int8") == AXIS_LABELS]
    return names[0] if names else ""


def read_labels(path: str | os.PathLike[str], data: bytes, name: str) -> tuple[str, ...]:
    """Read the names of classes.

    Parameters
    ----------
    path : path
        The .tflite, for messages.
    data : bytes
        Its contents.
    name : str
        What `label_file` returned.

    Returns
    -------
    tuple of str
        A name for each line; none if the archive does not have the file.

    Raises
    ------
    ThumbnetError
        If the archive is damaged, or unpacks to more than is read.
    """
    if not name or not zipfile.is_zipfile(BytesIO(data)):
        return ()
    return lines_of(read_zip(path, data).get(name, b""))


def lines_of(content: bytes) -> tuple[str, ...]:
    """Return the lines of a text without spaces around them, and without empty ones at the end."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "backslashreplace")
    return tuple(line.strip() for line in text.rstrip().splitlines())
