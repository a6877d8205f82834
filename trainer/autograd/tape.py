"""Backpropagation: the chain rule, applied from the last operation back to the first.

Every operation computes its result and calls `record` (in `tensor`) with a small function for each
operand. That function turns the derivative of the loss with respect to the *result* into the
derivative with respect to that *operand*. For y = a * b these functions are

    (a, lambda dy: dy * b)    since  dL/da = dL/dy * dy/da = dL/dy * b
    (b, lambda dy: dy * a)

The tape is the list of these records in the order of computation. `GradientTape.gradient` starts
with dL/dL = 1 and walks the list backwards. A value that was used in several places receives the
sum of the contributions from each place. That is all there is to it.

    w = Variable([2.0, 3.0])
    with GradientTape() as tape:
        loss = functional.sum(w * w)
    tape.gradient(loss, [w])          # [array([4., 6.])]
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError

PullBack = Callable[[Array], Array]


class Value:
    """An array that a tape can follow; `Tensor` adds the operators.

    Attributes
    ----------
    data : ndarray
        The NumPy array itself, not a copy.
    tracked : bool
        Whether a derivative flows through this value. It is set for trainable variables and for
        everything computed from them.
    """

    __slots__ = ("data", "tracked")

    def __init__(self, data: Array) -> None:
        self.data = data
        self.tracked = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Size along every axis; `()` for a scalar."""
        return self.data.shape


class _Active(threading.local):
    """The tape that is recording now, one for each thread."""

    tape: GradientTape | None = None


_active = _Active()


class GradientTape:
    """Record the operations inside a `with` block, to differentiate through them afterwards.

    Tapes can be nested: the innermost one records.
    """

    def __init__(self) -> None:
        self._records: list[tuple[Value, list[tuple[Value, PullBack]]]] = []
        self._outer: GradientTape | None = None

    def __enter__(self) -> GradientTape:
        self._outer, _active.tape = _active.tape, self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _active.tape = self._outer

    def gradient(self, loss: Value, variables: Sequence[Value]) -> list[Array]:
        """Differentiate a scalar loss.

        Parameters
        ----------
        loss : Tensor
            A scalar that was computed while the tape recorded.
        variables : sequence of Tensor
            What to differentiate with respect to.

        Returns
        -------
        list of ndarray
            d(loss)/d(variable) in the shape and dtype of each variable; zeros for a variable that
            the loss does not depend on.

        Raises
        ------
        ThumbnetError
            If the loss is not a scalar.
        """
        if loss.data.size != 1:
            raise ThumbnetError(
                f"the gradient of a loss of shape {loss.shape} is not defined: take its mean first"
            )
        return self.pull_back(loss, np.ones_like(loss.data), variables)

    def pull_back(self, result: Value, outer: Array, variables: Sequence[Value]) -> list[Array]:
        """Carry a derivative from a result back to some variables.

        Parameters
        ----------
        result : Tensor
            Computed while the tape recorded.
        outer : ndarray
            The derivative of a loss with respect to `result`, in its shape.
        variables : sequence of Tensor
            What to differentiate with respect to.

        Returns
        -------
        list of ndarray
            The derivative of that loss with respect to each variable.
        """
        gradients: dict[int, Array] = {id(result): outer}
        wanted = {id(v) for v in variables}
        for step, operands in reversed(self._records):
            through = gradients.get(id(step))
            if through is None:  # the loss does not depend on this step
                continue
            if id(step) not in wanted:  # its memory serves the steps before it
                del gradients[id(step)]
            for operand, pull_back in operands:
                part = _unbroadcast(pull_back(through), operand.shape)
                known = gradients.get(id(operand))
                gradients[id(operand)] = part if known is None else known + part
        return [
            gradients[id(v)] if id(v) in gradients else np.zeros_like(v.data) for v in variables
        ]


def note(result: Value, operands: Sequence[tuple[Value, PullBack]]) -> None:
    """Tell the active tape how to differentiate a result.

    Operands without a derivative (data, labels) are dropped here, so no work is spent on them.
    """
    if _active.tape is not None:
        followed = [pair for pair in operands if pair[0].tracked]
        if followed:
            result.tracked = True
            _active.tape._records.append((result, followed))


def _unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an operand was repeated to fit the other one."""
    if gradient.shape == shape:
        return gradient
    new_axes = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=new_axes)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return np.asarray(gradient.sum(axis=stretched, keepdims=True)).reshape(shape)
