"""Base of the single neurons in scikit-learn's words.

Each is trained by `fit(x, y)` on raw units, has `coef_` and `intercept_` in raw units, and a
`model`: the same neuron as a `Sequential`, ready to be saved and exported.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import LARGEST, Array
from ..errors import ThumbnetError
from ..layers.core import Dense
from ..network.inputs import prepare_inputs
from .model import Sequential


def prepared(x: ArrayLike) -> Array:
    """Return x (n, features) as float64; raises ThumbnetError for what cannot be computed with."""
    inputs = prepare_inputs(x, None).astype(np.float64)
    largest = float(np.abs(inputs).max())
    if largest > LARGEST:
        raise ThumbnetError(f"x reaches {largest:.3g}: use a larger unit")
    return inputs


class Neuron:
    """Base of the three: weights as a one-layer model, and the check that they exist."""

    def __init__(self) -> None:
        self.model = Sequential(name=type(self).__name__.lower())

    def _install(self, coef: Array, intercept: Array, activation: str) -> None:
        """Put weights (outputs, features) and biases (outputs,) into `model`."""
        largest = float(max(np.abs(coef).max(), np.abs(intercept).max()))
        if not largest <= float(np.finfo(np.float32).max):
            i = int(np.abs(coef).max(axis=0).argmax())
            raise ThumbnetError(
                f"a weight in raw units is {largest:.3g}, too large for float32: feature {i} "
                "varies too little: multiply it by a constant, or leave it out"
            )
        layer = Dense(len(intercept), activation)
        self.model = Sequential([layer], name=type(self).__name__.lower())
        self.model.build(coef.shape[-1])
        layer.set_weights([coef.T, intercept])

    def _fitted(self) -> Sequential:
        if not self.model.built:
            raise ThumbnetError(f"this {type(self).__name__} is not trained: call fit(x, y) first")
        return self.model


class Classifier(Neuron):
    """A neuron that separates classes: `classes_` are the labels, in sorted order."""

    classes_: Array

    def predict(self, x: ArrayLike) -> Array:
        """Return the label of each example, (n,), of x (n, features)."""
        indices = self._fitted().predict_classes(x)
        return np.asarray(self.classes_[indices])

    def score(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the accuracy on x (n, features) and labels y (n,)."""
        return float((self.predict(x) == np.asarray(y)).mean())

    def _classes(self, y: ArrayLike, examples: int) -> Array:
        """Store the classes and return each example's index; reject y that does not fit x."""
        labels = np.asarray(y)
        if labels.shape != (examples,):
            raise ThumbnetError(
                f"y has shape {labels.shape}, it must be ({examples},): one label for each row of x"
            )
        if labels.dtype.kind == "f" and not np.isfinite(labels).all():
            raise ThumbnetError("y holds NaN or infinity: remove those examples")
        self.classes_, indices = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ThumbnetError(
                f"y holds a single class, {self.classes_[0]!s}: give examples of at least two"
            )
        return np.asarray(indices)
