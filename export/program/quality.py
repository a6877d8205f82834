"""Measure the cost of quantization: float against integer, the only comparison with a tolerance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError, balanced_accuracy, is_uneven

from ..graph.graph import Graph
from ..ops import operation
from ..ops.answer import is_regression
from ..quantizer.task import Task
from ..stages.calibrate import run_float
from ..stages.reference import execute, to_counts


@dataclass(frozen=True)
class LayerQuality:
    """How close one tensor of the integer graph is to that of the float graph.

    Attributes
    ----------
    tensor, dtype
        Name and integer type of the tensor.
    low, high
        Smallest and largest value in the float graph, in real units.
    sqnr
        Signal-to-quantization-noise ratio in dB.

    """

    tensor: str
    dtype: str
    low: float
    high: float
    sqnr: float
    """Signal to quantization noise, dB: `10 log10(sum(float**2) / sum((float - integer)**2))`."""


def layer_quality(floats: Graph, integers: Graph, x: npt.ArrayLike) -> list[LayerQuality]:
    """Compare every tensor that both graphs have, on rows `x` in raw units.

    The scores of classes are compared with the float values before the last activation. With
    several measured outputs, whose units may differ, the worst counts.
    """
    real = run_float(floats, x)
    whole = execute(integers, to_counts(integers, x))
    measures = is_regression(integers)
    last = _scores_of(floats, measures)
    rows = []
    for name, tensor in integers.tensors.items():
        reference = real.get(last if name == "scores" else name)
        if reference is None or name == integers.input or tensor.scale is None:
            continue
        got = tensor.scale * (whole[name] - tensor.zero_point)
        axis = 0 if measures and name == "scores" else None
        noise = np.sum((reference - got) ** 2, axis=axis)
        signal = np.sum(reference**2, axis=axis)
        with np.errstate(divide="ignore", invalid="ignore"):
            sqnr = np.where(noise > 0, 10 * np.log10(signal / noise), np.inf).min()
        low, high = float(reference.min()), float(reference.max())
        rows.append(LayerQuality(name, tensor.dtype, low, high, float(sqnr)))
    return rows


def _scores_of(floats: Graph, measures: bool) -> str:
    """Return the float tensor that the integer scores represent."""
    if measures:
        return floats.outputs[0]
    return [node.output for node in floats.nodes if operation(node).gives_scores][-1]


def float_predict(floats: Graph, task: Task, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the answers of the float graph for rows `x`: class indices, real units, or levels."""
    name = _scores_of(floats, not task.has_classes)
    scores = run_float(floats, x, [name])[name]
    if task.kind == "image":
        return task.levels(scores)
    if not task.has_classes:
        return scores
    if task.kind == "decision":
        return np.asarray(scores[:, 0] >= task.threshold, dtype=np.float64)
    return np.asarray(scores.argmax(axis=-1), dtype=np.float64)


def encode_targets(task: Task, y: npt.ArrayLike, rows: int) -> npt.NDArray[np.float64]:
    """Convert targets to the form that accuracies are computed with.

    Parameters
    ----------
    task
        What the network's scores mean.
    y
        Numbers for a regression; images as the float model draws them. Classes may be indices,
        -1 and +1, one-hot rows, or names in `task.labels`.
    rows
        The expected number of targets.

    Returns
    -------
    numpy.ndarray
        float64: class indices (rows,), or numbers (rows, outputs), for an image levels.

    Raises
    ------
    ThumbnetError
        If there is not one target per row, or a name is not among the labels.

    """
    target = np.atleast_1d(np.asarray(y))
    if len(target) != rows:
        raise ThumbnetError(f"{len(target)} targets for {rows} rows: pass one target per row")
    if target.dtype == object:  # names in a pandas column
        target = np.array(target.tolist())
    if not task.has_classes:
        if target.dtype.kind in "US":
            raise ThumbnetError(
                f"the targets are names, but the network is a {task.kind}: pass numbers, "
                "or name its classes (model.labels; --task classifier or --names for an import)"
            )
        numbers = target.astype(np.float64).reshape(rows, math.prod(target.shape[1:]))
        return task.levels(numbers) if task.kind == "image" else numbers
    if target.ndim == 2 and target.shape[1] == 1:
        target = target[:, 0]
    if target.dtype.kind in "US":
        unseen = sorted(set(target.tolist()) - set(task.labels))
        if unseen:
            raise ThumbnetError(
                f"label {unseen[0]!r} was not in training: use one of {', '.join(task.labels)}"
            )
        return np.array([task.labels.index(str(name)) for name in target], dtype=np.float64)
    if target.ndim == 2 and target.shape[1] > 1:
        return np.asarray(target.argmax(axis=1), dtype=np.float64)
    target = target.astype(np.float64).reshape(rows)
    return (target > 0).astype(np.float64) if target.min(initial=0) < 0 else target


def goodness(task: Task, predicted: npt.ArrayLike, target: npt.NDArray[np.float64]) -> float:
    """Return the accuracy of class indices, or R squared of numbers (the mean over the outputs)."""
    answer = np.asarray(predicted, dtype=np.float64)
    if answer.size != target.size:
        raise ThumbnetError(
            f"targets of shape {target.shape} for {answer.size} outputs: pass one target per output"
        )
    answer = answer.reshape(target.shape)
    if task.has_classes:
        return float(np.mean(target == answer))
    spread = np.sum((target - target.mean(axis=0)) ** 2, axis=0)
    error = np.sum((target - answer) ** 2, axis=0)
    if task.kind == "image":  # its pixels are one thing, and some of them never vary
        spread, error = np.atleast_1d(spread.sum()), np.atleast_1d(error.sum())
    known = spread > 0
    if not known.any():
        return float(not error.any())
    return float(np.mean(1.0 - error[known] / spread[known]))


def row_losses(
    predicted: npt.ArrayLike, target: npt.NDArray[np.float64], classes: bool
) -> npt.NDArray[np.float64]:
    """Compute the loss of each row, for `paired_test`.

    Parameters
    ----------
    predicted, target
        Class indices (rows,), or numbers (rows, outputs).
    classes
        Which of these they are.

    Returns
    -------
    numpy.ndarray
        (rows,): 1 for a wrong class, or the mean squared error of numbers in standard units.

    """
    found = np.asarray(predicted, dtype=np.float64).reshape(target.shape)
    if classes:
        return np.asarray(found != target, dtype=np.float64)
    deviation = np.where(target.std(axis=0) > 0, target.std(axis=0), 1.0)
    error = (found - target) / deviation
    return np.asarray((error**2).reshape(len(target), -1).mean(axis=1))


def classes_uneven(task: Task, target: npt.NDArray[np.float64]) -> bool:
    """Return whether some class has many more rows than another; numbers have no classes."""
    if not task.has_classes or not len(target):
        return False
    known = target[_of_a_class(task, target)].astype(np.int64)
    return is_uneven(np.bincount(known, minlength=len(task.labels)))


def balanced(task: Task, predicted: npt.ArrayLike, target: npt.NDArray[np.float64]) -> float | None:
    """Return the balanced accuracy, the mean over the classes; None if not `classes_uneven`."""
    if not classes_uneven(task, target):
        return None
    known = _of_a_class(task, target)
    return balanced_accuracy(target[known], np.asarray(predicted)[known], len(task.labels))


def _of_a_class(task: Task, target: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which rows belong to a known class, (rows,)."""
    return np.isin(target, np.arange(len(task.labels)))
