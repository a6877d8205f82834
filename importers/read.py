"""`read(path)`: a network from a file, whatever its format."""

from __future__ import annotations

import os
from pathlib import Path

from thumbnet.trainer import Model, ThumbnetError

from .classes import with_classes
from .float_networks.from_onnx import float_graph_of_onnx_model
from .float_networks.from_tflite import computes_in_floats, float_graph_of_model
from .float_networks.read_float import READERS, named_model, read_float
from .integer_networks.from_onnx import integer_network_of_onnx
from .integer_networks.from_tflite import integer_network
from .integer_networks.network import IntegerNetwork
from .integer_networks.onnx_values import computes_in_integers
from .onnx_files.read_onnx import read_onnx
from .tflite.read_tflite import read_tflite

FORMATS = tuple(READERS)
"""The suffixes of files that can be read."""


def read(path: str | os.PathLike[str], name: str = "model") -> Model | IntegerNetwork:
    """Read a network that was trained elsewhere.

    Parameters
    ----------
    path
        A `.tflite`, `.onnx`, `.keras`, `.h5` or `.hdf5`.
    name
        The name of the module that an 8-bit network becomes.

    Returns
    -------
    Model or IntegerNetwork
        A float network as a model of the trainer, which `convert` quantizes; an 8-bit network, of
        a `.tflite` or of ONNX with QuantizeLinear, with the file's own integers.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or contains something that is not supported.

    """
    place = Path(path)
    if place.is_dir():
        raise ThumbnetError(f"{place}: it is a folder: name the file of a network in it")
    if place.suffix.lower() not in FORMATS:
        raise ThumbnetError(
            f"{place}: thumbnet imports {', '.join(FORMATS)}: export the network as one of these"
        )
    if place.suffix.lower() == ".onnx":
        onnx = read_onnx(place)
        if computes_in_integers(onnx):
            return integer_network_of_onnx(onnx, str(place), name)
        return named_model(float_graph_of_onnx_model(onnx, place), place)
    if place.suffix.lower() != ".tflite":
        return read_float(place)
    model = read_tflite(place)
    if computes_in_floats(model):
        network: Model | IntegerNetwork = named_model(float_graph_of_model(model, place), place)
    else:
        network = integer_network(model, str(place), name)
    try:
        return with_classes(network, model.labels) if model.labels else network
    except ThumbnetError:  # metadata promise nothing: the labels are those of something else
        return network
