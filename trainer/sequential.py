"""`Sequential`: layers one after the other, in Keras's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from .errors import ThumbnetError
from .layers import Layer
from .model import Model
from .wiring import checked_shape, give_names


class Sequential(Model):
    """A `Model` whose layers follow one another.

    layers: see `add`. name, seed, dtype: as `Model` has them.
    """

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        name: str = "model",
        seed: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self._begin(name, seed, dtype)
        for layer in layers:
            self.add(layer)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """What each layer reads: the one before it."""
        names = ["", *(layer.name for layer in self.layers)]
        return {name: (before,) for before, name in pairwise(names)}

    def add(self, layer: Layer) -> None:
        """Put a layer on top; raises ThumbnetError for what is no layer, or a name used twice."""
        if not isinstance(layer, Layer):
            raise ThumbnetError(f"{layer!r} is not a layer: add Dense(10), Flatten() ...")
        if layer.merges:
            raise ThumbnetError(
                f"{type(layer).__name__} reads several layers, in a Sequential each reads one: "
                "use Model(inputs, outputs)"
            )
        give_names([layer], [other.name for other in self.layers])
        if self.input_shape is not None:
            layer.build(self.output_shape, self.rng, self.dtype)
        self.layers.append(layer)

    def build(self, input_shape: int | Sequence[int]) -> None:
        """Make all weights for examples of `input_shape` (without the batch), such as (784,).

        Raises ThumbnetError if there are no layers, or one of them cannot take its inputs.
        """
        if not self.layers:
            raise ThumbnetError("the model has no layers: add(Dense(...)) at least one")
        self._build_layers(checked_shape(input_shape, "input_shape"))
