"""A network that hears: the settings of its `Stream` of sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.trainer import (
    FRONT_ENDS,
    FrontEndSettings,
    Model,
    SoundStream,
    ThumbnetError,
    TrainedSound,
)

from ..graph.arithmetic import PROBABILITY_ONE
from ..graph.graph import Graph
from ..stages.check_graph import verify

TFLM_LEVELS = 256 / 666
"""Levels that TensorFlow Lite Micro's micro_speech counts for a feature of 1, for 0 to 26."""

_INFERENCES = 5
"""Inferences on each sound, if a network decides between several."""


def with_sound(
    graph: Graph,
    front_end: str | FrontEndSettings = "microwakeword",
    *,
    cutoff: float,
    mean_of: int,
    step: int | None = None,
    unit: float | None = None,
    background: int = -1,
) -> Graph:
    """Give a network a `Stream` that takes sound and says what the network has heard.

    Parameters
    ----------
    graph
        A fused integer graph that reads levels. Its outputs are the probability of a word, or those
        of several classes.
    front_end
        How features are made, or a name in `FRONT_ENDS`.
    cutoff
        What the mean of the last probabilities must exceed.
    mean_of
        How many probabilities the mean is of.
    step
        Frames from one inference to the next; by default as many as the network reads, or a fifth
        of them if it has several outputs.
    unit
        What a feature of 1 stands for in the network's training; by default what the front end
        says.
    background
        Of several classes, the one that is no sound to detect; -1 for none.

    Returns
    -------
    Graph
        The verified graph.

    Raises
    ------
    ThumbnetError
        If the network is of another kind, or the settings do not fit it.

    """
    if isinstance(front_end, str):
        if front_end not in FRONT_ENDS:
            raise ThumbnetError(
                f"unknown front end {front_end!r}: choose one of {', '.join(FRONT_ENDS)}"
            )
        front_end = FRONT_ENDS[front_end]
    (inputs,) = graph.tensors[graph.input].shape
    if inputs % front_end.features:
        raise ThumbnetError(
            f"the network reads {inputs} numbers, which are no frames of {front_end.features} "
            "features: choose the front end that it was trained with"
        )
    if not 0 <= cutoff < 1:
        raise ThumbnetError(f"a cutoff of {cutoff:g}: give a probability from 0 to below 1")
    if mean_of < 1:
        raise ThumbnetError(f"a mean of {mean_of} probabilities: give 1 or more")
    frames = inputs // front_end.features
    spec = graph.tensors["scores"]
    several = spec.shape != (1,)
    if unit is None:
        unit = _unit(graph, front_end)
    assert spec.scale is not None
    scale = 1 / PROBABILITY_ONE if several else float(np.ravel(spec.scale)[0])
    step = step or (max(1, frames // _INFERENCES) if several else frames)
    more_than = _most_below(cutoff, mean_of, scale)
    sound = SoundStream(front_end, frames, step, unit, mean_of, more_than, background)
    return verify(replace(graph, sound=sound))


def sound_of(model: Model, graph: Graph) -> Graph:
    """Give the integer graph of a model that was trained on sounds its `Stream`.

    Parameters
    ----------
    model
        The network of floats; its `info["sound"]` has the settings.
    graph
        The graph that it became.

    Returns
    -------
    Graph
        The verified graph; `graph` itself if the model was trained on something else.

    Raises
    ------
    ThumbnetError
        If the settings are damaged, or do not fit the network.

    """
    config = model.info.get("sound")
    if config is None:
        return graph
    trained = TrainedSound.from_config(config)
    (inputs,) = graph.tensors[graph.input].shape
    frames, features = trained.shape
    zero_point = graph.tensors[graph.nodes[0].output].zero_point
    if frames * features != inputs or zero_point != trained.zero_point:
        raise ThumbnetError(
            f"export: the network reads {inputs} numbers around {zero_point}, but its settings for "
            f"sound make {frames * features} around {trained.zero_point}: train again with --sound"
        )
    return with_sound(
        graph,
        trained.front_end,
        cutoff=trained.cutoff,
        mean_of=trained.mean_of,
        step=trained.step,
        unit=trained.unit,
        background=trained.background,
    )


def _unit(graph: Graph, front_end: FrontEndSettings) -> float:
    """Return what a feature of 1 stands for, where nobody says it."""
    scale = graph.tensors[graph.nodes[0].output].scale
    if front_end == FRONT_ENDS["micro_speech"] and isinstance(scale, float):
        unit = scale * TFLM_LEVELS
        # The levels of a network for 0 to 26: what its program on the board computes, not what
        # training did, which is up to one level more.
        if abs(unit / front_end.unit - 1) < 0.02:
            return unit
    return front_end.unit


def _most_below(cutoff: float, count: int, scale: float) -> int:
    """Return the largest sum of `count` scores whose mean probability is not above `cutoff`."""
    total = int(cutoff * count / scale) + 2
    while total * scale / count > cutoff:
        total -= 1
    return total
