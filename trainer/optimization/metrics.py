"""Metrics, reported in addition to the loss: functions of arrays, one number for each example.

Each takes y_true and y_pred (n, k) and returns (n,), so that means over unequal batches are exact.
`threshold` is the output from which a single unit says "class 1": 0.5, or 0 for tanh and sign.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from ..errors import unknown

Metric = Callable[[Array, Array, float], Array]


def accuracy(y_true: Array, y_pred: Array, threshold: float = 0.5) -> Array:
    """Return 1 where the class is right; y_true holds class indices, one-hot rows, 0/1 or -1/+1."""
    if y_pred.shape[-1] == 1:
        true = y_true.reshape(len(y_pred)) > threshold
        return np.asarray(true == (y_pred[:, 0] >= threshold))
    classes = y_true if y_true.ndim == 1 else y_true.argmax(axis=-1)
    return np.asarray(classes == y_pred.argmax(axis=-1))


def binary_accuracy(y_true: Array, y_pred: Array, threshold: float = 0.5) -> Array:
    """Return the share of the outputs that are on the right side of the threshold."""
    true = y_true.reshape(y_pred.shape) > threshold
    return np.asarray((true == (y_pred >= threshold)).mean(axis=-1))


def mse(y_true: Array, y_pred: Array, threshold: float = 0.5) -> Array:
    """Return the mean of (y_pred - y_true)**2 over the outputs."""
    return np.asarray(np.square(y_pred - _like(y_true, y_pred)).mean(axis=-1))


def mae(y_true: Array, y_pred: Array, threshold: float = 0.5) -> Array:
    """Return the mean of |y_pred - y_true| over the outputs."""
    return np.asarray(np.abs(y_pred - _like(y_true, y_pred)).mean(axis=-1))


def _like(y_true: Array, y_pred: Array) -> Array:
    """Return class indices as one-hot rows, and anything else in the shape of the outputs."""
    if y_true.ndim == 1 and y_pred.shape[-1] > 1:
        return np.asarray(np.eye(y_pred.shape[-1])[y_true])
    return y_true.reshape(y_pred.shape)


METRICS: dict[str, Metric] = {
    function.__name__: function for function in (accuracy, binary_accuracy, mse, mae)
}

_SYNONYMS = {
    "acc": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
}


def get(name: str) -> Metric:
    """Look up a metric.

    Parameters
    ----------
    name : str
        A key of `METRICS`, or one of Keras's synonyms, such as "acc".

    Returns
    -------
    callable
        Takes y_true, y_pred and the threshold.

    Raises
    ------
    ThumbnetError
        If there is no such metric.
    """
    known = _SYNONYMS.get(name, name)
    if known not in METRICS:
        raise unknown("metric", name, METRICS)
    return METRICS[known]
