"""Rows to test a module with: at the ends of its range, and as `predict` takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..graph.graph import Graph
from ..quantizer.input_counts import in_units
from ..stages.reference import accepted_counts


def readings(graph: Graph, counts: npt.ArrayLike) -> list[list[int | float]]:
    """Return counts as the numbers that `predict` takes: raw units, integers if all units are 1."""
    return in_units(counts, accepted_counts(graph).units)  # type: ignore[no-any-return]


def extremes(graph: Graph) -> npt.NDArray[np.int64]:
    """Return rows of counts at the ends of the accepted range: low, high, and both alternating."""
    inputs = accepted_counts(graph)
    low, high = inputs.minimum, inputs.maximum
    odd = np.arange(len(low)) % 2 == 1
    return np.stack([low, high, np.where(odd, high, low), np.where(odd, low, high)])
