"""Initial values of the weights.

A layer keeps the variance of its signal if its weights have variance 2 / (fan_in + fan_out)
(Glorot and Bengio 2010), or 2 / fan_in in front of a relu (He et al. 2015). The normal ones are
truncated at two standard deviations and rescaled to compensate, as in Keras.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..arrays import Array
from ..errors import unknown

Initializer = Callable[[tuple[int, ...], np.random.Generator], Array]

# Standard deviation of a unit normal distribution that is truncated at -2 and +2.
_TRUNCATED_STD = 0.87962566103423978


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Compute how many numbers an output reads (fan_in) and how many an input reaches (fan_out).

    Parameters
    ----------
    shape : tuple of int
        Of the weights; the last two axes are inputs and outputs. Axes before them are those of a
        window, and its size multiplies both, as in Keras. A vector has its size for both.

    Returns
    -------
    tuple of int
        fan_in and fan_out.
    """
    window = math.prod(shape[:-2])
    return window * shape[max(len(shape) - 2, 0)], window * shape[-1]


def zeros(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return all 0."""
    return np.zeros(shape)


def ones(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return all 1."""
    return np.ones(shape)


def glorot_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw uniformly from [-a, a] with a = sqrt(6 / (fan_in + fan_out))."""
    return _uniform(shape, 2 / sum(fans(shape)), rng)


def glorot_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from a truncated normal distribution with variance 2 / (fan_in + fan_out)."""
    return _normal(shape, 2 / sum(fans(shape)), rng)


def he_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw uniformly from [-a, a] with a = sqrt(6 / fan_in)."""
    return _uniform(shape, 2 / fans(shape)[0], rng)


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from a truncated normal distribution with variance 2 / fan_in."""
    return _normal(shape, 2 / fans(shape)[0], rng)


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw orthonormal rows or columns, whichever are fewer (Saxe et al. 2013, arXiv:1312.6120).

    A recurrent layer multiplies by this matrix at every step: its signal neither vanishes nor
    explodes. The Q of a random normal matrix is uniformly distributed if R's diagonal is made
    positive (Mezzadri 2007, arXiv:math-ph/0609050).
    """
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    values = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(values)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return np.asarray((q if rows >= columns else q.T).reshape(shape))


def _uniform(shape: tuple[int, ...], variance: float, rng: np.random.Generator) -> Array:
    limit = np.sqrt(3 * variance)  # the variance of a uniform distribution is limit**2 / 3
    return rng.uniform(-limit, limit, shape)


def _normal(shape: tuple[int, ...], variance: float, rng: np.random.Generator) -> Array:
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return np.asarray(values * (np.sqrt(variance) / _TRUNCATED_STD))


INITIALIZERS: dict[str, Initializer] = {
    function.__name__: function
    for function in (glorot_uniform, glorot_normal, he_uniform, he_normal, orthogonal, zeros, ones)
}


def get(name: str) -> Initializer:
    """Look up an initializer.

    Parameters
    ----------
    name : str
        A key of `INITIALIZERS`.

    Returns
    -------
    callable
        Called with a shape and a random generator.

    Raises
    ------
    ThumbnetError
        If there is no such initializer.
    """
    if name not in INITIALIZERS:
        raise unknown("initializer", name, INITIALIZERS)
    return INITIALIZERS[name]
