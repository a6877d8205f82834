"""Activations that a file spells out as arithmetic: recognized by what they compute.

Exporters write a gelu as `0.5 * x * (1 + erf(x / sqrt(2)))`, a hard swish as `x * clip(x + 3, 0, 6)
/ 6`, in many variants. Instead of matching their patterns, an expression of one tensor is computed
on a grid, operation by operation, and the result is compared with the curves that the trainer has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import CURVES

from .values import Value

Array = npt.NDArray[np.float64]
Function = Callable[[Array], Array]

_FAR = 80.0
GRID: Array = np.concatenate(
    [np.linspace(-12, 12, 2401), np.linspace(-1e-2, 1e-2, 401), [-_FAR, -30.0, 30.0, _FAR]]
)
"""Where expressions are compared: everywhere that curves bend, and far outside."""

_CLOSE = 3e-6
_NAMED = tuple(name for name in CURVES if name not in ("linear", "softmax", "step", "sign"))

MOST_STEPS = 50
"""Operations in one expression; no activation takes as many."""


@dataclass
class Expression:
    """A function of one tensor, element by element, that is not computed yet.

    Attributes
    ----------
    base : Value
        The tensor.
    on_grid : ndarray
        What the function gives on `GRID`; may hold NaN.
    op : str
        The last operation: "+", "-", "*", "/", or "" for a function.
    operands : tuple
        What that operation reads: expressions, values and numbers.
    own : ndarray or None
        What the last operation alone gives on `GRID`, if it is a function.
    where : str
        What it is in the file, for messages.
    steps : int
        Number of operations.
    result : Value or None
        Once it is computed.
    """

    base: Value
    on_grid: Array
    op: str
    operands: tuple[Expression | Value | float, ...]
    own: Array | None
    where: str
    steps: int
    result: Value | None = field(default=None)


def on_grid(operand: Expression | Value | float) -> Array | float:
    """Return what an operand of an expression is on the grid."""
    if isinstance(operand, Expression):
        return operand.on_grid
    return GRID if isinstance(operand, Value) else operand


def steps_of(operand: Expression | Value | float) -> int:
    """Return the number of operations in an operand."""
    return operand.steps if isinstance(operand, Expression) else 0


def recognized(values: Array) -> str | None:
    """Return the name of the activation that has these values on `GRID`, None if none has."""
    if not np.isfinite(values).all():
        return None
    if _same(values, GRID):
        return "linear"
    known = (name for name in _NAMED if _same(values, CURVES[name](GRID)))
    numbered = (name for name in _with_numbers(values) if _same(values, CURVES[name](GRID)))
    return next(known, None) or next(numbered, None)


def affine(values: Array) -> tuple[float, float] | None:
    """Return (scale, offset) of the line that has these values on `GRID`, else None."""
    if not np.isfinite(values).all():
        return None
    scale = float(values[2400] - values[1200]) / 12
    offset = float(values[1200])
    return (scale, offset) if _same(values, scale * GRID + offset) else None


def _same(a: Array, b: Array) -> bool:
    return bool((np.abs(a - b) <= _CLOSE * (1 + np.abs(a))).all())


def _with_numbers(values: Array) -> list[str]:
    """Return names of curves with the numbers that would give these values."""
    low, high = float(values[-4]), float(values[-1])  # at both ends
    depth = float(values[1100]) / float(np.expm1(-1.0))  # at -1
    names = [f"leaky_relu({-low / _FAR:.9g})", f"elu({depth:.9g})"]
    if -_FAR / 2 < low < high < _FAR / 2:
        names.append(f"clip({low:.9g},{high:.9g})")
    return names
