"""The front ends of MLPerf Tiny in floats, from their published formulas.

Checked once against TensorFlow 2.21 (`tf.signal.stft`, `linear_to_mel_weight_matrix` and
`mfccs_from_log_mel_spectrograms`, in float64: within 2e-14) and librosa 0.11
(`feature.melspectrogram` with center=False: within 4e-7 dB).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INPUTS = {"mlperf_kws": (0.5847029089927673, 211), "mlperf_ad": (0.3910152316093445, 217)}
"""Scale and zero point of the inputs of MLPerf Tiny's networks, in levels from 0 to 255."""


def keyword_coefficients(pcm: NDArray[np.int64]) -> Floats:
    """MLPerf Tiny, keyword spotting: 10 MFCC of 40 mel filters, 30 ms every 20 ms."""
    spectrum = np.abs(np.fft.rfft(_frames(pcm, 480, 320), 512))
    edges = np.linspace(_htk(20.0), _htk(4000.0), 42)
    # Frequency 0 has no weight.
    weights = _triangles(_htk(np.linspace(0, 8000, 257)), edges)
    weights[0] = 0
    logarithms = np.log(spectrum @ weights + 1e-6)
    k, n = np.arange(10)[:, None], np.arange(40)
    cosines = 2 * np.cos(np.pi * k * (2 * n + 1) / 80) / np.sqrt(2 * 40)
    found: Floats = logarithms @ cosines.T
    return found


def anomaly_decibels(pcm: NDArray[np.int64]) -> Floats:
    """MLPerf Tiny, anomaly detection: 128 mel filters in dB, 64 ms every 32 ms."""
    energies = np.abs(np.fft.rfft(_frames(pcm, 1024, 512))) ** 2
    # Slaney: 3 mel for 200 Hz up to 1,000 Hz, then 27 for a factor of 6.4.
    mel = np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), 130)
    edges = np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))
    weights = _triangles(np.linspace(0, 8000, 513), edges) * 2 / (edges[2:] - edges[:-2])
    found: Floats = 10 * np.log10(energies @ weights + np.finfo(float).eps)
    return found


FORMULAS: dict[str, Callable[[NDArray[np.int64]], Floats]] = {
    "mlperf_kws": keyword_coefficients,
    "mlperf_ad": anomaly_decibels,
}


def wanted_levels(name: str, features: Floats) -> NDArray[np.int64]:
    """What a network of MLPerf Tiny reads of these features."""
    scale, zero_point = INPUTS[name]
    levels: NDArray[np.int64] = np.rint(features / scale + zero_point).clip(0, 255).astype(np.int64)
    return levels


def _frames(pcm: NDArray[np.int64], size: int, hop: int) -> Floats:
    starts = np.arange((len(pcm) - size) // hop + 1)[:, None] * hop
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return pcm[starts + np.arange(size)] / 32768 * window


def _htk(hertz: Any) -> Any:
    return 1127 * np.log(1 + hertz / 700)


def _triangles(places: Floats, edges: Floats) -> Floats:
    up = (places[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - places[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(up, down))
