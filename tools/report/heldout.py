"""What the networks, in float and in integers, answer on examples that they did not learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Program
from thumbnet.export.quantizer.task import CLASSIFIER_CURVES, Task as Head
from thumbnet.export.program.quality import class_targets
from thumbnet.export.stages.reference import accepted, as_rows
from thumbnet.trainer import Model, ThumbnetError

from .scores import Confusion, confusion, mean_absolute_error, r_squared

Array = npt.NDArray[Any]

ROWS = 1000  # at a time: bounds the memory that the tensors between the layers take


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Examples that the board takes, what is true of them, and what was answered.

    Attributes:
        x: raw units, (n, *input_shape).
        truth: class indices (n,), or numbers in real units (n, outputs).
        floats: what the float network says, like `truth`.
        integers: what the board will say, like `truth`; None without an integer network.
        odds: what speaks for each class, (n, classes): probabilities where there are any; None
            for numbers.
        probable: True if `odds` are probabilities.
        labels: names of the classes, () for numbers.
        refused: examples that are left out, since their readings are out of the accepted range.
        recordings: the names of those that windows were cut from, (n,), if they are known.
    """

    x: Array
    truth: Array
    floats: Array
    integers: Array | None
    odds: Array | None
    probable: bool
    labels: tuple[str, ...]
    refused: int = 0
    recordings: Array | None = None

    @property
    def said(self) -> Array:
        """The integer network's answers, or the float network's where there is no other."""
        return self.floats if self.integers is None else self.integers

    @property
    def confusion(self) -> Confusion | None:
        """How `said` compares with `truth`; None for numbers."""
        return confusion(self.truth, self.said, self.labels) if self.labels else None

    def score(self, said: Array) -> float | None:
        """Accuracy, or R squared of numbers (None where they are all equal)."""
        if self.labels:
            return float(np.mean(said == self.truth))
        return r_squared(self.truth, said)

    def error(self, said: Array) -> float | None:
        """Mean absolute error of numbers; None for classes."""
        return None if self.labels else mean_absolute_error(self.truth, said)

    @property
    def by_recording(self) -> tuple[int, int] | None:
        """Of how many recordings most windows are told right, and of how many in all."""
        if self.recordings is None or not self.labels:
            return None
        right, names = 0, sorted(set(self.recordings.tolist()))
        for name in names:
            own = self.recordings == name
            votes = np.bincount(self.said[own], minlength=len(self.labels))
            right += int(votes.argmax() == self.truth[own][0])
        return right, len(names)

    @property
    def margins(self) -> Array:
        """How wrong each answer is, (n,): of classes how sure a wrong one was, and below 0 how
        unsure a right one; of numbers the distance from the truth, in deviations of each output.
        """
        if not self.labels:
            spread = self.truth.std(axis=0)
            spread = np.where(spread > 0, spread, 1.0)
            return np.asarray(np.sqrt(np.mean(((self.said - self.truth) / spread) ** 2, axis=1)))
        wrong = self.said != self.truth
        if self.odds is None:
            return np.where(wrong, 1.0, -1.0)
        sure = self.odds[np.arange(len(self.odds)), self.said]
        if not self.probable:  # scores have no zero of their own: the lead over the next one
            two = np.sort(self.odds, axis=1)[:, -2:]
            sure = two[:, 1] - two[:, 0]
        return np.asarray(np.where(wrong, sure, -sure))

    @property
    def wrong(self) -> int:
        """Wrong answers; 0 for numbers, of which none is quite right."""
        return int(np.sum(self.said != self.truth)) if self.labels else 0


@dataclass(frozen=True)
class Rest:
    """All that training held out, where a model carries only some of it.

    Attributes:
        rows: how many examples.
        score: what the float network reached on them, accuracy or R squared; None if not known.
        balanced: balanced accuracy of the same; None for numbers, or if not known.
    """

    rows: int
    score: float | None
    balanced: float | None


def rest_of(info: dict[str, Any], held: HeldOut) -> Rest | None:
    """What a model's `info` says of all its held-out examples; None if they are `held` already."""
    rows = info.get("test_rows")
    if not isinstance(rows, int) or rows <= len(held.x) + held.refused:
        return None
    score = _share(info.get("accuracy" if held.labels else "r_squared"))
    return Rest(rows, score, _share(info.get("balanced_accuracy")) if held.labels else None)


