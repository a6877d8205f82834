"""Noise that is made, for where none was recorded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUIET = 3.0
"""Root mean square of the noise that every microphone has, in steps of 16 bits."""

LOUDEST, FAINTEST = -25.0, -80.0
"""Decibels below full scale, between which noise is as loud as chance has it."""

_SLOPES = (0.0, 0.5, 1.0)
_FULL = 32768.0


def made_noise(length: int, random: np.random.Generator) -> Floats:
    """Make white, pink or brown noise with a root mean square of 1.

    Parameters
    ----------
    length : int
        Samples.
    random : Generator
        Where chance comes from.

    Returns
    -------
    ndarray
    """
    slope = float(random.choice(_SLOPES))
    spectrum = np.fft.rfft(random.normal(0, 1, length))
    spectrum *= np.maximum(np.arange(len(spectrum)), 1) ** -slope
    noise: Floats = np.fft.irfft(spectrum, length)
    return noise / max(float(np.sqrt(np.mean(noise**2))), 1e-12)


def loudness(decibels: float) -> float:
    """Return the root mean square, in steps of 16 bits, of a level below full scale."""
    return float(_FULL * 10 ** (decibels / 20))
