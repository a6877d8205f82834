"""Changes one thing in a .tflite, with the classes of LiteRT's own schema, and writes it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def unpacked(data: bytes) -> Any:
    """The file as a tree of objects: `subgraphs[0].tensors[0].shape`, ..."""
    return schema.ModelT.InitFromPackedBuf(data, 0)


def packed(model: Any) -> bytes:
    """The file of a tree of objects."""
    to = flatbuffers.Builder(4096)
    to.Finish(model.Pack(to), b"TFL3")
    return bytes(to.Output())


def altered(data: bytes, change: Callable[[Any], object]) -> bytes:
    """The file after a change of its tree."""
    model = unpacked(data)
    change(model)
    return packed(model)
