"""How right answers are, added up as they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from thumbnet.trainer import confusion_matrix

from ..json_lines import JsonObject
from .prediction import Predicted
from .settings import Array


@dataclass
class Tally:
    """What has been predicted so far.

    Attributes
    ----------
    labels
        Names of the classes; () for numbers.
    rows, refused
        How many rows there were, and how many of them have no answer.
    classes
        How often each class was answered; of windows, how often it was decided.

    """

    labels: tuple[str, ...]
    rows: int = 0
    refused: int = 0
    refused_with_truth: int = 0
    classes: Counter[int | None] = field(default_factory=Counter)
    _pairs: list[tuple[int, int]] = field(default_factory=list)
    _decided: int = 0
    _numbers: list[tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=list)

    def add(self, one: Predicted) -> None:
        """Count a row."""
        self.rows += 1
        answer, truth = one.answer, one.truth
        if answer is None:
            self.refused += 1
            self.refused_with_truth += truth is not None
            return
        if self.labels:
            self.classes[one.decision] += 1
        if isinstance(truth, int) and answer.index is not None:
            self._pairs.append((truth, answer.index))
            self._decided += one.decision == truth
        elif isinstance(truth, tuple) and len(truth) == len(answer.numbers):
            self._numbers.append((truth, answer.numbers))

    @property
    def scored(self) -> int:
        """How many answers can be judged."""
        return len(self._pairs) or len(self._numbers)

    @property
    def accuracy(self) -> float | None:
        """Share of right classes among the answers; of windows, before the votes."""
        if not self._pairs:
            return None
        return sum(true == found for true, found in self._pairs) / len(self._pairs)

    @property
    def accuracy_refused_as_wrong(self) -> float | None:
        """The accuracy if rows without an answer count as wrong."""
        accuracy = self.accuracy
        if accuracy is None:
            return None
        return accuracy * self.scored / (self.scored + self.refused_with_truth)

    @property
    def accuracy_of_decisions(self) -> float | None:
        """Share of right decisions of a `Stream`; undecided ones count as wrong."""
        return self._decided / len(self._pairs) if self._pairs else None

    @property
    def confusion(self) -> Array | None:
        """(classes, classes): `matrix[i, j]` rows of class i that were answered j."""
        if not self._pairs:
            return None
        truth, found = np.array(self._pairs).T
        return confusion_matrix(truth, found, len(self.labels))

    @property
    def errors(self) -> tuple[float | None, float] | None:
        """R squared (the mean over outputs; None if none varies) and mean absolute error."""
        if not self._numbers:
            return None
        truth, found = (np.array(part) for part in zip(*self._numbers, strict=True))
        spread = ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
        error = ((truth - found) ** 2).sum(axis=0)
        known = spread > 0
        share = float(np.mean(1 - error[known] / spread[known])) if known.any() else None
        return share, float(np.abs(truth - found).mean())

    def counts(self, most: int = 8) -> str:
        """Return how often the classes were answered, in words."""
        found = [
            f"{'undecided' if k is None else self.labels[k]} ({n:,})"
            for k, n in islice(self.classes.most_common(), most)
        ]
        return ", ".join(found) + (", ..." if len(self.classes) > most else "")

    def as_json(self, decides: bool) -> JsonObject:
        """Return what `--json` prints last; decides: whether a `Stream` votes."""
        errors, matrix = self.errors, self.confusion
        found: JsonObject = {
            "rows": self.rows,
            "answered": self.rows - self.refused,
            "refused": self.refused,
            "rows_scored": self.scored,
        }
        if self.labels:
            found["accuracy"] = self.accuracy
            found["accuracy_refused_as_wrong"] = self.accuracy_refused_as_wrong
            if decides:
                found["accuracy_of_decisions"] = self.accuracy_of_decisions
            found["labels"] = [*self.labels]
            found["confusion"] = None if matrix is None else matrix.tolist()
        else:
            found["r_squared"], found["mean_absolute_error"] = errors or (None, None)
        return found
