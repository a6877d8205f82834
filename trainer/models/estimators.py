"""One neuron at work, in scikit-learn's words: Perceptron, LinearRegression, LogisticRegression.

Each is trained by `fit(x, y)` on raw units, gives `coef_` and `intercept_` in raw units, and
has a `model`: the same neuron as a `Sequential`, ready to be saved and exported.
"""

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
from .model import Sequential


class _Neuron:
    """What the three share: weights as a one-layer model, and the check that they exist."""

    def __init__(self) -> None:
        self.model = Sequential(name=type(self).__name__.lower())

    def _install(self, coef: Array, intercept: Array, activation: str) -> None:
        """Put weights (outputs, features) and biases (outputs,) into `model`."""
        layer = Dense(len(intercept), activation)
        self.model = Sequential([layer], name=type(self).__name__.lower())
        self.model.build(coef.shape[-1])
        layer.set_weights([coef.T, intercept])

    def _fitted(self) -> Sequential:
        if not self.model.built:
            raise ThumbnetError(f"this {type(self).__name__} is not trained: call fit(x, y) first")
        return self.model


class _Classifier(_Neuron):
    """A neuron that tells classes apart: `classes_` are the labels, in sorted order."""

    classes_: Array

    def predict(self, x: ArrayLike) -> Array:
        """Give the label of each example, (n,), of x (n, features)."""
        indices = self._fitted().predict_classes(x)
        return np.asarray(self.classes_[indices])

    def score(self, x: ArrayLike, y: ArrayLike) -> float:
        """Give the accuracy on x (n, features) and labels y (n,)."""
        return float((self.predict(x) == np.asarray(y)).mean())

    def _classes(self, y: ArrayLike, examples: int) -> Array:
        """Note the classes and give each example's index; refuses y that does not fit x."""
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
                f"y holds a single class, {self.classes_[0]!s}: give examples of two at least"
            )
        return np.asarray(indices)


class _Pocket:
    """The weights with the fewest wrong examples of all that a perceptron met.

    Pocket algorithm with ratchet (Gallant 1990): all examples (inputs, target) are counted only for
    weights that were right as many times in a row as those in the pocket, so that a correction
    costs nothing but its own example.
    """

    def __init__(self, inputs: Array, target: Array) -> None:
        self.inputs, self.target = inputs, target
        self.w: Array = np.zeros(inputs.shape[1])
        self.b = 0.0
        self.run, self.fewest = 0, len(inputs) + 1

    def offer(self, w: Array, b: float, run: int) -> None:
        """Look at weights that were right `run` times in a row, before they are corrected."""
        if run < self.run:
            return
        wrong = int((np.where(self.inputs @ w + b >= 0, 1, -1) != self.target).sum())
        if wrong < self.fewest:
            self.w, self.b, self.run, self.fewest = w.copy(), b, run, wrong


