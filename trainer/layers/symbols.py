"""Symbols: how the layers of a functional `Model` are connected before any number flows.

    x = Input((28, 28, 1))
    y = Flatten()(x)
    model = Model(x, Dense(10, "softmax")(y))

Calling a layer computes nothing: it records which layers it reads. `Model` follows these records
back from its output, and makes the weights then.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ..errors import ThumbnetError

# A symbol can only be made from older ones, so the order of their numbers is topological.
_numbers = itertools.count()


class Connectable(Protocol):
    """The part of a layer that a symbol uses."""

    name: str
    output_shape: tuple[int, ...]

    @property
    def merges(self) -> bool:
        """Whether it reads several layers."""


class Symbol:
    """The output of a layer in a functional model; made by `Input` and by calling layers.

    Parameters
    ----------
    layer : Layer or None
        The layer that computes it; None for the model's input.
    reads : tuple of Symbol
        The symbols that it is computed from.
    shape : tuple of int
        Of an input: shape of one example, without the batch axis.

    Attributes
    ----------
    number : int
        Larger than the number of every symbol that it is computed from.
    """

    def __init__(
        self,
        layer: Connectable | None = None,
        reads: tuple[Symbol, ...] = (),
        shape: tuple[int, ...] = (),
    ) -> None:
        self.layer = layer
        self.reads = reads
        self._shape = shape
        self.number = next(_numbers)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example; `()` for the output of a layer that is not built yet."""
        return self._shape if self.layer is None else self.layer.output_shape

    def __repr__(self) -> str:
        if self.layer is None:
            return f"Input({self._shape})"
        return f"Symbol of {self.layer.name or type(self.layer).__name__}"


def Input(shape: int | Sequence[int]) -> Symbol:
    """Begin a functional model.

    Parameters
    ----------
    shape : int or sequence of int
        Shape of one example, without the batch axis, such as (28, 28, 1).

    Returns
    -------
    Symbol
        The model's input, for the first layer.

    Raises
    ------
    ThumbnetError
        If the sizes are not positive whole numbers.
    """
    return Symbol(shape=checked_shape(shape, "Input: shape"))


def checked_shape(shape: int | Sequence[int], what: str) -> tuple[int, ...]:
    """Return a shape as a tuple of positive integers; `what` names it in the error message."""
    sizes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    if not sizes or not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
        raise ThumbnetError(f"{what} is {shape}: give positive sizes, like (784,)")
    return tuple(int(n) for n in sizes)


def connect(layer: Connectable, inputs: Any) -> Symbol:
    """Return the symbol for the output of `layer`, given one symbol or a list of them.

    Raises ThumbnetError if `inputs` are not symbols, or not as many as the layer takes.
    """
    reads = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
    kind = type(layer).__name__
    for symbol in reads:
        if not isinstance(symbol, Symbol):
            raise ThumbnetError(
                f"{kind} was called with {in_words(symbol)}: call layers with the result of "
                "Input(shape) or of another layer, and use predict(x) of a model for numbers"
            )
    if layer.merges and len(reads) < 2:
        raise ThumbnetError(f"{kind} joins two or more: call it with a list, {kind}()([a, b])")
    if not layer.merges and len(reads) != 1:
        raise ThumbnetError(
            f"{kind} reads one layer, not {len(reads)}: join them with Add() or Concatenate() first"
        )
    return Symbol(layer, reads)


def in_words(value: Any) -> str:
    """Describe a value in an error message: arrays by their shape."""
    shape = getattr(value, "shape", None)
    kind = type(value).__name__
    return f"{kind} {value!r}" if shape is None else f"{kind} of shape {shape}"
