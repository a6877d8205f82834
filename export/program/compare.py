"""Compare ways to quantize a model: the choice of ranges, and the width of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import Model, ThumbnetError

from ..cost.network_size import weight_bytes
from ..graph.graph import Graph
from ..quantizer.task import Task
from ..stages.calibrate import ends_of
from ..stages.observers import OBSERVERS
from ..stages.pipeline import Options, stages
from ..stages.reference import accepted_rows, as_rows, execute, to_counts
from .program import Program
from .quality import (
    balanced,
    classes_uneven,
    encode_targets,
    float_predict,
    goodness,
    layer_quality,
    row_losses,
)

QUALITY_ROWS = 500
"""Number of rows on which the noise of each layer is measured."""

WEIGHT_WIDTHS = (8, 4)

Choice = tuple[str | None, int]
"""How ranges are chosen (None if training has set them all), and the width of the weights."""


@dataclass(frozen=True)
class QuantizationResult:
    """One way to quantize a model, and its results.

    Attributes
    ----------
    calibration, bits
        See `convert`; calibration is None if training has set all ranges.
    accuracy
        On the held-out rows, in integers; R squared for a regression.
    balanced
        The mean accuracy over the classes if they are uneven, else None.
    agreement
        Share of rows with the same answer as the float model; None for a regression.
    sqnr
        Signal-to-quantization-noise ratio of the scores, in dB.
    worst
        The same ratio of the worst layer.
    weight_bytes
        Size of the weights in bytes.
    losses
        Of each held-out row: whether its class is wrong, or the error of its number; see
        `paired_test`.

    """

    calibration: str | None
    bits: int
    accuracy: float
    balanced: float | None
    agreement: float | None
    sqnr: float
    worst: float
    weight_bytes: int
    losses: npt.NDArray[np.float64] = field(
        default_factory=lambda: np.zeros(0), repr=False, compare=False
    )

    @property
    def score(self) -> float:
        """The figure that ranks the choices: the balanced accuracy if the classes are uneven."""
        return self.accuracy if self.balanced is None else self.balanced


def float_accuracy(
    model: Model, x: npt.ArrayLike, test_x: npt.ArrayLike, test_y: npt.ArrayLike, options: Options
) -> tuple[float, float | None]:
    """Measure the float model on held-out rows that the integer model accepts.

    Parameters
    ----------
    model
        A trained model.
    x
        Rows to calibrate with, (n, features) in raw units.
    test_x, test_y
        Held-out rows and their targets.
    options
        See `convert`.

    Returns
    -------
    accuracy, balanced
        Accuracy (R squared for a regression), and balanced accuracy: None unless the classes are
        uneven.

    """
    floats, graph, task = _graphs(model, x, options)
    rows, y = _some_held_out(graph, task, test_x, test_y)
    found = float_predict(floats, task, rows)
    return goodness(task, found, y), balanced(task, found, y)


def balanced_accuracies(
    program: Program, test_x: npt.ArrayLike, test_y: npt.ArrayLike
) -> tuple[float | None, float | None]:
    """Measure the balanced accuracy on held-out rows, in integers and in float.

    Parameters
    ----------
    program
        The converted network.
    test_x, test_y
        Held-out rows (n, features) in raw units, and their targets.

    Returns
    -------
    integers, floats
        Balanced accuracies; both None unless the classes are uneven.

    """
    graph, task, floats = program.graph, program.task, program.floats
    assert floats is not None
    rows, y = _held_out(graph, task, test_x, test_y)
    if not classes_uneven(task, y):
        return None, None
    answers = program.predict(rows), float_predict(floats, task, rows)
    whole, real = (balanced(task, found, y) for found in answers)
    return whole, real


def calibrations(model: Model, x: npt.ArrayLike, options: Options) -> tuple[str, ...]:
    """Return the names of `OBSERVERS`; empty if training has set all ranges that they choose."""
    if not model.quantized:
        return tuple(OBSERVERS)
    found = {graph.stage: graph for graph, _ in stages(model, x, options)}
    floats, integers = found["equalize"], found["quantize"]
    chosen = [
        name
        for name, tensor in floats.tensors.items()
        if tensor.low is None
        and name not in ends_of(floats)
        and name in integers.tensors
        and integers.tensors[name].dtype == "uint8"
    ]
    return tuple(OBSERVERS) if chosen else ()


def quantization_choices(model: Model, x: npt.ArrayLike, options: Options) -> list[Choice]:
    """List the choices that give different results for a model.

    Parameters
    ----------
    model
        A trained model.
    x
        Rows to calibrate with, (n, features) in raw units.
    options
        See `convert`; its calibration and bits are ignored.

    Returns
    -------
    list of (calibration, bits)
        Calibration is None if training has set all ranges.

    """
    names = calibrations(model, x, options) or (None,)
    return [(calibration, bits) for bits in WEIGHT_WIDTHS for calibration in names]


def compare_quantizations(
    model: Model,
    x: npt.ArrayLike,
    test_x: npt.ArrayLike,
    test_y: npt.ArrayLike,
    options: Options,
    among: list[Choice] | None = None,
) -> Iterator[QuantizationResult]:
    """Quantize a model in several ways and test each of them.

    Parameters
    ----------
    model
        A trained model.
    x
        Rows to calibrate with, (n, features) in raw units.
    test_x, test_y
        Held-out rows and their targets. Rows outside the accepted range are left out.
    options
        See `convert`.
    among
        The choices to try; None for `quantization_choices`.

    Yields
    ------
    QuantizationResult
        One for each choice, in order.

    Raises
    ------
    ThumbnetError
        As `convert` does.

    """
    for calibration, bits in quantization_choices(model, x, options) if among is None else among:
        chosen = replace(options, calibration=calibration or options.calibration, bits=bits)
        floats, graph, task = _graphs(model, x, chosen)
        rows, y = _some_held_out(graph, task, test_x, test_y)
        found = execute(graph, to_counts(graph, rows), ["prediction"])["prediction"]
        agreement = None
        if task.has_classes:
            agreement = float(np.mean(found == float_predict(floats, task, rows)))
        layers = layer_quality(floats, graph, rows[:QUALITY_ROWS])
        yield QuantizationResult(
            calibration,
            bits,
            goodness(task, found, y),
            balanced(task, found, y),
            agreement,
            next(layer.sqnr for layer in layers if layer.tensor == "scores"),
            min(layer.sqnr for layer in layers),
            weight_bytes(graph),
            row_losses(found, y, task.has_classes),
        )


def _graphs(model: Model, x: npt.ArrayLike, options: Options) -> tuple[Graph, Graph, Task]:
    """Return the calibrated float graph, the integer graph, and the meaning of its scores."""
    found = {graph.stage: (graph, task) for graph, task in stages(model, x, options)}
    return found["calibrate"][0], *found["fuse"]


def _held_out(
    graph: Graph, task: Task, x: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rows = as_rows(graph, x)
    taken = accepted_rows(graph, rows)
    return rows[taken], encode_targets(task, y, len(rows))[taken]


def _some_held_out(
    graph: Graph, task: Task, x: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the held-out rows that the board accepts, and their targets: at least one."""
    rows, targets = _held_out(graph, task, x, y)
    if not len(rows):
        raise ThumbnetError(
            "every held-out row is outside the range that the board accepts: test with rows like "
            "those that the network was trained on"
        )
    return rows, targets
