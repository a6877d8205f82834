"""Scores of a classifier: the confusion matrix, and the balanced accuracy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError

UNEVEN = 1.5
"""Accuracy alone misleads if a class has this many times the examples of another."""


def confusion_matrix(y: ArrayLike, predicted: ArrayLike, classes: int) -> Array:
    """Count the examples of each class (row) that were predicted as each class (column).

    Parameters
    ----------
    y, predicted : array_like, shape (n,)
        Class indices.
    classes : int
        Number of classes.

    Returns
    -------
    ndarray, shape (classes, classes)
        int64.

    Raises
    ------
    ThumbnetError
        If an index is not a class, or the lengths differ.
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
    """Average, over the classes, the share of a class's examples that were recognized.

    Where one class is rare, always predicting the others scores well in accuracy, but not here.

    Parameters
    ----------
    y, predicted : array_like, shape (n,)
        Class indices.
    classes : int
        Number of classes; those without examples do not count.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ThumbnetError
        As `confusion_matrix`, and if there are no examples.
    """
    counts = confusion_matrix(y, predicted, classes)
    examples = counts.sum(axis=1)
    present = examples > 0
    if not present.any():
        raise ThumbnetError("balanced accuracy of no examples is not defined: give some")
    return float((np.diagonal(counts)[present] / examples[present]).mean())


def is_uneven(counts: ArrayLike) -> bool:
    """Tell whether classes are so uneven that accuracy alone misleads.

    Always predicting the most frequent class is then often right.

    Parameters
    ----------
    counts : array_like, shape (classes,)
        Examples of each class.

    Returns
    -------
    bool
        Whether one class has `UNEVEN` times the examples of another, or more.
    """
    return bool(np.max(counts) >= UNEVEN * np.min(counts))
