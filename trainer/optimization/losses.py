"""Loss functions: how wrong the outputs are, one number for each example.

Every function takes `y_true` as an array and `y_pred` as a tensor, and gives a tensor of shape
(n,); training minimizes the mean. The cross-entropies exist twice: on probabilities, as Keras has
them, and on logits, fused with the softmax or sigmoid that makes the probabilities. The fused ones
never take the logarithm of a rounded 0, and their derivative is simply probability - target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..autograd import functional
from ..autograd.curves import logistic, softmax
from ..autograd.tensor import Tensor, record
from ..errors import unknown

EPSILON = 1e-7  # keeps log() of a probability finite, as in Keras


def mse(y_true: Array, y_pred: Tensor) -> Tensor:
    """Mean of (y_pred - y_true)**2 over the outputs; both (n, k)."""
    return functional.mean(functional.square(y_pred - y_true), axis=-1)


def mae(y_true: Array, y_pred: Tensor) -> Tensor:
    """Mean of |y_pred - y_true| over the outputs; both (n, k)."""
    return functional.mean(functional.absolute(y_pred - y_true), axis=-1)


def binary_crossentropy(y_true: Array, y_pred: Tensor) -> Tensor:
    """-(t log p + (1 - t) log(1 - p)), averaged over the outputs; both (n, k), in [0, 1]."""
    p = functional.clip(y_pred, EPSILON, 1 - EPSILON)
    likelihood = functional.log(p) * y_true + functional.log(1.0 - p) * (1 - y_true)
    return -functional.mean(likelihood, axis=-1)


def categorical_crossentropy(y_true: Array, y_pred: Tensor) -> Tensor:
    """-sum(t log p) for one-hot rows t and rows p of probabilities; both (n, classes)."""
    p = functional.clip(y_pred, EPSILON, 1 - EPSILON)
    return -functional.sum(functional.log(p) * y_true, axis=-1)


def sparse_categorical_crossentropy(y_true: Array, y_pred: Tensor) -> Tensor:
    """-log p[class] for class indices y_true (n,) and rows of probabilities y_pred (n, classes)."""
    one_hot = np.eye(y_pred.shape[-1], dtype=y_pred.dtype)[y_true]
    return categorical_crossentropy(one_hot, y_pred)


def sigmoid_crossentropy(y_true: Array, logits: Tensor) -> Tensor:
    """`binary_crossentropy` of sigmoid(logits), both (n, k).

    log(1 + e**z) - t z, written so that no exponent is positive: max(z, 0) - t z + log1p(e**-|z|).
    """
    z = logits.data
    losses = np.maximum(z, 0) - y_true * z + np.log1p(np.exp(-np.abs(z)))
    scale = 1 / z.shape[-1]
    return record(
        losses.mean(axis=-1),
        (logits, lambda dy: (logistic(z) - y_true) * (dy * scale)[:, None]),
    )


def softmax_crossentropy(y_true: Array, logits: Tensor) -> Tensor:
    """`categorical_crossentropy` of softmax(logits): one-hot y_true, both (n, classes)."""
    z = logits.data
    losses = log_sum_exp(z) * y_true.sum(axis=-1) - (y_true * z).sum(axis=-1)

    def through_logits(dy: Array) -> Array:
        p = softmax(z) * y_true.sum(axis=-1, keepdims=True)
        return np.asarray((p - y_true) * dy[:, None])

    return record(losses, (logits, through_logits))


def sparse_softmax_crossentropy(y_true: Array, logits: Tensor) -> Tensor:
    """`softmax_crossentropy` for class indices y_true (n,): log(sum(e**z)) - z[class]."""
    z = logits.data
    rows = np.arange(len(z))

    def through_logits(dy: Array) -> Array:
        gradient = softmax(z)
        gradient[rows, y_true] -= 1
        gradient *= dy[:, None]
        return gradient

    return record(log_sum_exp(z) - z[rows, y_true], (logits, through_logits))


def log_sum_exp(z: Array) -> Array:
    """log(sum(e**z)) over the last axis, without overflow."""
    top = z.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(z - top).sum(axis=-1)) + top[..., 0])


LossFunction = Callable[[Array, Tensor], Tensor]


@dataclass(frozen=True)
class Loss:
    """A loss by name.

    targets: what y must be: "values" like the outputs, "probabilities" like the outputs in [0, 1],
    "one-hot" rows or "classes" (indices). logits_of: the activation it can be fused with, and
    `on_logits` the fused function.
    """

    name: str
    function: LossFunction
    targets: str
    logits_of: str = ""
    on_logits: LossFunction | None = None

    def __call__(self, y_true: Array, y_pred: Tensor) -> Tensor:
        """Give the loss of each example, (n,), from outputs."""
        return self.function(y_true, y_pred)


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("mse", mse, "values"),
        Loss("mae", mae, "values"),
        Loss(
            "binary_crossentropy",
            binary_crossentropy,
            "probabilities",
            logits_of="sigmoid",
            on_logits=sigmoid_crossentropy,
        ),
        Loss(
            "categorical_crossentropy",
            categorical_crossentropy,
            "one-hot",
            logits_of="softmax",
            on_logits=softmax_crossentropy,
        ),
        Loss(
            "sparse_categorical_crossentropy",
            sparse_categorical_crossentropy,
            "classes",
            logits_of="softmax",
            on_logits=sparse_softmax_crossentropy,
        ),
    )
}

_LONG_NAMES = {"mean_squared_error": "mse", "mean_absolute_error": "mae"}


def get(loss: str | Loss) -> Loss:
    """Give the loss called `loss`, or `loss` itself. Raises ThumbnetError for another name."""
    if isinstance(loss, Loss):
        return loss
    name = _LONG_NAMES.get(loss, loss)
    if name not in LOSSES:
        raise unknown("loss", loss, LOSSES)
    return LOSSES[name]
