"""Topology: from the symbols of a functional model to its layers in computing order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

from ..errors import ThumbnetError
from ..layers.layer import Layer
from ..layers.symbols import Symbol, in_words


def one_symbol(value: Any, what: str) -> Symbol:
    """Return the only symbol of `inputs` or `outputs`, which may be a list with one symbol."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, (list, tuple)):
        raise ThumbnetError(
            f"Model: {len(value)} {what}, but a model has one input and one output: "
            "join them with Concatenate(), or make several models"
        )
    if not isinstance(value, Symbol):
        raise ThumbnetError(
            f"Model: {what} is {in_words(value)}: "
            "give Model(x, y) with x = Input(shape) and y made from it by layers"
        )
    return value


def trace(source: Symbol, result: Symbol) -> list[tuple[Layer, tuple[Symbol, ...]]]:
    """Find the layers that lead from an input to an output.

    Parameters
    ----------
    source : Symbol
        Made by `Input`.
    result : Symbol
        The output of the last layer.

    Returns
    -------
    list of (Layer, tuple of Symbol)
        Every layer with the symbols that it reads, in computing order.

    Raises
    ------
    ThumbnetError
        If another input is read, `source` is no input or is not read, or a layer is used twice.
    """
    if source.layer is not None:
        raise ThumbnetError("Model: inputs is the output of a layer: begin with x = Input(shape)")
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
    symbols = [found[number] for number in sorted(found)]
    steps = [(s.layer, s.reads) for s in symbols if isinstance(s.layer, Layer)]
    for i, (layer, _) in enumerate(steps):
        if any(layer is other for other, _ in steps[:i]):
            raise ThumbnetError(
                f"layer {layer.name or type(layer).__name__!r} is used twice: "
                "weights cannot be shared, make a second layer"
            )
    return steps


def give_names(layers: Sequence[Layer], taken: Sequence[str] = ()) -> None:
    """Name the layers that have no name yet, as Keras does: dense, dense_1, ...

    Parameters
    ----------
    layers : sequence of Layer
        Layers with or without names.
    taken : sequence of str
        Names of other layers of the model.

    Raises
    ------
    ThumbnetError
        If two layers have the same name.
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
