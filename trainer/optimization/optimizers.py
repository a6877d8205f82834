"""Gradient descent and its refinements.

Every update is a few element-wise operations on whole arrays, done in place: apart from the one
array called `step`, nothing is allocated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..autograd.tensor import Variable
from ..errors import ThumbnetError, unknown
from ..files.json_types import construct


class Optimizer:
    """Base of the optimizers: keeps some arrays of state (slots) for every variable.

    Parameters
    ----------
    learning_rate : float
        May be changed at any time.
    slots : int
        Arrays of state for each variable.

    Attributes
    ----------
    iterations : int
        Number of updates so far.
    slots : int
        Arrays of state for each variable.

    Raises
    ------
    ThumbnetError
        If the learning rate is not a positive number.
    """

    def __init__(self, learning_rate: float, slots: int) -> None:
        _check("learning_rate", learning_rate, 0, math.inf)
        self.learning_rate = float(learning_rate)
        self.iterations = 0
        self.slots = slots
        self._state: list[list[Array]] = []

    def apply(self, variables: Sequence[Variable], gradients: Sequence[Array]) -> None:
        """Take one step: change every variable, in place, by its gradient.

        Parameters
        ----------
        variables : sequence of Variable
            The optimizer belongs to the variables of its first step.
        gradients : sequence of ndarray
            In the shapes of the variables.

        Raises
        ------
        ThumbnetError
            If the variables are those of another model.
        """
        if not self._state or not self.slots:
            self._state = [[np.zeros_like(v.data) for _ in range(self.slots)] for v in variables]
        shapes = [slot.shape for state in self._state for slot in state]
        if shapes != [v.shape for v in variables for _ in range(self.slots)]:
            raise ThumbnetError(
                f"this {type(self).__name__} has the state of another model: make a new one"
            )
        self.iterations += 1
        for variable, gradient, state in zip(variables, gradients, self._state, strict=True):
            self._update(variable.data, gradient, *state)

    def _update(self, w: Array, g: Array, *state: Array) -> None:
        """Change w, and the state, in place; all have the same shape."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types, for `from_config`."""
        settings = {
            k: v for k, v in vars(self).items() if k not in ("iterations", "slots") and k[0] != "_"
        }
        return {"name": type(self).__name__, **settings}

    def get_state(self) -> list[Array]:
        """Return copies of all state arrays, variable by variable."""
        return [slot.copy() for state in self._state for slot in state]

    def set_state(self, arrays: Sequence[Array], iterations: int) -> None:
        """Restore what `get_state` returned, after `iterations` updates."""
        self.iterations = iterations
        k = self.slots
        self._state = [list(arrays[i : i + k]) for i in range(0, len(arrays), k)] if k else []


class SGD(Optimizer):
    """w -= learning_rate * g; with momentum, a velocity that remembers past gradients.

    Velocity v = momentum * v - learning_rate * g, then w += v, or with Nesterov's look-ahead
    w += momentum * v - learning_rate * g (Sutskever et al. 2013, in Keras's form). The batch size
    given to `fit` makes it stochastic (1), mini-batch or batch (all) gradient descent.

    Parameters
    ----------
    learning_rate : float
        Positive.
    momentum : float
        At least 0 and less than 1.
    nesterov : bool
        Whether to look ahead.
    """

    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate, slots=1 if momentum else 0)
        _check("momentum", momentum, 0, 1)
        self.momentum = float(momentum)
        self.nesterov = bool(nesterov)

    def _update(self, w: Array, g: Array, *state: Array) -> None:
        step = g * self.learning_rate
        if state:
            (v,) = state
            v *= self.momentum
            v -= step
            if not self.nesterov:
                w += v
                return
            w += v * self.momentum
        w -= step


class RMSprop(Optimizer):
    """w -= learning_rate * g / (sqrt(s) + epsilon) with s a moving mean of g**2.

    Tieleman and Hinton 2012. s = rho * s + (1 - rho) * g**2.

    Parameters
    ----------
    learning_rate : float
        Positive.
    rho : float
        How slowly the mean follows, at least 0 and less than 1.
    epsilon : float
        Keeps the denominator from being 0.
    """

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate, slots=1)
        _check("rho", rho, 0, 1)
        self.rho = float(rho)
        self.epsilon = float(epsilon)

    def _update(self, w: Array, g: Array, *state: Array) -> None:
        (s,) = state
        step = g * g
        step *= 1 - self.rho
        s *= self.rho
        s += step
        np.sqrt(s, out=step)
        step += self.epsilon
        np.divide(g, step, out=step)
        step *= self.learning_rate
        w -= step


class Adam(Optimizer):
    """w -= learning_rate * m / (sqrt(s) + epsilon) with moving means m of g and s of g**2.

    Kingma and Ba 2015, algorithm 1: both means start at 0 and are corrected for it.

    Parameters
    ----------
    learning_rate : float
        Positive.
    beta_1, beta_2 : float
        How slowly the means of g and g**2 follow, at least 0 and less than 1.
    epsilon : float
        Keeps the denominator from being 0.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, slots=2)
        _check("beta_1", beta_1, 0, 1)
        _check("beta_2", beta_2, 0, 1)
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)
        self.epsilon = float(epsilon)

    def _update(self, w: Array, g: Array, *state: Array) -> None:
        m, s = state
        step = g * (1 - self.beta_1)
        m *= self.beta_1
        m += step
        np.multiply(g, g, out=step)
        step *= 1 - self.beta_2
        s *= self.beta_2
        s += step
        np.sqrt(s, out=step)
        step /= math.sqrt(1 - self.beta_2**self.iterations)
        step += self.epsilon
        np.divide(m, step, out=step)
        step *= self.learning_rate / (1 - self.beta_1**self.iterations)
        w -= step


def _check(name: str, value: float, low: float, high: float) -> None:
    """Reject a setting outside [low, high), or a learning rate of 0."""
    above = value > low if high == math.inf else value >= low
    if not (above and value < high):
        bounds = "a positive number" if high == math.inf else f"at least {low} and less than {high}"
        raise ThumbnetError(f"{name} is {value}: it must be {bounds}")


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"sgd": SGD, "rmsprop": RMSprop, "adam": Adam}


def get(optimizer: str | Optimizer) -> Optimizer:
    """Look up an optimizer.

    Parameters
    ----------
    optimizer : str or Optimizer
        "sgd", "rmsprop", "adam", or an optimizer.

    Returns
    -------
    Optimizer
        A new one with default settings, or `optimizer` itself.

    Raises
    ------
    ThumbnetError
        If there is no such optimizer.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if optimizer.lower() not in OPTIMIZERS:
        raise unknown("optimizer", optimizer, OPTIMIZERS)
    return OPTIMIZERS[optimizer.lower()]()


def from_config(config: dict[str, Any]) -> Optimizer:
    """Return the optimizer that `get_config` described, without its state.

    Raises ThumbnetError for an unknown name, WrongType for settings of another type.
    """
    settings = dict(config)
    name = settings.pop("name", None)
    if not isinstance(name, str) or name.lower() not in OPTIMIZERS:
        raise unknown("optimizer", name, OPTIMIZERS)
    return construct(OPTIMIZERS[name.lower()], settings, f"the optimizer {name}")
