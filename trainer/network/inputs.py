"""Inputs on their way into a model: checked once, at the door."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError


def prepare_inputs(x: ArrayLike, input_shape: tuple[int, ...] | None, what: str = "x") -> Array:
    """Give x as an array of numbers (n, *input_shape), n > 0, without NaN or infinity.

    input_shape: None if the model is not built yet. Raises ThumbnetError otherwise, naming the
    row or the shape that is wrong.
    """
    try:
        values = np.asarray(x)
    except ValueError as error:
        raise ThumbnetError(f"{what} has rows of unequal length: give every row as many") from error
    if values.dtype.kind not in "buif":
        raise ThumbnetError(f"{what} holds {values.dtype}, not numbers: convert it first")
    if values.ndim < 2:
        raise ThumbnetError(
            f"{what} has shape {values.shape}, expected (examples, features): "
            "reshape(-1, 1) for one feature, reshape(1, -1) for one example"
        )
    if not values.size:
        raise ThumbnetError(f"{what} is empty, its shape is {values.shape}: give data")
    if input_shape is not None and values.shape[1:] != input_shape:
        raise ThumbnetError(
            f"{what} has examples of {_describe(values.shape[1:])}, "
            f"the model takes {_describe(input_shape)}"
        )
    # The sum is not finite if any element is not, and needs no second array of x's size.
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum(dtype=np.float64)
    if not math.isfinite(total):
        wrong = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
        if len(wrong):
            raise ThumbnetError(
                f"{what} holds NaN or infinity at row {wrong[0]}: remove that example"
            )
    return values


def _describe(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} features" if len(shape) == 1 else f"shape {shape}"
