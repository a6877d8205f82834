"""Checks of a .tflite that go beyond one table: numbers of tensors, the order, quantization."""

from __future__ import annotations

import numpy as np

from .flatbuffer import Damaged, NotRead
from .model import Operator, Subgraph, Tensor, TfliteModel
from .schema import INTEGERS, WITHOUT_ARRAYS


def check_model(model: TfliteModel) -> None:
    """Refuse a model that could not run.

    Parameters
    ----------
    model : TfliteModel
        The model.

    Raises
    ------
    Damaged
        If it has no sub-graph, names tensors or sub-graphs that do not exist, reads what nothing
        has written, writes what is already there, or has a quantization that means nothing.
    """
    if not model.subgraphs:
        raise Damaged("it has no network")
    for number, subgraph in enumerate(model.subgraphs):
        try:
            _check_subgraph(subgraph, number, len(model.subgraphs))
        except Damaged as error:
            if number == 0:
                raise
            raise Damaged(f"sub-graph {number}: {error}") from error


def _check_subgraph(subgraph: Subgraph, place: int, count: int) -> None:
    tensors = subgraph.tensors
    for number, tensor in enumerate(tensors):
        _check_quantization(tensor, f"tensor {number} {tensor.name[:40]!r}")
    _check_numbers(subgraph.inputs, len(tensors), "the list of inputs")
    ready = {i for i, one in enumerate(tensors) if _has_values(one)}
    for number in subgraph.inputs:
        if number in ready:
            raise Damaged(f"tensor {number} is an input, but has values already")
    ready.update(subgraph.inputs)
    for operator in subgraph.operators:
        where = f"operator {operator.position} {operator.name[:60]}"
        _check_operator(operator, tensors, ready, where)
        called = operator.options.get("init_subgraph_index")
        if called is not None and (called == place or not 0 <= called < count):
            raise Damaged(f"{where} calls sub-graph {called} of {count}")
    _check_numbers(subgraph.outputs, len(tensors), "the list of outputs")
    for output in subgraph.outputs:
        if _is_missing(output, tensors, ready):
            raise Damaged(f"tensor {output} is an output, but no operator computes it")


def _check_operator(
    operator: Operator, tensors: tuple[Tensor, ...], ready: set[int], where: str
) -> None:
    """Refuse an operator that reads or writes what it cannot; add what it writes to `ready`."""
    present = tuple(number for number in operator.inputs if number != -1)
    named = (*present, *operator.outputs)
    _check_numbers((*named, *(i for i in operator.intermediates if i != -1)), len(tensors), where)
    for number in named:
        kind = tensors[number].dtype
        if kind in WITHOUT_ARRAYS - {"resource"}:
            raise NotRead(
                f"tensor {number} of {where} is of type {kind}, which is not read: convert the "
                "network with int8 or float32"
            )
    for number in present:
        if _is_missing(number, tensors, ready):
            raise Damaged(f"{where} reads tensor {number} before any operator has computed it")
    for number in operator.outputs:
        if number in ready:
            raise Damaged(f"{where} writes tensor {number}, which has values already")
        ready.add(number)


def _is_missing(number: int, tensors: tuple[Tensor, ...], ready: set[int]) -> bool:
    """Whether a tensor should have values by now, but has none."""
    return number not in ready and 0 not in tensors[number].shape


def _has_values(tensor: Tensor) -> bool:
    """Whether the tensor has values before any operator runs."""
    return tensor.is_variable or (tensor.data is not None and tensor.data.size > 0)


def _check_numbers(numbers: tuple[int, ...], count: int, where: str) -> None:
    for number in numbers:
        if not 0 <= number < count:
            raise Damaged(f"{where} names tensor {number}, but there are {count}")


def _check_quantization(tensor: Tensor, where: str) -> None:
    """Refuse scales that do not fit the shape, or are no scales."""
    scales, zero_points, axis = tensor.scales, tensor.zero_points, tensor.axis
    if tensor.dtype not in INTEGERS or not scales.size:
        return
    if scales.size != zero_points.size:
        raise Damaged(f"{where} has {scales.size} scales, but {zero_points.size} zero points")
    fits = 0 <= axis < len(tensor.shape) and tensor.shape[axis] == scales.size
    if scales.size > 1 and not fits:
        raise Damaged(
            f"{where} of shape {tensor.shape} has {scales.size} scales along dimension {axis}"
        )
    if not np.all(np.isfinite(scales) & (scales > 0)):
        raise Damaged(f"{where} has a scale that is no positive number")
    limits = np.iinfo(tensor.dtype)
    if np.any((zero_points < limits.min) | (zero_points > limits.max)):
        raise Damaged(f"{where} has a zero point that is no {tensor.dtype}")
