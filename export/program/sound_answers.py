"""What a module's `Stream` answers to sound, on the PC."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import SoundFrontEnd, SoundStream, sound_levels

from ..graph.arithmetic import Ints
from ..graph.graph import Graph
from ..stages.reference import execute

PIECES = 5
"""Pieces of sound of a test vector."""


@dataclass(frozen=True)
class Heard:
    """What happened at each inference, one after the other from the first sample on.

    Attributes
    ----------
    levels
        int64 (n, inputs): what the network read.
    scores
        int64 (n,), or (n, outputs) for several: what it answered.
    sums
        Of the same shape: the sums of the last scores, or of the last probabilities of several
        outputs, from which the stream decides.
    decisions
        int64 (n,): of one output 1 for a detection, otherwise 0; of several the class; -1 while
        nothing is decided.
    detected
        bool (n,): whether it was a detection, or a class that is not the background.

    """

    levels: Ints
    scores: Ints
    sums: Ints
    decisions: Ints
    detected: npt.NDArray[np.bool_]


def hear(graph: Graph, sound: SoundStream, pcm: npt.ArrayLike) -> Heard:
    """Return what the `Stream` of a module does with sound.

    Parameters
    ----------
    graph
        The integer graph of the module.
    sound
        Its settings for sound.
    pcm
        Samples of 16 bits, from the start.

    Returns
    -------
    Heard
        What happened at each inference.

    """
    levels = _levels(graph, sound, pcm)
    several = graph.tensors["scores"].shape != (1,)
    found = execute(graph, levels, ["scores", "probabilities"] if several else ["scores"])
    scores = found["scores"]
    added = np.cumsum(found["probabilities"] if several else scores, axis=0)
    sums = added.copy()
    sums[sound.mean_of :] -= added[: -sound.mean_of]
    best = sums.argmax(axis=1) if several else np.ones(len(sums), np.int64)
    nothing = sound.background if several else 0
    decisions = np.where(sums.max(axis=1) > sound.more_than, best, nothing)
    decisions[: sound.mean_of - 1] = -1
    detected = (decisions >= 0) & (decisions != nothing)
    if not several:
        scores, sums = scores[:, 0], sums[:, 0]
    return Heard(levels, scores, sums, decisions, detected)


def sound_pieces(sound: SoundStream) -> list[list[list[int | float]]]:
    """Return test vectors as `push` takes them: pieces of noise, of waves, and of near silence."""
    random = np.random.default_rng(0)
    size = sound.front_end.hop
    t = np.arange(PIECES * size)
    kinds = (
        random.integers(-32768, 32768, len(t)),
        np.rint(8000 * np.sin(t * (0.05 + t / len(t)))),
        random.integers(-2, 3, len(t)),
    )
    # Pieces of different lengths, none of which ends with a frame.
    ends = np.cumsum([size // 2 + (k * size) // 7 for k in range(PIECES - 1)])
    return [[p.tolist() for p in np.split(kind.astype(np.int64), ends)] for kind in kinds]


def sound_inferences(sound: SoundStream) -> int:
    """Return how often the network runs for the answers to all pieces."""
    pushed = [len(_pushed(sound, pieces)) for pieces in sound_pieces(sound)]
    return sum(1 + (n - _needed(sound)) // sound.front_end.hop // sound.step for n in pushed)


def sound_answers(graph: Graph, sound: SoundStream) -> list[dict[str, Any]]:
    """Return what the network reads and answers when the pieces are pushed until it has run."""
    found: list[dict[str, Any]] = []
    for pieces in sound_pieces(sound):
        heard = hear(graph, sound, np.array(_pushed(sound, pieces), np.int64))
        scores = np.atleast_1d(heard.scores[-1]).tolist()
        found.append({"values": heard.levels[-1].tolist(), "scores": scores})
    return found


def _needed(sound: SoundStream) -> int:
    """Return the samples after which the network runs for the first time."""
    return sound.front_end.window + (sound.frames - 1) * sound.front_end.hop


def _pushed(sound: SoundStream, pieces: list[list[int | float]]) -> list[int | float]:
    """Return the pieces, again and again, until the network has run."""
    pushed: list[int | float] = []
    for piece in cycle(pieces):
        pushed += piece
        if len(pushed) >= _needed(sound):
            break
    return pushed


def _levels(graph: Graph, sound: SoundStream, pcm: npt.ArrayLike) -> Ints:
    """Return the rows that the network reads."""
    spec = graph.tensors[graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    features = SoundFrontEnd(sound.front_end).push(pcm)
    levels = sound_levels(sound.front_end, features, sound.unit, spec.scale, spec.zero_point)
    count = max(0, (len(levels) - sound.frames) // sound.step + 1)
    rows = np.arange(count)[:, None] * sound.step + np.arange(sound.frames)
    found: Ints = levels[rows].reshape(count, sound.inputs)
    return found