class Perceptron(_Classifier):
    """Rosenblatt's perceptron (1958): sign(w x + b), corrected by every mistake it makes.

    Targets are -1 and +1 (any two labels will do: the greater is +1). Where w x + b has not the
    sign of t, w += eta0 * t * x and b += eta0 * t; else nothing. An example on the line itself, to
    float32's precision, counts as a mistake. If a line (a plane) separates the classes, this ends
    without mistakes; if not, it never ends, and `fit` stops after `max_iter` passes.

    max_iter: passes over the data at most. eta0: size of a correction. shuffle, seed: the order of
    the examples in each pass.

    After `fit`: coef_ (1, features), intercept_ (1,), classes_, n_iter_ (passes made), mistakes_
    (in each pass) and converged_: whether the last pass made none. False does not prove that the
    classes cannot be separated; a perceptron can only prove that they can. The weights are then
    the best of those that were met, as `_Pocket` keeps them.
    """

    def __init__(
        self, max_iter: int = 1000, eta0: float = 1.0, shuffle: bool = True, seed: int = 0
    ) -> None:
        super().__init__()
        if max_iter < 1 or not eta0 > 0:
            raise ThumbnetError(f"max_iter {max_iter} and eta0 {eta0} must be positive")
        self.max_iter, self.eta0, self.shuffle, self.seed = max_iter, eta0, shuffle, seed
        self.coef_: Array = np.zeros((1, 0))
        self.intercept_: Array = np.zeros(1)
        self.mistakes_: list[int] = []
        self.converged_ = False

    def fit(self, x: ArrayLike, y: ArrayLike) -> Perceptron:
        """Train on x (n, features) and y (n,), two labels; raises ThumbnetError for others."""
        inputs = prepare_inputs(x, None).astype(np.float64)
        target = 2.0 * self._classes(y, len(inputs)) - 1
        if len(self.classes_) != 2:
            raise ThumbnetError(
                f"a perceptron tells two classes apart, y holds {len(self.classes_)}: "
                "use LogisticRegression"
            )
        rng = np.random.default_rng(self.seed)
        w: Array = np.zeros(inputs.shape[1])
        b = 0.0
        pocket, run = _Pocket(inputs, target), 0
        self.mistakes_, self.converged_ = [], False
        while len(self.mistakes_) < self.max_iter and not self.converged_:
            order = rng.permutation(len(inputs)) if self.shuffle else np.arange(len(inputs))
            mistakes = 0
            for i in order:
                hairline = 1e-6 * (np.abs(inputs[i]) @ np.abs(w) + abs(b))
                if target[i] * (inputs[i] @ w + b) > hairline:
                    run += 1
                    continue
                pocket.offer(w, b, run)
                w += self.eta0 * target[i] * inputs[i]
                b += self.eta0 * target[i]
                mistakes, run = mistakes + 1, 0
            self.mistakes_.append(mistakes)
            self.converged_ = mistakes == 0
        pocket.offer(w, b, run)
        w, b = (w, b) if self.converged_ else (pocket.w, pocket.b)
        self.n_iter_ = len(self.mistakes_)
        self.coef_, self.intercept_ = w[None, :], np.array([b])
        self._install(self.coef_, self.intercept_, "sign")
        self.model.labels = tuple(str(label) for label in self.classes_)
        return self


class LinearRegression(_Neuron):
    """w x + b by least squares: a linear neuron trained by gradient descent on the squared error.

    Gradient descent is slow where features have unequal scales or depend on one another. So it
    runs on uncorrelated inputs of variance 1 (whitening), where the error is a round bowl and
    descends in a few dozen steps, and the weights are then folded back to raw units.
    A direction in which the data do not vary gets weight 0.

    After `fit`: coef_ (features,), intercept_ (float).
    """

    def __init__(self) -> None:
        super().__init__()
        self.coef_: Array = np.zeros(0)
        self.intercept_ = 0.0

    def fit(self, x: ArrayLike, y: ArrayLike) -> LinearRegression:
        """Train on x (n, features) and y (n,); raises ThumbnetError if they do not fit."""
        inputs = prepare_inputs(x, None).astype(np.float64)
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
        """Give w x + b, (n,) float64, of x (n, features)."""
        values = prepare_inputs(x, self._fitted().input_shape)
        return np.asarray(values @ self.coef_ + self.intercept_)

    def score(self, x: ArrayLike, y: ArrayLike) -> float:
        """Give R**2, the share of y's variance that is explained: 1 is perfect, 0 is the mean."""
        target = np.asarray(y, dtype=np.float64).reshape(-1)
        unexplained = np.square(target - self.predict(x)).sum()
        total = np.square(target - target.mean()).sum()
        return float(1 - unexplained / total) if total else float(unexplained == 0)


class LogisticRegression(_Classifier):
    """sigmoid(w x + b), the probability of a class: one neuron, trained by cross-entropy.

    With more than two classes, one neuron for each under a common softmax. Training runs on
    standardized inputs, and the weights are folded back to raw units.

    C: as in scikit-learn, the inverse strength of the L2 penalty (here on the standardized
    weights): without one, classes that can be separated drive the weights to infinity.
    max_iter: steps at most. tol: training ends when the loss stops falling by as much.

    After `fit`: coef_ (1 or classes, features), intercept_ (1 or classes,), classes_, n_iter_.
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
        inputs = prepare_inputs(x, None).astype(np.float64)
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
        # The loss curves by no more than this (Boehning 1992), so the steps cannot overshoot.
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
        """Give the probability of each class, (n, classes), in the order of `classes_`."""
        return self._fitted().predict_proba(x)


def _whitening(inputs: Array) -> tuple[Array, Array]:
    """Give mean and matrix so that (inputs - mean) @ matrix is uncorrelated with variance 1.

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
