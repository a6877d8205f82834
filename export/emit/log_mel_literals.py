"""The literals of a front end of mel filters without gain control, and its files of `firmware/`."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import LogMelSettings, log_mel_tables, mel_filters, sound_tables, wide_sines

from ..kernels.weight_layouts import Section
from .literals import Literals, array_literal, bytes_literal, tuple_literal, zeros_literal


def log_mel_roots(settings: LogMelSettings) -> tuple[list[str], dict[str, str]]:
    """Return the files that compute features, and which file replaces which."""
    features = "sound_features_cepstrum" if settings.coefficients else "sound_features_log_mel"
    return ["sound_features"], {"sound_features": features, "sound_levels": "sound_levels_wide"}


def log_mel_literals(settings: LogMelSettings) -> Literals:
    """Return the literals that these files ask for."""
    bank = mel_filters(settings)
    half = settings.fft // 2
    own = {
        "FFT": str(settings.fft),
        "SAMPLES": zeros_literal("h", settings.window),
        "COEFFICIENTS": array_literal("i", log_mel_tables.window_weights(settings)),
        "FRAME_SHIFT": str(15 - log_mel_tables.frame_bits(settings)),
        "REAL": zeros_literal("i", half),
        "IMAGINARY": zeros_literal("i", half),
        "SINES": array_literal("i", wide_sines(settings.fft)),
        "SIGNAL": zeros_literal("i", settings.channels),
        # There is no noise to forget.
        "NOISE": zeros_literal("i", 0),
        "MEL_BEGIN": str(bank.begin),
        "MEL_WIDTHS": bytes_literal([Section("", [bytes(bank.widths)])]),
        "MEL_WEIGHTS": array_literal("h", np.array([bank.falling, bank.rising]).T.ravel()),
        "MEL_POWER": str(settings.power),
        "MEL_FLOOR": tuple_literal(log_mel_tables.floor_of(settings)),
        "LOG2": array_literal("h", sound_tables.log_table()),
        "LOG_SCALE": tuple_literal(log_mel_tables.log_scale(settings)),
    }
    if not settings.coefficients:
        return {**own, "FEATURES": "SIGNAL"}
    cosines, shift = log_mel_tables.cosine_table(settings)
    return {
        **own,
        "FEATURES": zeros_literal("i", settings.coefficients),
        "COSINES": array_literal("h", cosines.ravel()),
        "COSINE_SHIFT": str(shift),
    }
