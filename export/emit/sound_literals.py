"""The tables of a sound front end, as literals of a module."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import SoundSettings
from thumbnet.trainer import sound_tables as tables

from ..kernels.weight_layouts import Section
from .literals import Literals, bytes_literal, tuple_literal

FOLDER = "sound"
"""The folder of `firmware/` with its files."""


def front_end_roots(settings: SoundSettings) -> tuple[list[str], dict[str, str]]:
    """Return the files that compute features, and which file replaces which."""
    instead = {} if settings.has_gain else {"sound_features": "sound_features_without_gain"}
    return ["sound_features"], instead


def front_end_literals(settings: SoundSettings) -> Literals:
    """Return the literals that the files of a front end ask for."""
    bank = tables.mel_bank(settings)
    weights = np.array([bank.weights, bank.others]).T.ravel()
    half = settings.fft // 2
    shares = [tables.share(v) for v in (settings.even, settings.odd, settings.floor)]
    return {
        "FFT": str(settings.fft),
        "SAMPLES": _zeros("h", settings.window),
        "COEFFICIENTS": _table(tables.window_table(settings)),
        "REAL": _zeros("h", half),
        "IMAGINARY": _zeros("h", half),
        "SINES": _table(tables.sine_table(settings.fft)),
        "SIGNAL": _zeros("i", settings.channels),
        "NOISE": _zeros("i", settings.channels),
        "MEL_BEGIN": str(bank.begin),
        "MEL_WIDTHS": bytes_literal([Section("", [bytes(bank.widths)])]),
        "MEL_WEIGHTS": _table(weights),
        "SMOOTHING": tuple_literal([settings.smoothing_bits, *shares]),
        "GAINS": _table(tables.gain_table(settings).ravel()),
        "SNR_SHIFT": str(settings.snr_shift),
        "LOG2": _table(tables.log_table()),
        "LOG_SHIFTS": tuple_literal([settings.correction_bits, settings.log_shift]),
    }


def _zeros(kind: str, size: int) -> str:
    return f'array("{kind}", [0] * {size})'


def _table(values: npt.NDArray[np.int64]) -> str:
    """Return an array of 16-bit integers, made of bytes: a tuple of them would take more heap."""
    data = values.astype("<i2").tobytes()
    return f'array("h", {bytes_literal([Section("", [data])])})'
