"""`read(path)`: a network from a file, whatever its format."""

from __future__ import annotations

import os
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from .integer_networks.from_tflite import integer_network
from .integer_networks.network import IntegerNetwork
from .tflite.read_tflite import read_tflite

FORMATS = (".tflite",)
"""The suffixes of files that can be read."""


def read(path: str | os.PathLike[str], name: str = "model") -> IntegerNetwork:
    """Read a network that was trained elsewhere.

    Parameters
    ----------
    path
        An int8 `.tflite`.
    name
        The name of the module that it becomes.

    Returns
    -------
    IntegerNetwork
        The network with the file's own integers.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or contains something that is not supported.

    """
    place = Path(path)
    if place.suffix.lower() not in FORMATS:
        raise ThumbnetError(f"{place}: thumbnet imports {', '.join(FORMATS)}: convert it first")
    return integer_network(read_tflite(place), str(place), name)
