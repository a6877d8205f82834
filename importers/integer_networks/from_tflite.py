"""An int8 .tflite as an integer graph with the same integers."""

from __future__ import annotations

from thumbnet.export import Node

from ..tflite.model import Operator, TfliteModel
from .builder import Builder
from .constants import fold
from .finish import finished
from .network import IntegerNetwork
from .registry import TRANSLATORS
from .states import held_states


def integer_network(model: TfliteModel, path: str, name: str) -> IntegerNetwork:
    """Translate an int8 network.

    Parameters
    ----------
    model
        The file's description.
    path
        The file, for messages.
    name
        The name of the module.

    Raises
    ------
    ThumbnetError
        If an operator or its types are not supported, with its position and what to do.

    """
    subgraph = model.subgraphs[0]
    builder = Builder(path, model.subgraphs)
    if len(subgraph.inputs) != 1:
        builder.refuse(f"it has {len(subgraph.inputs)} inputs", "thumbnet takes networks with one")
    (start,) = subgraph.inputs
    left_out = _float_ends(builder, start)
    if left_out:
        start = left_out[0].outputs[0]
    if builder.dims(start)[0] != 1:
        builder.refuse(f"its input has {builder.dims(start)[0]} rows", "give it a batch of 1")
    levels = {"minimum": 0, "maximum": 255, "gain": 1}
    builder.add(Node("quantize_levels", ("input",), "x", levels), builder.spec("x", start), start)
    for operator in subgraph.operators:
        if operator in left_out or fold(builder, builder.at(operator)):
            continue
        if operator.name not in TRANSLATORS:
            builder.refuse(
                "thumbnet has no integer form of it",
                f"use one of {', '.join(TRANSLATORS)}, or import the float network with --data",
            )
        _check_bytes(builder, operator)
        TRANSLATORS[operator.name](builder, operator)
    builder.operator = None
    states = held_states(builder)
    sources = [builder.source(number) for number in subgraph.outputs]
    ends = [builder.tensor(number).dtype for number in (*subgraph.inputs, *subgraph.outputs)]
    kind = "int8 .tflite"
    if "float32" in ends:
        kind += " with float ends, so levels go in and come out"
    shape = builder.shape(subgraph.inputs[0])
    return finished(builder, name, shape, sources, states, kind)


def _float_ends(builder: Builder, start: int) -> list[Operator]:
    """Return the operators that quantize a float input: the module takes their result instead."""
    if builder.tensor(start).dtype != "float32":
        return []
    readers = [one for one in builder.subgraph.operators if start in one.inputs]
    same = {builder.quantization(one.outputs[0]) for one in readers if one.name == "QUANTIZE"}
    if len(same) != 1 or len(readers) != 1:
        builder.refuse(
            "its input is float32 and not quantized at once",
            "quantize the whole network to int8, or import its float version with --data",
        )
    return readers


def _check_bytes(builder: Builder, operator: Operator) -> None:
    """Refuse bytes without a sign but where they are quantized anew."""
    numbers = [*operator.inputs, *operator.outputs]
    kinds = {builder.tensor(number).dtype for number in numbers if number >= 0}
    if "uint8" in kinds and operator.name not in ("QUANTIZE", "DEQUANTIZE", "RESHAPE"):
        builder.refuse("a tensor is uint8", "quantize the network to int8")
