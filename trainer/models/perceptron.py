"""Rosenblatt's perceptron, in scikit-learn's words."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError
from .estimators import Classifier, prepared


class _Pocket:
    """The weights with the fewest mistakes among all that a perceptron tried.

    Pocket algorithm with ratchet (Gallant 1990): mistakes on all examples are counted only for
    weights that were right as many times in a row as those in the pocket, so that most corrections
    cost nothing but their own example.
    """

    def __init__(self, inputs: Array, target: Array) -> None:
        self.inputs, self.target = inputs, target
        self.w: Array = np.zeros(inputs.shape[1])
        self.b = 0.0
        self.run, self.fewest = 0, len(inputs) + 1

    def offer(self, w: Array, b: float, run: int) -> None:
        """Consider weights that were right `run` times in a row, before they are corrected."""
        if run < self.run:
            return
        wrong = int((np.where(self.inputs @ w + b >= 0, 1, -1) != self.target).sum())
        if wrong < self.fewest:
            self.w, self.b, self.run, self.fewest = w.copy(), b, run, wrong


class Perceptron(Classifier):
    """Rosenblatt's perceptron (1958): sign(w x + b), corrected by every mistake it makes.

    Targets are -1 and +1 (any two labels will do: the greater one is +1). Where w x + b does not
    have the sign of t, w += eta0 * t * x and b += eta0 * t. An example on the line itself, to
    float32's precision, counts as a mistake. If a line (a plane) separates the classes, this ends
    without mistakes; if not, it never ends, and `fit` stops after `max_iter` passes.

    Parameters
    ----------
    max_iter : int
        Passes over the data at most.
    eta0 : float
        Size of a correction.
    shuffle : bool
        Whether each pass has its own random order.
    seed : int
        Seed of that order.

    Attributes
    ----------
    coef_ : ndarray, shape (1, features)
    intercept_ : ndarray, shape (1,)
    classes_ : ndarray, shape (2,)
    n_iter_ : int
        Passes made.
    mistakes_ : list of int
        Mistakes in each pass.
    converged_ : bool
        Whether the last pass made no mistake. False does not prove that the classes cannot be
        separated: a perceptron can only prove that they can. The weights are then the best ones
        that were tried.
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
        """Train on two classes.

        Parameters
        ----------
        x : array_like, shape (n, features)
            Inputs in raw units.
        y : array_like, shape (n,)
            Labels.

        Returns
        -------
        Perceptron
            The same object.

        Raises
        ------
        ThumbnetError
            If y does not hold two classes, or the data have other shapes or are not finite.
        """
        inputs = prepared(x)
        target = 2.0 * self._classes(y, len(inputs)) - 1
        if len(self.classes_) != 2:
            raise ThumbnetError(
                f"a perceptron separates two classes, y holds {len(self.classes_)}: "
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
