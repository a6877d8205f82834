"""How good answers are: the confusion matrix of classes, the errors of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import confusion_matrix, is_uneven

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Confusion:
    """A confusion matrix, (classes, classes): `matrix[i, j]` examples of class i predicted as j."""

    matrix: Array
    labels: tuple[str, ...]

    @property
    def total(self) -> int:
        """Number of examples."""
        return int(self.matrix.sum())

    @property
    def rows(self) -> Array:
        """Number of examples of each class, (classes,)."""
        return np.asarray(self.matrix.sum(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of correct predictions."""
        return float(np.trace(self.matrix) / self.total)

    @property
    def recall(self) -> Array:
        """Recall of each class, (classes,); NaN for a class without examples."""
        return _shares(np.diag(self.matrix), self.rows)

    @property
    def precision(self) -> Array:
        """Precision of each class, (classes,); NaN for a class that was never predicted."""
        return _shares(np.diag(self.matrix), self.matrix.sum(axis=0))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall over the classes that have examples: every class counts the same."""
        return float(np.nanmean(self.recall))

    @property
    def guessing(self) -> float:
        """Accuracy of always predicting the most frequent class."""
        return float(self.rows.max() / self.total)

    @property
    def balanced_guessing(self) -> float:
        """Balanced accuracy of always predicting the same class."""
        return 1 / int(np.sum(self.rows > 0))

    @property
    def uneven(self) -> bool:
        """Whether some classes have so many more examples that accuracy alone misleads."""
        return is_uneven(self.rows)

    def mixed_up(self, most: int = 3) -> list[tuple[str, str, int]]:
        """Return the most frequent mistakes as (class, predicted class, how often)."""
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        places = (np.unravel_index(int(k), wrong.shape) for k in order)
        return [
            (self.labels[i], self.labels[j], int(wrong[i, j])) for i, j in places if wrong[i, j]
        ]


def confusion(truth: Array, predicted: Array, labels: tuple[str, ...]) -> Confusion:
    """Return the confusion matrix of true and predicted class indices, each (n,)."""
    return Confusion(confusion_matrix(truth, predicted, len(labels)), labels)


def r_squared(truth: Array, predicted: Array) -> float | None:
    """Return R squared of (n, outputs); None if the true values are all equal."""
    spread = float(np.sum((truth - truth.mean(axis=0)) ** 2))
    return 1 - float(np.sum((truth - predicted) ** 2)) / spread if spread > 0 else None


def mean_absolute_error(truth: Array, predicted: Array) -> float:
    """Return the mean absolute error, in real units."""
    return float(np.abs(truth - predicted).mean())


def _shares(part: Array, whole: Array) -> Array:
    none = np.full(len(part), np.nan)
    return np.asarray(np.divide(part, whole, out=none, where=whole > 0))