def _share(value: Any) -> float | None:
    return value if isinstance(value, float) and value <= 1 else None


def head_of(model: Model) -> Head:
    """What the float network's outputs mean, where there is no integer network to ask."""
    function = model.output_activation
    labels = tuple(model.labels or ())
    if not labels and function not in CLASSIFIER_CURVES:
        return Head("regression", function, (), None)
    outputs = model.output_shape[-1]
    names = labels or tuple(str(i) for i in range(max(outputs, 2)))
    return Head("decision" if outputs == 1 else "classifier", function, names, None)


def answers(
    model: Model,
    program: Program | None,
    head: Head,
    x: Array,
    y: Array,
    recordings: Array | None = None,
) -> HeldOut | None:
    """Ask both networks; None if the board takes none of the examples.

    Args:
        x, y: examples in raw units, and what is true of them.
        recordings: the name of the recording that each was cut from.

    Raises:
        ThumbnetError: the targets do not fit the network, or the inputs do not.
    """
    truth = class_targets(head, y, len(x))
    x = _shaped(model, x)
    taken = np.ones(len(x), dtype=bool)
    if program is not None:
        taken = accepted(program.graph, as_rows(program.graph, x))
    refused, x, truth = int(np.sum(~taken)), x[taken], truth[taken]
    if not len(x):
        return None
    judge = _numbers if head.kind == "regression" else _classes
    known = recordings is not None and len(recordings) == len(taken)
    names = recordings[taken] if recordings is not None and known else None
    return replace(judge(model, program, head, x, truth), refused=refused, recordings=names)


def _numbers(model: Model, program: Program | None, head: Head, x: Array, truth: Array) -> HeldOut:
    floats = model.predict(x).reshape(len(x), -1).astype(np.float64)
    if truth.shape != floats.shape:
        raise ThumbnetError(
            f"targets of shape {truth.shape} for outputs of shape {floats.shape}: give one for "
            "each output"
        )
    held = HeldOut(x, truth, floats, None, None, False, ())
    if program is None:
        return held
    return replace(
        held, integers=_execute(program, x, "prediction")["prediction"].reshape(truth.shape)
    )


def _classes(model: Model, program: Program | None, head: Head, x: Array, truth: Array) -> HeldOut:
    truth = truth.astype(np.int64)
    _check_classes(truth, head.labels)
    held = HeldOut(x, truth, np.asarray(model.predict_classes(x)), None, None, False, head.labels)
    if program is None:
        if model.output_activation not in ("softmax", "sigmoid"):
            return held
        return replace(held, odds=model.predict_proba(x), probable=True)
    values = _execute(program, x, "prediction", "probabilities", "scores")
    said = values["prediction"].reshape(len(x))
    if "probabilities" in values:
        return replace(held, integers=said, odds=values["probabilities"] / 32768, probable=True)
    odds = values["scores"].astype(np.float64)
    if odds.shape[1] == 1:  # its side of zero decides
        odds = np.concatenate([-odds, odds], axis=1)
    return replace(held, integers=said, odds=odds)


def narrow_score(program: Program, held: HeldOut) -> float | None:
    """Accuracy or R squared of another integer network on the same examples."""
    said = _execute(program, held.x, "prediction")["prediction"]
    return held.score(said.reshape(held.truth.shape))


def _execute(program: Program, x: Array, *names: str) -> dict[str, Array]:
    """Those of the named tensors that the integer network has, on all rows."""
    parts = [program.execute(x[at : at + ROWS]) for at in range(0, len(x), ROWS)]
    return {n: np.concatenate([part[n] for part in parts]) for n in names if n in parts[0]}


def _shaped(model: Model, x: Array) -> Array:
    """Give rows the shape that the model takes; the model refuses what cannot have it."""
    wanted = model.require_built()
    return x.reshape(len(x), *wanted) if x[0].size == int(np.prod(wanted)) else x


def _check_classes(truth: Array, labels: tuple[str, ...]) -> None:
    known = (truth >= 0) & (truth < len(labels))
    if not np.all(known):
        raise ThumbnetError(
            f"a held-out example is of class {int(truth[~known][0])}, the network knows 0 to "
            f"{len(labels) - 1}: give the data that it was trained for"
        )
