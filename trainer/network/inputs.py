"""Check the inputs of a network, once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError


def prepare_inputs(x: ArrayLike, input_shape: tuple[int, ...] | None, what: str = "x") -> Array:
    """Check the inputs of a network.

    Parameters
    ----------
    x : array_like, shape (n, *input_shape)
        In raw units.
    input_shape : tuple of int or None
        Shape of one example; None if the network is not built yet.
    what : str
        Names x in error messages.

    Returns
    -------
    ndarray, shape (n, *input_shape)
        Finite numbers of any type, n > 0.

    Raises
    ------
    ThumbnetError
        If x is anything else; the message names the row or the shape that is wrong.
    """
    try:
        values = np.asarray(x)
    except ValueError as error:
        raise ThumbnetError(
            f"{what} has rows of unequal length: give all rows the same length"
        ) from error
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
    # If any element is not finite, the sum is not either; it needs no second array of x's size.
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
