"""A model quantized in several ways, side by side: how ranges are chosen, how wide weights are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import Model

from .graph import Graph
from .head import Head
from .macs import weight_bytes
from .observers import OBSERVERS
from .pipeline import Options, stages
from .quality import class_targets, float_predict, goodness, layer_quality
from .reference import accepted, as_rows, execute, to_counts

QUALITY_ROWS = 500
"""Rows on which the noise of each layer is measured."""


@dataclass(frozen=True)
class Quantized:
    """One way to quantize a model, and what it gives.

    calibration, bits: see `convert`. accuracy: on the held-out rows, in integers; R squared for a
    regression. agreement: share of rows with the answer of the float model (None for a regression).
    sqnr: signal to quantization noise of the scores, in dB; worst: of the worst layer.
    weight_bytes: what the weights take.
    """

    calibration: str
    bits: int
    accuracy: float
    agreement: float | None
    sqnr: float
    worst: float
    weight_bytes: int


def float_accuracy(
    model: Model, x: npt.ArrayLike, test_x: npt.ArrayLike, test_y: npt.ArrayLike, options: Options
) -> float:
    """Return the accuracy (R squared) of the float model on held-out rows."""
    floats, graph, head = _graphs(model, x, options)
    rows, y = _held_out(graph, head, test_x, test_y)
    return goodness(head, float_predict(floats, head, rows), y)


def compare(
    model: Model,
    x: npt.ArrayLike,
    test_x: npt.ArrayLike,
    test_y: npt.ArrayLike,
    options: Options,
    calibrations: Sequence[str] = tuple(OBSERVERS),
    widths: Sequence[int] = (8, 4),
) -> Iterator[Quantized]:
    """Yield each way to quantize `model`, calibrated on rows `x`, tried on `test_x` and `test_y`.

    Held-out rows out of the accepted range are left out.

    Raises
    ------
    ThumbnetError
        As `convert` does.

    """
    for bits in widths:
        for calibration in calibrations:
            chosen = replace(options, calibration=calibration, bits=bits)
            floats, graph, head = _graphs(model, x, chosen)
            rows, y = _held_out(graph, head, test_x, test_y)
            found = execute(graph, to_counts(graph, rows), ["prediction"])["prediction"]
            agreement = None
            if head.kind != "regression":
                agreement = float(np.mean(found == float_predict(floats, head, rows)))
            layers = layer_quality(floats, graph, rows[:QUALITY_ROWS])
            yield Quantized(
                calibration,
                bits,
                goodness(head, found, y),
                agreement,
                next(layer.sqnr for layer in layers if layer.tensor == "scores"),
                min(layer.sqnr for layer in layers),
                weight_bytes(graph),
            )


def _graphs(model: Model, x: npt.ArrayLike, options: Options) -> tuple[Graph, Graph, Head]:
    """Return the calibrated float graph, the integer graph, and what its scores mean."""
    found = {graph.stage: (graph, head) for graph, head in stages(model, x, options)}
    return found["calibrate"][0], *found["fuse"]


def _held_out(
    graph: Graph, head: Head, x: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rows = as_rows(graph, x)
    taken = accepted(graph, rows)
    return rows[taken], class_targets(head, y, len(rows))[taken]
