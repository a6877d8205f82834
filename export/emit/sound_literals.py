"""The `Stream` of a module that takes sound: its literals and files of `firmware/`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import SoundSettings, level_table, sine_table
from thumbnet.trainer import sound_tables as tables

from ..graph.graph import Graph
from ..kernels.weight_layouts import Section
from .literals import Literals, bytes_literal, tuple_literal

FOLDER = "sound"
"""The folder of `firmware/` with its files."""


def sound_roots(graph: Graph) -> tuple[list[str], dict[str, str]]:
    """Return the files of a `Stream` that takes sound, and which file replaces which."""
    if graph.sound is None:
        return [], {}
    _, instead = front_end_roots(graph.sound.front_end)
    return ["sound_stream"], {**instead, **({} if graph.states else {"reset": "stateless"})}


def sound_literals(graph: Graph) -> Literals:
    """Return the literals that these files ask for; none without sound."""
    sound = graph.sound
    if sound is None:
        return {}
    spec = graph.tensors[graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    levels = level_table(sound.unit, spec.scale, spec.zero_point)
    return {
        **front_end_literals(sound.front_end),
        "HOP": str(sound.front_end.hop),
        "FRAMES": str(sound.frames),
        "STEP": str(sound.step),
        "MEAN_OF": str(sound.mean_of),
        "MORE_THAN": str(sound.more_than),
        "SOUND_LEVELS": bytes_literal([Section("", [levels])]),
        "VALUES": f"bytearray({sound.inputs})",
    }


def sound_sentence(settings: SoundSettings) -> str:
    """Return the header's sentence about the sound that a `Stream` takes."""
    long, every = (1000 * n / settings.rate for n in (settings.window, settings.hop))
    return (
        f"Stream: sound of 16 bits at {settings.rate:,} Hz; {settings.channels} features of "
        f"{long:g} ms every {every:g} ms."
    )


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
        "SINES": _table(sine_table(settings.fft, settings.fft)),
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


def _table(values: npt.ArrayLike) -> str:
    """Return an array of 16-bit integers, made of bytes: a tuple of them would take more heap."""
    data = np.asarray(values, "<i2").tobytes()
    return f'array("h", {bytes_literal([Section("", [data])])})'
