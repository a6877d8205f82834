"""Read a float network from a file of any supported format."""

from __future__ import annotations

import os
from pathlib import Path

from thumbnet.trainer import Model, ThumbnetError

from .float_graph import FloatGraph
from .from_keras import float_graph_of_keras
from .from_onnx import float_graph_of_onnx
from .from_tflite import float_graph_of_tflite
from .to_model import to_model

READERS = {
    ".onnx": float_graph_of_onnx,
    ".tflite": float_graph_of_tflite,
    ".keras": float_graph_of_keras,
    ".h5": float_graph_of_keras,
    ".hdf5": float_graph_of_keras,
}
"""By suffix: returns the float graph of a file."""


def read_float(path: str | os.PathLike[str]) -> Model:
    """Read a float network.

    Parameters
    ----------
    path : path
        `.onnx`, `.tflite`, `.keras`, `.h5` or `.hdf5`.

    Returns
    -------
    Model
        Compute with it, train it further, or export it.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or has an operation that the trainer has no layer for.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in READERS:
        raise ThumbnetError(
            f"{path}: is no network that can be imported: give one of {', '.join(READERS)}"
        )
    return named_model(READERS[suffix](path), path)


def named_model(graph: FloatGraph, path: str | os.PathLike[str]) -> Model:
    """Return the model of a file's float graph; errors name the file."""
    try:
        return to_model(graph)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error
