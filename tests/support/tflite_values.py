"""Random numbers for .tflite networks: scales with ties, zero points and bytes at their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .tflite_builder import Network

Rng = np.random.Generator
Place = tuple[Any, int]
"""A scale and a zero point."""

Maker = Callable[[Rng], tuple[Network, list[int]]]

ACTIVATIONS = ("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def number(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def pick(rng: Rng, values: Sequence[Any]) -> Any:
    return values[number(rng, 0, len(values) - 1)]


def scale(rng: Rng, low: int = -6, high: int = 1) -> np.float32:
    """A scale; a power of two, which makes ties, in a third of cases."""
    exponent = float(rng.integers(low, high + 1)) if rng.random() < 0.33 else rng.uniform(low, high)
    return np.float32(2.0**exponent)


def zero(rng: Rng) -> int:
    return pick(rng, (-128, 127, 0, -1, number(rng, -128, 127), number(rng, -128, 127)))


def place(rng: Rng, low: int = -6, high: int = 1) -> Place:
    return scale(rng, low, high), zero(rng)


def int8s(rng: Rng, shape: Sequence[int], low: int = -128) -> Any:
    kind = number(rng, 0, 5)
    if kind == 0:
        return np.full(shape, pick(rng, (low, 127)), np.int8)
    if kind == 1:
        return rng.choice(np.array([low, 127], np.int8), shape)
    return rng.integers(low, 128, shape).astype(np.int8)


def shape(rng: Rng, rank: int = 4, most: int = 7) -> tuple[int, ...]:
    return (1, *(number(rng, 1, most) for _ in range(rank - 1)))


def int32s(*values: Any) -> Any:
    return np.array(values, np.int32)
