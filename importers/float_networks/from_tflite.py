"""A float .tflite to the float graph: operator by operator, constants computed at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..tflite.model import Operator, Subgraph, TfliteModel
from ..tflite.read_tflite import read_tflite
from .float_graph import FloatGraph
from .tflite_constants import CONSTANTS, real_numbers
from .tflite_operations import NOT_IN_FLOATS, OPERATIONS
from .tracer import Tracer


def float_graph_of_tflite(path: str | os.PathLike[str]) -> FloatGraph:
    """Read the float network of a `.tflite` file.

    Parameters
    ----------
    path : path
        The file. Weights may be float, or 8-bit integers with scales (a hybrid file).

    Returns
    -------
    FloatGraph
        With channels last.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, computes in integers, or has an operator that the trainer has no
        layer for; the message names it and its position.
    """
    return float_graph_of_model(read_tflite(path), path)


def float_graph_of_model(model: TfliteModel, path: str | os.PathLike[str]) -> FloatGraph:
    """Return the float graph of a file that was read; see `float_graph_of_tflite`."""
    try:
        return graph_of(model, Path(path).stem)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error


def computes_in_floats(model: TfliteModel) -> bool:
    """Whether a file's inputs and activations are floats, whatever its weights are."""
    network = model.subgraphs[0]
    computed = {number for operator in network.operators for number in operator.outputs}
    computed.update(network.inputs)
    kinds = {network.tensors[number].dtype for number in computed if number >= 0}
    return not kinds & {"int8", "uint8", "int16"}


def graph_of(model: TfliteModel, name: str) -> FloatGraph:
    """Return the float graph of a file that was read; raises as `float_graph_of_tflite` does."""
    network = model.subgraphs[0]
    if not computes_in_floats(model):
        raise ThumbnetError("it computes in integers: import it as an integer network")
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ThumbnetError(
            f"it has {len(network.inputs)} inputs and {len(network.outputs)} outputs: convert a "
            "network with one of each"
        )
    source = network.tensors[network.inputs[0]]
    if source.dtype != "float32" or not 2 <= len(source.shape) <= 5:
        raise ThumbnetError(
            f"its input is {source.dtype} of shape {source.shape}: convert it with a float32 "
            "input, its batch axis first"
        )
    tracer = Tracer(name, (1, *source.shape[1:]))
    values: dict[int, Any] = {network.inputs[0]: tracer.input}
    for number, tensor in enumerate(network.tensors):
        if tensor.data is not None:
            values[number] = real_numbers(tensor)
        elif tensor.is_variable:  # what an LSTM begins with
            values[number] = np.zeros(tensor.shape)
    for operator in network.operators:
        tracer.where = f"operator {operator.position}, {operator.name[:60]}"
        try:
            _take(tracer, network, operator, values)
        except ThumbnetError as error:
            raise ThumbnetError(f"{tracer.where}: {error}") from error
        except (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError) as error:
            why = " ".join(str(error).split())[:100]
            raise ThumbnetError(f"{tracer.where}: its settings do not fit ({why})") from error
    result = values.get(network.outputs[0])
    if result is None or isinstance(result, np.ndarray):
        raise ThumbnetError("its output does not depend on its input")
    tracer.where = "the output"
    return tracer.finished(result)


def _take(tracer: Tracer, network: Subgraph, operator: Operator, values: dict[int, Any]) -> None:
    """Compute or translate an operator."""
    if any(number >= 0 and number not in values for number in operator.inputs):
        raise ThumbnetError("it reads what nothing before it writes: convert the network again")
    inputs = [values[number] if number >= 0 else None for number in operator.inputs]
    constant = all(x is None or isinstance(x, np.ndarray) for x in inputs)
    if constant and operator.name in CONSTANTS:
        values[operator.outputs[0]] = CONSTANTS[operator.name](operator.options, inputs)
        return
    if operator.name in NOT_IN_FLOATS:
        raise ThumbnetError(NOT_IN_FLOATS[operator.name])
    if operator.name not in OPERATIONS or constant:
        raise ThumbnetError("is not supported: docs/import.md lists what is; leave it out")
    values[operator.outputs[0]] = OPERATIONS[operator.name](tracer, operator.options, inputs)
