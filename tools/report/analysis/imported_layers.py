"""The layers of a network that was imported as integers: cost, memory, weights, levels in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thumbnet.export import (
    BoardFit,
    Graph,
    alive_bytes,
    layer_costs,
    layer_seconds,
    layer_weights,
    operation_title,
)

from .input_format import Array


@dataclass(frozen=True)
class Spread:
    """How values are distributed: both ends, and between which 90 % of them are."""

    least: int
    low: float
    high: float
    most: int


@dataclass(frozen=True)
class ImportedLayer:
    """One operation of the network; None for a figure that does not apply.

    Attributes
    ----------
    name, what
        Its output, and what it does.
    reads
        The outputs that it reads, if they are not just the one before.
    shape
        Shape of its output.
    step
        What one level is in real units; the largest if channels differ.
    seconds
        Time on the board that the page shows.
    memory
        Bytes of tensors and buffers that are alive while it runs.
    weights
        Distribution of the weights.
    levels
        Distribution of the output over the examples.
    used
        How many of 256 levels occur there.
    at_ends
        Share of the output that is 0 or 255.

    """

    name: str
    what: str
    reads: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    macs: int
    step: float | None
    seconds: float | None
    memory: int | None
    weights: Spread | None
    levels: Spread | None = None
    used: int | None = None
    at_ends: float | None = None


@dataclass(frozen=True)
class Imported:
    """What is known of an imported network.

    Attributes
    ----------
    source
        What kind of file it is from, in words.
    board
        The title of the board whose times the layers have; "" if it fits none.
    rows
        Number of examples that the levels are from; 0 for none.

    """

    source: str
    board: str
    rows: int
    layers: list[ImportedLayer]


def imported_layers(
    graph: Graph, fit: BoardFit | None, values: Mapping[str, Array] | None
) -> list[ImportedLayer]:
    """Describe each operation that writes bytes, and the scores.

    Parameters
    ----------
    graph
        The network.
    fit
        The board to estimate times for, and how the network is exported for it.
    values
        The tensors of the network for some examples, by name.

    """
    costs, memory, weights = layer_costs(graph), alive_bytes(graph), layer_weights(graph)
    times = {} if fit is None else layer_seconds(graph, fit.board, fit.tier)
    found, before = [], ""
    for node in graph.nodes:
        tensor, name = graph.tensors[node.output], node.output
        levels = None
        if values is not None and tensor.dtype == "uint8":
            levels = values[name].ravel()
        found.append(
            ImportedLayer(
                name,
                operation_title(node),
                () if node.inputs == (before,) else node.inputs,
                tensor.shape,
                costs[name].parameters,
                costs[name].macs,
                None if tensor.scale is None else float(np.max(tensor.scale)),
                times.get(name),
                memory.get(name),
                _spread(weights.get(name)),
                _spread(levels),
                None if levels is None else len(np.unique(levels)),
                None if levels is None else float(np.mean((levels == 0) | (levels == 255))),
            )
        )
        before = name
    return found


def _spread(values: Array | None) -> Spread | None:
    if values is None or not values.size:
        return None
    low, high = np.percentile(values, (5, 95))
    return Spread(int(values.min()), float(low), float(high), int(values.max()))
