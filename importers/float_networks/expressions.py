"""Activations that a file spells out as arithmetic: recognized by what they compute.

Exporters write a gelu as `0.5 * x * (1 + erf(x / sqrt(2)))`, a hard swish as `x * clip(x + 3, 0, 6)
/ 6`, in many variants. Instead of matching their patterns, an expression of one tensor is computed
on a grid, operation by operation, and the result is compared with the curves that the trainer has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
    function : callable or None
        The last operation, if it is a function.
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
    function: Function | None
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


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}


def applied(function: Function, x: Array | float) -> Array:
    """Return what a function makes of numbers, NaN and infinity included."""
    with np.errstate(all="ignore"):
        return np.asarray(function(np.asarray(x)), np.float64)


def activation_of_a_part(x: Expression) -> tuple[Expression, str] | None:
    """Return a part of an expression and the activation of it that the whole is, if there is one.

    `relu(x) * sigmoid(relu(x))` is no activation of x, but `silu` of relu(x).
    """
    for part in _parts(x)[1:]:
        values = _with_base(x, part)
        name = None if values is None else recognized(values)
        if name not in (None, "linear"):
            return part, str(name)
    return None


def _parts(x: Expression) -> list[Expression]:
    """Return an expression and all that it consists of, each once."""
    found: dict[int, Expression] = {}
    queue = [x]
    while queue:
        part = queue.pop(0)
        if id(part) not in found:
            found[id(part)] = part
            queue += [y for y in part.operands if isinstance(y, Expression)]
    return list(found.values())


def _with_base(x: Expression, base: Expression) -> Array | None:
    """Return what x is on `GRID` as a function of a part of it; None if it reads something else."""
    known: dict[int, Array | None] = {id(base): GRID}

    def run(part: Expression | Value | float) -> Array | float | None:
        if isinstance(part, float):
            return part
        if isinstance(part, Value):
            return None
        if id(part) not in known:
            operands = [run(y) for y in part.operands]
            known[id(part)] = None
            if not any(y is None for y in operands):
                known[id(part)] = _result(part, operands)
        return known[id(part)]

    values = run(x)
    return None if values is None else np.asarray(values)


def _result(x: Expression, operands: list[Any]) -> Array:
    if x.function is not None:
        return applied(x.function, operands[0])
    with np.errstate(all="ignore"):
        return np.asarray(ARITHMETIC[x.op](*operands), np.float64)


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
