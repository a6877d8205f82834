"""How good answers are, counted: of classes by their confusions, of numbers by their residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import confusion_matrix, is_uneven

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Confusion:
    """`matrix[i, j]`: how many examples of class i were taken for class j. (classes, classes)."""

    matrix: Array
    labels: tuple[str, ...]

    @property
    def total(self) -> int:
        """All examples."""
        return int(self.matrix.sum())

    @property
    def rows(self) -> Array:
        """Examples of each class, (classes,)."""
        return np.asarray(self.matrix.sum(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of the examples that were told right."""
        return float(np.trace(self.matrix) / self.total)

    @property
    def recall(self) -> Array:
        """Share of each class that was found; NaN for a class without examples. (classes,)."""
        return _shares(np.diag(self.matrix), self.rows)

    @property
    def precision(self) -> Array:
        """How often an answer was right, by class; NaN where it was never given. (classes,)."""
        return _shares(np.diag(self.matrix), self.matrix.sum(axis=0))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have examples: every class counts the same."""
        return float(np.nanmean(self.recall))

    @property
    def guessing(self) -> float:
        """Accuracy of always answering the most frequent class."""
        return float(self.rows.max() / self.total)

    @property
    def balanced_guessing(self) -> float:
        """Balanced accuracy of always answering the same class."""
        return 1 / int(np.sum(self.rows > 0))

    @property
    def uneven(self) -> bool:
        """True where some classes have so many more examples that accuracy alone misleads."""
        return is_uneven(self.rows)

    def mixed_up(self, most: int = 3) -> list[tuple[str, str, int]]:
        """The most frequent mistakes as (class, what it was taken for, how often)."""
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        places = (np.unravel_index(int(k), wrong.shape) for k in order)
        return [
            (self.labels[i], self.labels[j], int(wrong[i, j])) for i, j in places if wrong[i, j]
        ]


def confusion(truth: Array, said: Array, labels: tuple[str, ...]) -> Confusion:
    """Count the answers, class indices (n,), by what they should have been (n,)."""
    return Confusion(confusion_matrix(truth, said, len(labels)), labels)


def r_squared(truth: Array, said: Array) -> float | None:
    """Share of the spread that is explained, of (n, outputs); None where there is no spread."""
    spread = float(np.sum((truth - truth.mean(axis=0)) ** 2))
    return 1 - float(np.sum((truth - said) ** 2)) / spread if spread > 0 else None


def mean_absolute_error(truth: Array, said: Array) -> float:
    """Mean distance from what is true, in real units."""
    return float(np.abs(truth - said).mean())


def _shares(part: Array, whole: Array) -> Array:
    none = np.full(len(part), np.nan)
    return np.asarray(np.divide(part, whole, out=none, where=whole > 0))
