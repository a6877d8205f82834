"""Scores of a classifier: the confusion matrix, and an accuracy that rare classes count in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError

UNEVEN = 1.5
"""Accuracy alone misleads where a class has this many times the examples of another."""


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
