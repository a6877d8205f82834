"""What the float network and the integer network answer on held-out examples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Program, Task, accepted_rows, encode_targets, row_losses
from thumbnet.trainer import Model, ThumbnetError

from .error_analysis import Confusion, confusion, mean_absolute_error, r_squared

Array = npt.NDArray[Any]

ROWS = 1000
"""Rows that are executed at once: bounds the memory of the tensors between the layers."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Examples that the board accepts, the truth, and the answers.

    Attributes
    ----------
    x
        (n, *input_shape), in raw units.
    truth
        Class indices (n,), numbers in real units (n, outputs), or levels (n, pixels).
    floats
        Answers of the float network, like `truth`; None if the network was imported as integers.
    integers
        Answers of the board, like `truth`; None without an integer network.
    odds
        (n, classes), probabilities if there are any, else scores; None for numbers.
    probable
        Whether `odds` are probabilities.
    labels
        Names of the classes, () for numbers.
    refused
        Number of examples left out because a reading is outside the accepted range.
    recordings
        (n,), names of the recordings that windows were cut from, if known.

    """

    x: Array
    truth: Array
    floats: Array | None
    integers: Array | None
    odds: Array | None
    probable: bool
    labels: tuple[str, ...]
    refused: int = 0
    recordings: Array | None = None

    @property
    def predicted(self) -> Array:
        """Answers of the integer network, or of the float network if there is no other."""
        found = self.floats if self.integers is None else self.integers
        assert found is not None
        return found

    @property
    def confusion(self) -> Confusion | None:
        """Confusion matrix of the predictions; None for numbers."""
        return confusion(self.truth, self.predicted, self.labels) if self.labels else None

    def score(self, predicted: Array | None) -> float | None:
        """Return the accuracy, or R squared of numbers (None if they are all equal)."""
        if predicted is None:
            return None
        if self.labels:
            return float(np.mean(predicted == self.truth))
        return r_squared(self.truth, predicted)

    def losses(self, predicted: Array) -> Array:
        """Return the loss of each example, see `paired_test`."""
        return row_losses(predicted, self.truth.astype(np.float64), bool(self.labels))

    def error(self, predicted: Array) -> float | None:
        """Return the mean absolute error of numbers; None for classes."""
        return None if self.labels else mean_absolute_error(self.truth, predicted)

    @property
    def by_recording(self) -> tuple[int, int] | None:
        """Number of recordings whose most frequent answer is correct, and number of recordings."""
        if self.recordings is None or not self.labels:
            return None
        right, names = 0, sorted(set(self.recordings.tolist()))
        for name in names:
            own = self.recordings == name
            votes = np.bincount(self.predicted[own], minlength=len(self.labels))
            right += int(votes.argmax() == self.truth[own][0])
        return right, len(names)

    @property
    def margins(self) -> Array:
        """How wrong each answer is, (n,).

        For classes: how certain a wrong answer was, or minus how certain a correct one was. For
        numbers: the distance from the truth, in standard deviations of each output.
        """
        if not self.labels:
            spread = self.truth.std(axis=0)
            spread = np.where(spread > 0, spread, 1.0)
            return np.asarray(
                np.sqrt(np.mean(((self.predicted - self.truth) / spread) ** 2, axis=1))
            )
        wrong = self.predicted != self.truth
        if self.odds is None:
            return np.where(wrong, 1.0, -1.0)
        sure = self.odds[np.arange(len(self.odds)), self.predicted]
        if not self.probable:  # scores have no absolute zero: take the lead over the second
            two = np.sort(self.odds, axis=1)[:, -2:]
            sure = two[:, 1] - two[:, 0]
        return np.asarray(np.where(wrong, sure, -sure))

    @property
    def wrong(self) -> int:
        """Number of wrong answers; 0 for numbers, which are never quite right."""
        return int(np.sum(self.predicted != self.truth)) if self.labels else 0


@dataclass(frozen=True)
class WholeTestSet:
    """All that training held out, if a model carries only some of it.

    Attributes
    ----------
    rows
        Number of examples.
    score
        Accuracy or R squared of the float network on them; None if unknown.
    balanced
        Balanced accuracy on them; None for numbers, or if unknown.

    """

    rows: int
    score: float | None
    balanced: float | None


def whole_test_set(info: dict[str, Any], held: HeldOut) -> WholeTestSet | None:
    """Return what `Model.info` says about all held-out examples; None if `held` are all."""
    rows = info.get("test_rows")
    if not isinstance(rows, int) or rows <= len(held.x) + held.refused:
        return None
    score = _share(info.get("accuracy" if held.labels else "r_squared"))
    return WholeTestSet(rows, score, _share(info.get("balanced_accuracy")) if held.labels else None)


def _share(value: Any) -> float | None:
    return value if isinstance(value, float) and value <= 1 else None


def answers(
    model: Model,
    program: Program | None,
    task: Task,
    x: Array,
    y: Array,
    recordings: Array | None = None,
) -> HeldOut | None:
    """Run both networks; return None if the board accepts none of the examples.

    Parameters
    ----------
    model, program, task
        The float network, the integer network if there is one, and what the outputs mean.
    x, y
        Examples in raw units, and their targets.
    recordings
        Name of the recording that each example was cut from.

    Raises
    ------
    ThumbnetError
        If the inputs or the targets do not fit the network.

    """
    truth = encode_targets(task, y, len(x))
    x = _shaped(model, x)
    taken = np.ones(len(x), dtype=bool)
    if program is not None:
        taken = accepted_rows(program.graph, x)
    refused, x, truth = int(np.sum(~taken)), x[taken], truth[taken]
    if not len(x):
        return None
    judge = _classes if task.has_classes else _numbers
    known = recordings is not None and len(recordings) == len(taken)
    names = recordings[taken] if recordings is not None and known else None
    return replace(judge(model, program, task, x, truth), refused=refused, recordings=names)


def _numbers(model: Model, program: Program | None, task: Task, x: Array, truth: Array) -> HeldOut:
    floats = model.predict(x).reshape(len(x), -1).astype(np.float64)
    if truth.shape != floats.shape:
        raise ThumbnetError(
            f"targets of shape {truth.shape} for outputs of shape {floats.shape}: there must be "
            "one for each output"
        )
    if task.kind == "image":
        floats = task.levels(floats)
    held = HeldOut(x, truth, floats, None, None, False, ())
    if program is None:
        return held
    return replace(
        held, integers=_execute(program, x, "prediction")["prediction"].reshape(truth.shape)
    )


def _classes(model: Model, program: Program | None, task: Task, x: Array, truth: Array) -> HeldOut:
    truth = truth.astype(np.int64)
    _check_classes(truth, task.labels)
    classes = np.asarray(model.predict_classes(x))
    if classes.shape != truth.shape:
        raise ThumbnetError(
            f"the network gives {math.prod(classes.shape[1:])} classes for each row: a report is "
            "of networks that give one, so let it end with a Flatten and a Dense layer"
        )
    held = HeldOut(x, truth, classes, None, None, False, task.labels)
    if program is None:
        if model.output_activation not in ("softmax", "sigmoid"):
            return held
        return replace(held, odds=model.predict_proba(x), probable=True)
    return _with_classes(held, program)


def _with_classes(held: HeldOut, program: Program) -> HeldOut:
    """Add the classes that the integer network predicts, and how certain it is."""
    x = held.x
    values = _execute(program, x, "prediction", "probabilities", "scores")
    predicted = values["prediction"].reshape(len(x))
    if "probabilities" in values:
        odds = values["probabilities"] / 32768
        return replace(held, integers=predicted, odds=odds, probable=True)
    odds = values["scores"].astype(np.float64)
    if odds.shape[1] == 1:  # the sign decides
        odds = np.concatenate([-odds, odds], axis=1)
    return replace(held, integers=predicted, odds=odds)


def answers_in_integers(program: Program, x: Array, y: Array) -> HeldOut:
    """Run a network that has no float weights.

    Parameters
    ----------
    program
        The network.
    x, y
        Levels in the shape of its input, and their targets.

    Raises
    ------
    ThumbnetError
        If the targets do not fit the network.

    """
    task = program.task
    truth = encode_targets(task, y, len(x))
    if task.has_classes:
        truth = truth.astype(np.int64)
        _check_classes(truth, task.labels)
        return _with_classes(HeldOut(x, truth, None, None, None, False, task.labels), program)
    numbers = _execute(program, x, "prediction")["prediction"].reshape(len(x), -1)
    if truth.shape != numbers.shape:
        raise ThumbnetError(
            f"targets of shape {truth.shape} for outputs of shape {numbers.shape}: there must be "
            "one for each output"
        )
    return HeldOut(x, truth, None, numbers, None, False, ())


def answers_of_program(program: Program, held: HeldOut) -> Array:
    """Return what another integer network answers to the same examples, like `held.truth`."""
    predicted = _execute(program, held.x, "prediction")["prediction"]
    return predicted.reshape(held.truth.shape)


def _execute(program: Program, x: Array, *names: str) -> dict[str, Array]:
    """Return the named tensors that the integer network has, for all rows."""
    parts = [program.execute(x[at : at + ROWS]) for at in range(0, len(x), ROWS)]
    return {n: np.concatenate([part[n] for part in parts]) for n in names if n in parts[0]}


def _shaped(model: Model, x: Array) -> Array:
    """Return rows in the shape of the model's input; the model refuses what cannot have it."""
    wanted = model.require_built()
    return x.reshape(len(x), *wanted) if x[0].size == int(np.prod(wanted)) else x


def _check_classes(truth: Array, labels: tuple[str, ...]) -> None:
    known = (truth >= 0) & (truth < len(labels))
    if not np.all(known):
        raise ThumbnetError(
            f"a held-out example is of class {int(truth[~known][0])}, but the network knows 0 to "
            f"{len(labels) - 1}: use data for which it was trained"
        )
