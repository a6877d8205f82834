"""Windows of samples to push through a module's `Stream`, and the expected results."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import StreamSettings
from thumbnet.trainer import compute_features as compute

from ..graph.graph import Graph
from ..quantizer.input_counts import in_units
from ..stages.reference import execute, to_counts
from .sound_answers import sound_answers, sound_inferences, sound_pieces

Ints = npt.NDArray[np.int64]

KINDS = 4


def stream_windows(graph: Graph) -> list[list[list[int | float]]]:
    """Return windows of samples as `push` takes them: noise, waves, alternating ends of the range.

    They are synthetic, so they are the same each time; empty if the module has no `Stream`. A
    `Stream` of sound gets pieces of sound.
    """
    if graph.sound is not None:
        return sound_pieces(graph.sound)
    if graph.stream is None:
        return []
    return in_units(_counts(graph.stream), graph.stream.units)  # type: ignore[no-any-return]


def stream_inferences(graph: Graph) -> int:
    """Return how often the network runs for `stream_answers`."""
    if graph.sound is not None:
        return sound_inferences(graph.sound)
    return KINDS if graph.stream is not None else 0


def stream_answers(graph: Graph) -> list[dict[str, Any]]:
    """Return the numbers that the network reads, and its scores, for each of `stream_windows`."""
    if graph.sound is not None:
        return sound_answers(graph, graph.sound)
    settings = graph.stream
    if settings is None:
        return []
    values = stream_inputs(settings)
    scores = execute(graph, to_counts(graph, values), ["scores"])["scores"]
    return [
        {"values": row, "scores": answer}
        for row, answer in zip(values.tolist(), scores.tolist(), strict=True)
    ]


def stream_inputs(settings: StreamSettings) -> Ints:
    """Return the numbers that the network reads for each of `stream_windows`."""
    counts = _counts(settings)
    return counts.reshape(KINDS, -1) if settings.is_raw else compute(counts, settings)


def _counts(settings: StreamSettings) -> Ints:
    """Return windows of counts (KINDS, window, channels) within the range of the settings."""
    shape = (settings.window, len(settings.channels))
    reach = settings.reach
    random = np.random.default_rng(0)
    step, channel = np.indices(shape)
    windows = (
        random.integers(-reach, reach + 1, shape),
        random.integers(-(reach // 64) - 1, reach // 64 + 2, shape),
        np.rint(reach / 4 * np.sin(step * (0.2 + 0.3 * channel) + channel)),
        np.where((step // 3 + channel) % 2 == 1, reach, -reach),
    )
    return np.stack(windows).astype(np.int64).clip(-reach, reach)
