"""Loss and metrics of a model on prepared data: shared by `fit` and `evaluate`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from . import activations
from .errors import ThumbnetError
from .layers import Layer
from .losses import Loss
from .metrics import get as get_metric
from .tensor import Array, Tensor

if TYPE_CHECKING:
    from .model import Model

# At a time: they bound the memory that prediction takes.
ROWS = 4096
NUMBERS = 2**22  # in the largest tensor

UNEVEN = 1.5
"""A class has so many times the examples of another: accuracy alone misleads."""


def rows_at_once(model: Model) -> int:
    """Give how many examples to predict in one go: fewer where a layer gives many numbers."""
    shapes = [model.require_built(), *(layer.output_shape for layer in model.layers)]
    return max(1, min(ROWS, NUMBERS // max(math.prod(shape) for shape in shapes)))


def slices(count: int, rows: int) -> Iterator[slice]:
    """Cut `count` rows into slices of at most `rows`."""
    for start in range(0, count, rows):
        yield slice(start, min(start + rows, count))


def losses_and_outputs(
    model: Model, loss: Loss, x: Tensor, y: Array, training: bool = False
) -> tuple[Tensor, Array]:
    """Give the loss of each example, (n,), and the outputs, of preprocessed x and prepared y.

    Where the loss can be fused with the last activation, it works on the logits.
    """
    last = model.layers[-1]
    if (
        loss.on_logits is None
        or last.activation != loss.logits_of
        or type(last).pre_activation is Layer.pre_activation  # it has none, as SimpleRNN
    ):
        outputs = model.forward(x, training)
        return loss(y, outputs), outputs.data
    logits = model.logits(x, training)
    # The outputs are for the metrics only, so their activation is hidden from the tape.
    return loss.on_logits(y, logits), activations.get(loss.logits_of)(Tensor(logits.data)).data


def measure(model: Model, y: Array, outputs: Array) -> dict[str, float]:
    """Give the sum of every metric over a batch."""
    return {
        name: float(get_metric(name)(y, outputs, model.threshold).sum(dtype=np.float64))
        for name in model.metrics
    }


def evaluate(model: Model, loss: Loss, x: Array, y: Array) -> dict[str, float]:
    """Give the mean loss, with penalties, and metrics of preprocessed x and prepared y."""
    totals = dict.fromkeys(("loss", *model.metrics), 0.0)
    for rows in slices(len(x), rows_at_once(model)):
        each, outputs = losses_and_outputs(model, loss, Tensor(x[rows]), y[rows])
        totals["loss"] += float(each.data.sum(dtype=np.float64))
        for name, total in measure(model, y[rows], outputs).items():
            totals[name] += total
    results = {name: total / len(x) for name, total in totals.items()}
    penalties = (penalty for layer in model.layers for penalty in layer.penalties())
    results["loss"] += sum(float(penalty.data) for penalty in penalties)
    return results


def confusion_matrix(y: ArrayLike, predicted: ArrayLike, classes: int) -> Array:
    """Count the examples of each class (row) that were taken for each class (column).

    y, predicted: class indices (n,). Gives (classes, classes) int64. Raises ThumbnetError for an
    index that is no class, or unequal lengths.
    """
    true, taken = (np.asarray(values).reshape(-1) for values in (y, predicted))
    if len(true) != len(taken):
        raise ThumbnetError(
            f"there are {len(true)} labels and {len(taken)} predictions: they must pair up"
        )
    for values in (true, taken):
        wrong = np.flatnonzero(~np.isin(values, np.arange(classes)))
        if len(wrong):
            raise ThumbnetError(
                f"class {values[wrong[0]]} at row {wrong[0]} is not one of the {classes} classes "
                f"(0 to {classes - 1}): give class indices, as predict_classes does"
            )
    pairs = true.astype(np.int64) * classes + taken.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def balanced_accuracy(y: ArrayLike, predicted: ArrayLike, classes: int) -> float:
    """Give the mean, over the classes, of the share of a class's examples that were recognized.

    Where one class is rare, guessing the others scores well in accuracy, and 1 / classes here.
    Classes without examples do not count. Takes what `confusion_matrix` takes; raises
    ThumbnetError as it does, and if there are no examples.
    """
    counts = confusion_matrix(y, predicted, classes)
    examples = counts.sum(axis=1)
    present = examples > 0
    if not present.any():
        raise ThumbnetError("balanced accuracy of no examples is not defined: give some")
    return float((np.diagonal(counts)[present] / examples[present]).mean())


def is_uneven(counts: ArrayLike) -> bool:
    """Tell whether, of so many examples of each class, accuracy alone misleads.

    It does where one class has `UNEVEN` times the examples of another: always answering the most
    frequent class is then often right.
    """
    return bool(np.max(counts) >= UNEVEN * np.min(counts))
