"""Backpropagation held against the definition of the derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.testing import assert_allclose

from thumbnet.trainer import GradientTape, Tensor, Variable

STEP = 1e-6


def variable(rng: np.random.Generator, *shape: int) -> Variable:
    """A float64 variable of normally distributed numbers."""
    return Variable(rng.standard_normal(shape), dtype=np.float64)


def assert_gradients(loss: Callable[[], Tensor], variables: Sequence[Variable]) -> None:
    """Compare the tape's gradients of a scalar loss with central differences, in float64."""
    with GradientTape() as tape:
        value = loss()
    assert value.dtype == np.float64
    for v, gradient in zip(variables, tape.gradient(value, variables), strict=True):
        assert gradient.shape == v.shape
        assert gradient.dtype == v.dtype
        expected = np.zeros(v.shape)
        for index in np.ndindex(v.shape):
            center = v.data[index]
            v.data[index] = center + STEP
            above = float(loss().data)
            v.data[index] = center - STEP
            below = float(loss().data)
            v.data[index] = center
            expected[index] = (above - below) / (2 * STEP)
        assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8, err_msg=v.name)
