"""Symbols: how the layers of a functional `Model` read each other, before any number flows.

    x = Input((28, 28, 1))
    y = Flatten()(x)
    model = Model(x, Dense(10, "softmax")(y))

Calling a layer computes nothing: it notes which layers it reads. `Model` follows these notes back
from its output, and makes the weights then.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ThumbnetError

if TYPE_CHECKING:
    from .layers import Layer

# A symbol can be made of older ones only, so the order in which they were made is topological.
_numbers = itertools.count()


class Symbol:
    """What a layer gives in a functional model. Made by `Input` and by calling layers.

    layer: the layer that computes it, or None for an input. reads: the symbols that it is computed
    from. shape: of an input, without the batch; `()` for what a layer gives, until it is built.
    """

    def __init__(
        self,
        layer: Layer | None = None,
        reads: tuple[Symbol, ...] = (),
        shape: tuple[int, ...] = (),
    ) -> None:
        self.layer = layer
        self.reads = reads
        self._shape = shape
        self.number = next(_numbers)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example, once it is known."""
        return self._shape if self.layer is None else self.layer.output_shape

    def __repr__(self) -> str:
        if self.layer is None:
            return f"Input({self._shape})"
        return f"Symbol of {self.layer.name or type(self.layer).__name__}"


def Input(shape: int | Sequence[int]) -> Symbol:
    """Give the input of a functional model: `shape` of one example, such as (28, 28, 1).

    Raises ThumbnetError for sizes that are not positive whole numbers.
    """
    return Symbol(shape=checked_shape(shape, "Input: shape"))


def checked_shape(shape: int | Sequence[int], what: str) -> tuple[int, ...]:
    """Give a shape as a tuple; raises ThumbnetError unless all sizes are positive."""
    sizes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    if not sizes or not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
        raise ThumbnetError(f"{what} is {shape}: give positive sizes, like (784,)")
    return tuple(int(n) for n in sizes)


def connect(layer: Layer, inputs: Any) -> Symbol:
    """Give what `layer` makes of one symbol, or of a list of them.

    Raises ThumbnetError for anything but symbols, or more or fewer than the layer takes.
    """
    reads = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
    kind = type(layer).__name__
    for symbol in reads:
        if not isinstance(symbol, Symbol):
            raise ThumbnetError(
                f"{kind} was called with {_in_words(symbol)}: call layers with what Input(shape) "
                "or another layer gave, and models by predict(x)"
            )
    if layer.merges and len(reads) < 2:
        raise ThumbnetError(f"{kind} joins two or more: call it with a list, {kind}()([a, b])")
    if not layer.merges and len(reads) != 1:
        raise ThumbnetError(
            f"{kind} reads one layer, not {len(reads)}: join them by Add() or Concatenate() before"
        )
    return Symbol(layer, reads)


def one_symbol(value: Any, what: str) -> Symbol:
    """Give the only symbol of `inputs` or `outputs`, which may be a list of one."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, (list, tuple)):
        raise ThumbnetError(
            f"Model: {len(value)} {what}, but a model has one input and one output: "
            "join them by Concatenate(), or make several models"
        )
    if not isinstance(value, Symbol):
        raise ThumbnetError(
            f"Model: {what} is {_in_words(value)}: "
            "give Model(x, y) with x = Input(shape) and y made from it by layers"
        )
    return value


def trace(source: Symbol, result: Symbol) -> list[Symbol]:
    """Give the symbols that lead from `source` (not among them) to `result`, in computing order.

    Raises ThumbnetError if another input is read, `source` is none or not read, or a layer is
    used twice.
    """
    if source.layer is not None:
        raise ThumbnetError("Model: inputs is what a layer gave: begin with x = Input(shape)")
    found: dict[int, Symbol] = {}
    waiting = [result]
    while waiting:
        symbol = waiting.pop()
        if symbol.number not in found:
            found[symbol.number] = symbol
            waiting.extend(symbol.reads)
    others = [s for s in found.values() if s.layer is None and s is not source]
    if others:
        raise ThumbnetError(
            f"Model: outputs reads {others[0]}, which is not the input given: "
            "a model has one input and one output"
        )
    if source.number not in found:
        raise ThumbnetError("Model: outputs does not depend on inputs: make it from them")
    del found[source.number]
    symbols = [found[number] for number in sorted(found)]
    layers = [symbol.layer for symbol in symbols]
    for i, layer in enumerate(layers):
        if layer in layers[:i]:
            assert layer is not None
            raise ThumbnetError(
                f"layer {layer.name or type(layer).__name__!r} is used twice: "
                "weights cannot be shared, make a second layer"
            )
    return symbols


def give_names(layers: Sequence[Layer], taken: Sequence[str] = ()) -> None:
    """Name the layers that have no name yet, as Keras does: dense, dense_1, ...

    Raises ThumbnetError if two have the same name, among them and those `taken`.
    """
    names = set(taken)
    for layer in layers:
        if layer.name in names:
            raise ThumbnetError(f"two layers are called {layer.name!r}: rename one of them")
        if layer.name:
            names.add(layer.name)
    for layer in layers:
        if not layer.name:
            kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()
            numbered = (f"{kind}_{i}" for i in itertools.count(1))
            layer.name = next(n for n in itertools.chain((kind,), numbered) if n not in names)
            names.add(layer.name)


def _in_words(value: Any) -> str:
    shape = getattr(value, "shape", None)
    kind = type(value).__name__
    return f"{kind} {value!r}" if shape is None else f"{kind} of shape {shape}"
