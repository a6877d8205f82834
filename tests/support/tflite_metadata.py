"""Metadata of a .tflite, and the archive of labels behind it, as TFLite's tools write them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

import flatbuffers


def with_labels(data: bytes, name: str, labels: Sequence[str]) -> bytes:
    """Append a file of labels."""
    file = BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "\n".join(labels))
    return file.getvalue()


def metadata(label_file: str) -> bytes:
    """Return TFLite's metadata of a network with one output, whose classes a file names."""
    to = flatbuffers.Builder(256)

    def table(fields: dict[int, int], kind: int = 0) -> int:
        to.StartObject(8)
        for slot, offset in fields.items():
            to.PrependUOffsetTRelativeSlot(slot, offset, 0)
        to.PrependInt8Slot(2, kind, 0)
        return int(to.EndObject())

    def vector(*offsets: int) -> int:
        to.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            to.PrependUOffsetTRelative(offset)
        return int(to.EndVector())

    other = table({0: to.CreateString("about.txt")}, kind=1)
    names = table({0: to.CreateString(label_file)}, kind=2)
    output = table({6: vector(other, names)})
    network = table({3: vector(output)})
    to.Finish(table({3: vector(network)}), b"M001")
    return bytes(to.Output())
