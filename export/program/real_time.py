"""How often a network runs on sound, so that the board keeps up with its microphone."""

from __future__ import annotations

from dataclasses import replace

from ..boards.profile import BoardProfile
from ..cost.cycles import sound_load
from ..graph.graph import Graph
from ..kernels.build import Build

MOST_LOAD = 0.9
"""The share of a board's time that front end and network may take together."""


def in_real_time(graph: Graph, board: BoardProfile, build: Build) -> Graph:
    """Return the graph with more frames between two inferences, if the board needs the time.

    Parameters
    ----------
    graph
        A graph, with or without sound.
    board, build
        The board, and how the network is built for it.

    Returns
    -------
    Graph
        The same if the board keeps up, or could not at all.

    """
    sound = graph.sound
    if sound is None:
        return graph
    tier = build.tier.removesuffix("_dsp")
    for step in range(sound.step, sound.frames + 1):
        slower = replace(graph, sound=replace(sound, step=step))
        load = sound_load(slower, board, tier, build.viper)
        if load is None or load <= MOST_LOAD:
            return slower
    return graph
