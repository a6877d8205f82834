"""Untrained networks whose floats are exact, so that what is exported of them is the same anywhere.

Weights are whole numbers of 64ths, 256ths and so on, and inputs are small whole numbers or binary
fractions: every sum is exact in float64, in any order, and depends neither on the BLAS nor on the
processor. Behind a curve such as tanh nothing is exact; ranges there are given (`ranged`), and do
not come from data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thumbnet.trainer import (
    BatchNormalization,
    Layer,
    Model,
    Recording,
    Sequential,
    Windows,
    cut,
)

Array = np.ndarray[Any, Any]

ROWS = 64
"""Calibration rows of a case: a power of two, so that means are exact too."""

_EPSILON = 1 / 64


@dataclass(frozen=True)
class Case:
    """What `convert` and `Program.write` are given."""

    model: Model
    x: Array
    options: dict[str, Any] = field(default_factory=dict)
    y: Sequence[Any] | Array | None = None
    """Targets of the first rows of `x`, None to leave test rows out."""

    sketch: bytes | None = None


def integers(seed: int, shape: tuple[int, ...], low: int, high: int) -> Array:
    """Whole numbers from `low` to `high` as float64, by SplitMix64: the same in every version."""
    with np.errstate(over="ignore"):
        z = np.arange(1, math.prod(shape) + 1, dtype=np.uint64) + np.uint64(seed * 1_000_003)
        z *= np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (low + (z % np.uint64(high - low + 1)).astype(np.float64)).reshape(shape)


def rows(seed: int, shape: tuple[int, ...], low: int, high: int, step: float = 1.0) -> Array:
    """Inputs (`ROWS`, *shape) in multiples of `step`; every feature takes in both ends."""
    x = integers(seed, (ROWS, *shape), low, high)
    x[0], x[1] = low, high
    return x * step


def norm() -> BatchNormalization:
    """A normalization whose square root is exact with the variances of `filled`."""
    return BatchNormalization(epsilon=_EPSILON)


def filled(model: Model, seed: int = 1) -> Model:
    """Give a built model weights that look trained, all of them binary fractions."""
    for number, layer in enumerate(model.layers):
        if isinstance(layer, BatchNormalization):
            _fill_normalization(layer, 100 * seed + number)
            continue
        arrays = layer.get_weights()
        drawn = []
        for k, array in enumerate(arrays):
            values = integers(1000 * seed + 10 * number + k, array.shape, -31, 31)
            if k < len(arrays) - 1 or array.ndim > 2:
                # A kernel: smaller where there are many inputs, and some of it zero.
                fan_in = math.prod(array.shape[:-1])
                values /= 16 * 2 ** round(math.log2(fan_in) / 2)
                values[np.abs(values) < values.max() / 8] = 0
            else:
                values /= 64
            drawn.append(values)
        if arrays:
            layer.set_weights(drawn)
    return model


def _fill_normalization(layer: BatchNormalization, seed: int) -> None:
    shape = layer.gamma.shape
    layer.gamma.assign(2.0 ** integers(seed, shape, -1, 1))
    layer.beta.assign(integers(seed + 1, shape, -16, 16) / 32)
    layer.moving_mean.assign(integers(seed + 2, shape, -16, 16) / 32)
    layer.moving_variance.assign(4.0 ** integers(seed + 3, shape, -1, 1) - _EPSILON)


def chain(shape: tuple[int, ...], *layers: Layer, seed: int = 1) -> Model:
    """The layers one after the other, built and filled."""
    model = Sequential(layers, seed=1)
    model.build(shape)
    return filled(model, seed)


def ranged(model: Model, most: float = 4.0) -> Model:
    """Give every layer but the last a range of activations, as training for quantization does."""
    for layer in model.layers[:-1]:
        curve = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, most)}
        model.activation_ranges[layer.name] = curve.get(layer.activation, (-most, most))
    return model


def labelled(model: Model, *labels: str) -> Model:
    """Give the model names of its classes."""
    model.labels = labels
    return model


def classes(seed: int, count: int) -> Array:
    """Class indices for all rows."""
    return integers(seed, (ROWS,), 0, count - 1).astype(np.int64)


def windows(features: str | tuple[str, ...], window: int = 32, bands: int = 4) -> Windows:
    """Windows of recordings of three channels, in 64ths: two motions and a rest."""
    recordings = [
        Recording(
            integers(7 * seed + k, (160, 3), -reach, reach) / 64,
            label,
            50.0,
            f"{label}/{seed}.csv",
            ("x", "y", "z"),
        )
        for k, (label, reach) in enumerate((("rest", 3), ("shake", 120), ("wave", 60)))
        for seed in range(2)
    ]
    return cut(recordings, window, 16, features, bands)
