"""The `Stream` of a module that takes sound: its literals and files of `firmware/`."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import (
    FrontEndSettings,
    LogMelSettings,
    level_table,
    log_mel_tables,
    sine_table,
)
from thumbnet.trainer import sound_tables as tables

from ..graph.graph import Graph
from ..kernels.weight_layouts import Section
from ..ops import call_part
from .literals import Literals, array_literal, bytes_literal, tuple_literal, zeros_literal
from .log_mel_literals import log_mel_literals, log_mel_roots

FOLDER = "sound"
"""The folder of `firmware/` with its files."""


def sound_roots(graph: Graph) -> tuple[list[str], dict[str, str]]:
    """Return the files of a `Stream` that takes sound, and which file replaces which."""
    if graph.sound is None:
        return [], {}
    _, instead = front_end_roots(graph.sound.front_end)
    if not graph.states:
        instead = {**instead, "reset": "stateless"}
    if shares := shares_file(graph):
        instead = {**instead, "hearing": "hearing_classes", "shares": shares}
    return ["sound_stream"], instead


def shares_file(graph: Graph) -> str:
    """Return the file that makes the probabilities of several outputs; "" if it has one."""
    made = (n for n in graph.nodes if n.output == "probabilities")
    return next((call_part(node).shares for node in made), "")


def sound_literals(graph: Graph) -> Literals:
    """Return the literals that these files ask for; none without sound."""
    sound = graph.sound
    if sound is None:
        return {}
    spec = graph.tensors[graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    front_end, to_levels = sound.front_end, (sound.unit, spec.scale, spec.zero_point)
    if isinstance(front_end, LogMelSettings):
        scale = log_mel_tables.level_scale(front_end, *to_levels)
        levels = {"LEVEL_SCALE": tuple_literal(scale)}
    else:
        data = level_table(*to_levels)
        levels = {"SOUND_LEVELS": bytes_literal([Section("", [data])])}
    return {
        **front_end_literals(front_end),
        "HOP": str(front_end.hop),
        "FRAMES": str(sound.frames),
        "STEP": str(sound.step),
        "MEAN_OF": str(sound.mean_of),
        "MORE_THAN": str(sound.more_than),
        **levels,
        "BACKGROUND": str(sound.background),
        "VALUES": f"bytearray({sound.inputs})",
    }


def sound_sentence(settings: FrontEndSettings) -> str:
    """Return the header's sentence about the sound that a `Stream` takes."""
    long, every = (1000 * n / settings.rate for n in (settings.window, settings.hop))
    return (
        f"Stream: sound of 16 bits at {settings.rate:,} Hz; {settings.features} features of "
        f"{long:g} ms every {every:g} ms."
    )


def front_end_roots(settings: FrontEndSettings) -> tuple[list[str], dict[str, str]]:
    """Return the files that compute features, and which file replaces which."""
    if isinstance(settings, LogMelSettings):
        return log_mel_roots(settings)
    instead = {} if settings.has_gain else {"sound_features": "sound_features_without_gain"}
    return ["sound_features"], instead


def front_end_literals(settings: FrontEndSettings) -> Literals:
    """Return the literals that the files of a front end ask for."""
    if isinstance(settings, LogMelSettings):
        return log_mel_literals(settings)
    bank = tables.mel_bank(settings)
    weights = np.array([bank.weights, bank.others]).T.ravel()
    half = settings.fft // 2
    shares = [tables.share(v) for v in (settings.even, settings.odd, settings.floor)]
    return {
        "FFT": str(settings.fft),
        "SAMPLES": zeros_literal("h", settings.window),
        "COEFFICIENTS": array_literal("h", tables.window_table(settings)),
        "REAL": zeros_literal("h", half),
        "IMAGINARY": zeros_literal("h", half),
        "SINES": array_literal("h", sine_table(settings.fft, settings.fft)),
        "SIGNAL": zeros_literal("i", settings.channels),
        "NOISE": zeros_literal("i", settings.channels),
        "MEL_BEGIN": str(bank.begin),
        "MEL_WIDTHS": bytes_literal([Section("", [bytes(bank.widths)])]),
        "MEL_WEIGHTS": array_literal("h", weights),
        "SMOOTHING": tuple_literal([settings.smoothing_bits, *shares]),
        "GAINS": array_literal("h", tables.gain_table(settings).ravel()),
        "SNR_SHIFT": str(settings.snr_shift),
        "LOG2": array_literal("h", tables.log_table()),
        "LOG_SHIFTS": tuple_literal([settings.correction_bits, settings.log_shift]),
    }
