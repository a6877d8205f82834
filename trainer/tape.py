"""Backpropagation: the chain rule, applied from the last operation back to the first.

Every operation computes its result and calls `record` with, for each operand, a small function
that turns the derivative of the loss by the *result* into the derivative of the loss by that
*operand*. For y = a * b these are

    (a, lambda dy: dy * b)    since  dL/da = dL/dy * dy/da = dL/dy * b
    (b, lambda dy: dy * a)

The tape is the list of these records in the order of computation. `GradientTape.gradient` starts
with dL/dL = 1 and walks the list backwards; a tensor that was used in several places receives the
sum of what each place contributes. That is the whole of it.

    w = Variable([2.0, 3.0])
    with GradientTape() as tape:
        loss = ops.sum(w * w)
    tape.gradient(loss, [w])          # [array([4., 6.])]
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType

import numpy as np

from .errors import ThumbnetError
from .tensor import Array, Tensor

PullBack = Callable[[Array], Array]


class _Active(threading.local):
    """The tape that is recording now, one for each thread."""

    tape: GradientTape | None = None


_active = _Active()


class GradientTape:
    """Records the operations inside its `with` block, to differentiate through them afterwards.

    Of nested tapes, the innermost records.
    """

    def __init__(self) -> None:
        self._records: list[tuple[Tensor, list[tuple[Tensor, PullBack]]]] = []
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

    def gradient(self, loss: Tensor, variables: Sequence[Tensor]) -> list[Array]:
        """Give d(loss)/d(variable) for each of `variables`, in the variable's shape and dtype.

        `loss` must be a scalar. A variable that the loss does not depend on gets zeros. Raises
        ThumbnetError if the loss is not a scalar.
        """
        if loss.data.size != 1:
            raise ThumbnetError(
                f"the gradient of a loss of shape {loss.shape} is not defined: take its mean first"
            )
        return self.pull_back(loss, np.ones_like(loss.data), variables)

    def pull_back(self, result: Tensor, outer: Array, variables: Sequence[Tensor]) -> list[Array]:
        """Give what `outer`, a loss's derivative by `result`, is by each of `variables`."""
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


def record(data: Array, *operands: tuple[Tensor, PullBack]) -> Tensor:
    """Wrap the result of an operation and tell the active tape how to differentiate it.

    Operands without a derivative (data, labels) are dropped here, so no work is spent on them.
    """
    result = Tensor(data)
    if _active.tape is not None:
        followed = [pair for pair in operands if pair[0].tracked]
        if followed:
            result.tracked = True
            _active.tape._records.append((result, followed))
    return result


def _unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an operand was repeated to fit the other one."""
    if gradient.shape == shape:
        return gradient
    new_axes = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=new_axes)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return np.asarray(gradient.sum(axis=stretched, keepdims=True)).reshape(shape)
