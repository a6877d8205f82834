"""Linear and logistic regression: one neuron, in scikit-learn's words."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError
from ..layers.core import Dense
from ..layers.regularizers import l2
from ..network.inputs import prepare_inputs
from ..optimization.losses import get as get_loss
from ..optimization.optimizers import SGD
from ..optimization.target_values import prepare_targets
from ..training.callbacks import EarlyStopping
from .estimators import Classifier, Neuron, prepared
from .model import Sequential


class LinearRegression(Neuron):
    """w x + b by least squares: a linear neuron trained by gradient descent on the squared error.

    Gradient descent is slow where features have unequal scales or depend on one another. So it runs
    on uncorrelated inputs of variance 1 (whitening), where the error is a round bowl that it
    descends in a few dozen steps, and the weights are then converted back to raw units. A direction
    in which the data do not vary gets weight 0.

    Attributes
    ----------
    coef_ : ndarray, shape (features,)
    intercept_ : float
    """

    def __init__(self) -> None:
        super().__init__()
        self.coef_: Array = np.zeros(0)
        self.intercept_ = 0.0

    def fit(self, x: ArrayLike, y: ArrayLike) -> LinearRegression:
        """Train on x (n, features) and y (n,); raises ThumbnetError if they do not fit."""
        inputs = prepared(x)
        target = prepare_targets(y, get_loss("mse"), (1,), len(inputs), dtype=np.float64)
        mean, whiten = _whitening(inputs)
        center, spread = target.mean(), target.std() or 1.0
        neuron = Sequential([Dense(1, kernel_initializer="zeros")], dtype=np.float64)
        neuron.compile(SGD(learning_rate=0.25), "mse")
        neuron.fit((inputs - mean) @ whiten, (target - center) / spread, batch_size=None, epochs=60)
        w, b = (weights[..., 0] for weights in neuron.get_weights())
        self.coef_ = whiten @ w * spread
        self.intercept_ = float(center + b * spread - mean @ self.coef_)
        self._install(self.coef_[None, :], np.array([self.intercept_]), "linear")
        return self

    def predict(self, x: ArrayLike) -> Array:
        """Return w x + b, (n,) float64, of x (n, features)."""
        values = prepare_inputs(x, self._fitted().input_shape)
        return np.asarray(values @ self.coef_ + self.intercept_)

    def score(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return R**2, the explained share of y's variance: 1 is perfect, 0 is the mean's."""
        target = np.asarray(y, dtype=np.float64).reshape(-1)
        unexplained = np.square(target - self.predict(x)).sum()
        total = np.square(target - target.mean()).sum()
        return float(1 - unexplained / total) if total else float(unexplained == 0)


class LogisticRegression(Classifier):
    """sigmoid(w x + b), the probability of a class: one neuron, trained with cross-entropy.

    With more than two classes, one neuron for each under a common softmax. Training runs on
    standardized inputs, and the weights are converted back to raw units.

    Parameters
    ----------
    C : float
        As in scikit-learn, the inverse strength of the L2 penalty (here on the standardized
        weights). Without a penalty, classes that can be separated drive the weights to infinity.
    max_iter : int
        Steps at most.
    tol : float
        Training ends when the loss stops falling by this much.

    Attributes
    ----------
    coef_ : ndarray, shape (1 or classes, features)
    intercept_ : ndarray, shape (1 or classes,)
    classes_ : ndarray, shape (classes,)
    n_iter_ : int
        Steps made.
    """

    def __init__(self, C: float = 1.0, max_iter: int = 2000, tol: float = 1e-9) -> None:
        super().__init__()
        if not C > 0 or max_iter < 1:
            raise ThumbnetError(f"C {C} and max_iter {max_iter} must be positive")
        self.C, self.max_iter, self.tol = C, max_iter, tol
        self.coef_: Array = np.zeros((1, 0))
        self.intercept_: Array = np.zeros(1)

    def fit(self, x: ArrayLike, y: ArrayLike) -> LogisticRegression:
        """Train on x (n, features) and labels y (n,); raises ThumbnetError if they do not fit."""
        inputs = prepared(x)
        target = self._classes(y, len(inputs))
        mean, std = inputs.mean(axis=0), inputs.std(axis=0)
        std[np.ptp(inputs, axis=0) == 0] = 1.0
        binary = len(self.classes_) == 2
        activation = "sigmoid" if binary else "softmax"
        penalty = l2(1 / (2 * self.C * len(inputs)))
        layer = Dense(
            1 if binary else len(self.classes_),
            activation,
            kernel_initializer="zeros",
            kernel_regularizer=penalty,
        )
        neuron = Sequential([layer], dtype=np.float64)
        # The curvature of the loss is at most this (Boehning 1992), so the steps cannot overshoot.
        curvature = (inputs.shape[1] + 1) / 2 + 1 / (self.C * len(inputs))
        neuron.compile(
            SGD(1 / curvature, momentum=0.9, nesterov=True),
            "binary_crossentropy" if binary else "sparse_categorical_crossentropy",
        )
        history = neuron.fit(
            (inputs - mean) / std,
            target,
            batch_size=None,
            epochs=self.max_iter,
            callbacks=[EarlyStopping("loss", patience=20, min_delta=self.tol)],
        )
        self.n_iter_ = len(history.epoch)
        kernel, bias = neuron.get_weights()
        self.coef_ = (kernel / std[:, None]).T
        self.intercept_ = bias - self.coef_ @ mean
        self._install(self.coef_, self.intercept_, activation)
        self.model.labels = tuple(str(label) for label in self.classes_)
        return self

    def predict_proba(self, x: ArrayLike) -> Array:
        """Return the probability of each class, (n, classes), in the order of `classes_`."""
        return self._fitted().predict_proba(x)


def _whitening(inputs: Array) -> tuple[Array, Array]:
    """Return mean and matrix so that (inputs - mean) @ matrix is uncorrelated with variance 1.

    The matrix is (features, features). Each feature is standardized first, so that the smallest
    variance that counts as one does not depend on units.
    """
    mean, std = inputs.mean(axis=0), inputs.std(axis=0)
    std[np.ptp(inputs, axis=0) == 0] = 1.0
    standard = (inputs - mean) / std
    variances, directions = np.linalg.eigh(standard.T @ standard / len(inputs))
    flat = variances < 1e-12 * max(variances.max(), 1e-12)
    scale = np.where(flat, 0.0, 1 / np.sqrt(np.where(flat, 1.0, variances)))
    return mean, directions * scale / std[:, None]
