"""Check target values and convert them to the form that the loss takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import LARGEST, Array
from ..datasets.class_labels import encode_labels
from ..errors import ThumbnetError
from .losses import Loss


def to_categorical(y: ArrayLike, num_classes: int | None = None) -> Array:
    """Encode class indices as one-hot rows.

    Parameters
    ----------
    y : array_like, shape (n,)
        Class indices.
    num_classes : int, optional
        By default the largest index + 1.

    Returns
    -------
    ndarray, shape (n, classes)
        float32.

    Raises
    ------
    ThumbnetError
        If an index is out of range.
    """
    indices = np.asarray(y).reshape(-1)
    classes = num_classes or int(indices.max(initial=-1)) + 1
    return np.asarray(np.eye(classes, dtype=np.float32)[_indices(indices, classes)])


def prepare_targets(
    y: ArrayLike,
    loss: Loss,
    output_shape: tuple[int, ...],
    examples: int,
    labels: Sequence[str] | None = None,
    dtype: np.dtype[np.generic] | type = np.float32,
) -> Array:
    """Check target values and convert them to the form that a loss takes.

    Parameters
    ----------
    y : array_like
        Class indices, names of classes, one-hot rows or values.
    loss : Loss
        Says which of these it takes.
    output_shape : tuple of int
        Of the network.
    examples : int
        How many examples x has.
    labels : sequence of str, optional
        Names of the classes.
    dtype : dtype
        Of rows.

    Returns
    -------
    ndarray
        Class indices (n,) int64, or rows (n, units) of `dtype`.

    Raises
    ------
    ThumbnetError
        If y does not pair up with x, has another width than the outputs, holds a label that the
        outputs do not have, or a value that is not finite.
    """
    if len(output_shape) != 1:
        raise ThumbnetError(
            f"the model gives shape {output_shape} for each example, {loss.name} needs one row of "
            "numbers: end with Flatten(), a global pooling, or return_sequences=False"
        )
    values = np.asarray(y)
    if values.dtype.kind in "USO" and labels is not None:
        values = encode_labels([str(name) for name in values.reshape(-1)], labels, "y")
    if values.dtype.kind not in "buif":
        raise ThumbnetError(
            f"y holds {values.dtype}, not numbers: give class indices, or set model.labels "
            "to the names of the classes"
        )
    if values.ndim == 0 or len(values) != examples:
        count = len(values) if values.ndim else 1
        raise ThumbnetError(f"x has {examples} examples and y has {count}: they must pair up")
    _refuse_nan(values)
    units = output_shape[-1]
    if loss.targets == "classes":
        if values.shape not in ((examples,), (examples, 1)):
            raise ThumbnetError(
                f"{loss.name} takes one class index for each example, y has shape {values.shape}: "
                "use categorical_crossentropy for one-hot rows"
            )
        return _indices(values.reshape(-1), units)
    if values.ndim == 1 and output_shape == (1,):
        values = values[:, None]
    if values.shape != (examples, *output_shape):
        remedy = (
            f"to_categorical(y, {units}) makes one-hot rows, or use sparse_categorical_crossentropy"
            if values.ndim == 1
            else f"the last layer gives {output_shape}"
        )
        raise ThumbnetError(
            f"{loss.name} takes y of shape {(examples, *output_shape)}, "
            f"got {values.shape}: {remedy}"
        )
    if loss.targets != "values" and (values.min() < 0 or values.max() > 1):
        raise ThumbnetError(
            f"{loss.name} takes y between 0 and 1, got {values.min():g} to {values.max():g}: "
            "relabel the classes as 0 and 1"
        )
    return values.astype(dtype)


def class_weights(weights: Mapping[int, float], y: Array, loss: Loss, units: int) -> Array:
    """Look up the weight of each example.

    Parameters
    ----------
    weights : mapping of int to float
        The weight of each class; other classes weigh 1.
    y : ndarray
        What `prepare_targets` returned.
    loss : Loss
        Has to be one with classes.
    units : int
        Outputs of the network.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ThumbnetError
        If a class does not exist, a weight is not positive, or the loss has no classes.
    """
    if loss.targets == "values":
        raise ThumbnetError(f"class_weight needs classes, and {loss.name} has none: leave it out")
    classes = max(units, 2)
    table = np.ones(classes)
    for label, weight in weights.items():
        if label not in range(classes):
            raise ThumbnetError(
                f"class_weight names class {label!r}: the classes are 0 to {classes - 1}"
            )
        if not 0 < weight < np.inf:
            raise ThumbnetError(f"class_weight of class {label} is {weight}: it must be positive")
        table[label] = weight
    if y.ndim == 1:
        return np.asarray(table[y])
    index = (y[:, 0] > 0.5).astype(np.int64) if units == 1 else y.argmax(axis=-1)
    return np.asarray(table[index])


def _indices(values: Array, classes: int) -> Array:
    """Check whole numbers from 0 to classes - 1; the error names the first one that is not."""
    indices = values.astype(np.int64)
    wrong = np.flatnonzero((indices != values) | (indices < 0) | (indices >= classes))
    if len(wrong):
        raise ThumbnetError(
            f"label {values[wrong[0]]} at row {wrong[0]} is not one of the {classes} classes "
            f"(0 to {classes - 1}): correct it, or give the last layer more units"
        )
    return indices


def _refuse_nan(values: Array) -> None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))[0])
        raise ThumbnetError(f"y holds NaN or infinity at row {row}: remove that example")
    if values.dtype == np.float64 and values.size and np.abs(values).max() > LARGEST:
        raise ThumbnetError(f"y reaches {np.abs(values).max():.3g}: use a larger unit")
