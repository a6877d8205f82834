"""Fake quantization of one tensor: rounded in the forward pass, the identity in the backward pass.

Rounding has no useful derivative, so training takes that of the identity; beyond the ends of the
range, where a value is clipped, it is 0 (Bengio et al. 2013, arXiv:1308.3432).
"""

from __future__ import annotations

import numpy as np

from ..autograd.tensor import Tensor, record
from .affine import ACTIVATION_MAX, affine, largest_weight


def round_weights(weights: Tensor, bits: int, output_axes: int = 1) -> Tensor:
    """Round weights to integers times a scale for each output.

    Parameters
    ----------
    weights : Tensor, shape (..., outputs)
        A kernel.
    bits : int
        Width of the integers, 8 or 4.
    output_axes : int
        How many of the last axes number the outputs.

    Returns
    -------
    Tensor, shape (..., outputs)
        Multiples of scale = max|w| / largest_weight(bits) of each output. No weight is beyond its
        range, so the derivative is 1 everywhere.
    """
    limit = weights.dtype.type(largest_weight(bits))
    scale = np.abs(weights.data).max(axis=tuple(range(weights.ndim - output_axes))) / limit
    scale[scale == 0] = 1
    return record(np.rint(weights.data / scale) * scale, (weights, lambda dy: dy))


def round_activations(x: Tensor, low: float, high: float) -> Tensor:
    """Round activations to the 256 values of a uint8 tensor.

    Parameters
    ----------
    x : Tensor
        Of any shape.
    low, high : float
        The range to cover; see `affine`.

    Returns
    -------
    Tensor
        `scale * (q - zero_point)` with q from 0 to 255. The derivative is 1 within the range that
        the 256 values span, and 0 beyond.
    """
    scale, zero_point = affine(low, high, with_zero=True)
    least, most = -zero_point, ACTIVATION_MAX - zero_point
    steps = x.data / x.dtype.type(scale)
    within = (steps >= least) & (steps <= most)
    steps += x.dtype.type(0.5)
    np.floor(steps, out=steps)
    np.clip(steps, least, most, out=steps)
    steps *= x.dtype.type(scale)
    return record(steps, (x, lambda dy: dy * within))
