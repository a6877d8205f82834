"""The float graph while a file is read: emits nodes, and keeps track of the axes of each value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .expressions import (
    ARITHMETIC,
    MOST_STEPS,
    Expression,
    activation_of_a_part,
    affine,
    applied,
    on_grid,
    recognized,
    steps_of,
)
from .float_graph import INPUT, FloatGraph, FloatNode, Shape
from .values import (
    BATCH,
    Axis,
    Value,
    equal_sets,
    input_order,
    new_axis,
    order_of,
    places,
    size_of,
)

Array = npt.NDArray[Any]
Traced = Value | Expression

MOST_NUMBERS = 2**22
"""Numbers of one example after any operation; no board has the memory."""


class Reorder(Exception):
    """The network's input has to be stored in another order: reading begins again.

    Attributes
    ----------
    order : list of int
        The file's axes in the order of the memory.
    """

    def __init__(self, order: list[int]) -> None:
        super().__init__(order)
        self.order = order


class Tracer:
    """Builds a float graph from calls in the file's order.

    Parameters
    ----------
    name : str
        Of the network.
    shape : tuple of int
        Of the input as the file sees it, with the batch axis.
    order : list of int, optional
        In which order the input's axes are stored; the file's by default.

    Attributes
    ----------
    input : Value
        The network's input.
    where : str
        What is being read, for messages.
    """

    def __init__(self, name: str, shape: Sequence[int], order: list[int] | None = None) -> None:
        self.name = name
        self.where = "the input"
        self.nodes: list[FloatNode] = []
        self.order = order
        axes: tuple[Axis, ...] = ((BATCH,), *(new_axis(n) for n in shape[1:]))
        places = range(1, len(axes)) if order is None else order
        self.input = Value(INPUT, axes, tuple(atom for i in places for atom in axes[i]))
        stored_shape = tuple(size_of(axes[i]) for i in places) or (1,)
        self.shapes: dict[str, Shape] = {INPUT: stored_shape}
        self._like_input = {INPUT}
        self._check_size(stored_shape)

    def _check_size(self, shape: Shape) -> None:
        if math.prod(shape) > MOST_NUMBERS:
            raise ThumbnetError(
                f"it has {math.prod(shape):,} numbers, at most {MOST_NUMBERS:,} are read: no board "
                "has the memory"
            )

    def emit(self, op: str, inputs: Sequence[str], shape: Shape, **attributes: Any) -> str:
        """Add a node, and return the name of the tensor that it writes."""
        self._check_size(shape)
        output = f"t{len(self.nodes)}"
        self.nodes.append(FloatNode(op, tuple(inputs), output, self.where, attributes))
        self.shapes[output] = shape
        return output

    def finished(self, result: Traced) -> FloatGraph:
        """Return the graph whose output is `result`."""
        value = self.materialize(result)
        if value.tensor == INPUT:
            raise ThumbnetError("the network computes nothing: its output is its input")
        wide = [axis for axis in value.axes if axis and axis != (BATCH,)]
        if len(wide) == 1 and wide[0] != value.stored:
            raise ThumbnetError(
                "the output is a picture as one row, its channels first: end with Dense (Gemm)"
            )
        order = range(1, len(self.input.axes)) if self.order is None else self.order
        output_axes = dict.fromkeys(axis for axis, _ in places(value))
        return FloatGraph(
            self.name,
            tuple(self.nodes),
            self.shapes,
            value.tensor,
            tuple(order),
            tuple(output_axes),
        )

    def arranged(self, value: Value, groups: Sequence[Axis]) -> tuple[str, npt.NDArray[np.intp]]:
        """Return the tensor with one axis for each group of atoms.

        Parameters
        ----------
        value : Value
            What is read.
        groups : sequence of tuple of Atom
            The axes that are needed, in order.

        Returns
        -------
        str
            The tensor.
        ndarray of int
            For each place of the last axis, which element of the last group it holds.
        """
        before = [atom for group in groups[:-1] for atom in group if atom is not BATCH]
        last = [atom for atom in groups[-1] if atom is not BATCH]
        shape = tuple(size_of(group) for group in groups)
        stored = list(value.stored)
        tail = stored[len(before) :]
        fits = stored[: len(before)] == before and equal_sets(tail, last)
        at_input = value.tensor in self._like_input and len(groups) > 1
        if not fits or (at_input and shape != self.shapes[INPUT]):
            self._reorder(value, groups)
        if not fits:
            raise ThumbnetError(
                f"it needs its input, shape {value.shape}, in another order of axes, which would "
                "take a transposition: export the network without it"
            )
        tensor = value.tensor
        if self.shapes[tensor] != shape:
            tensor = self.emit("reshape", [tensor], shape)
        return tensor, order_of(last, tail)

    def _reorder(self, value: Value, groups: Sequence[Axis]) -> None:
        """Begin again if the input can be stored as it is needed here."""
        if value.tensor not in self._like_input or self.order is not None:
            return
        order = input_order(self.input, value, groups)
        if order is not None:
            raise Reorder(order)

    def per_axis(
        self, value: Value, *constants: Array
    ) -> tuple[str, tuple[npt.NDArray[np.float64], ...]]:
        """Return the tensor, and constants that broadcast over it as rows for its last axis."""
        rank = len(value.axes)
        if any(np.ndim(c) > rank for c in constants):
            raise ThumbnetError("a constant has more axes than what it is combined with")
        filled = [(1,) * (rank - np.ndim(c)) + np.shape(c) for c in constants]
        arrays = [np.reshape(c, s).astype(float) for c, s in zip(constants, filled, strict=True)]
        wide = [i for i in range(rank) if any(c.shape[i] != 1 for c in arrays)]
        for c in arrays:
            if any(c.shape[i] not in (1, value.shape[i]) for i in range(rank)):
                raise ThumbnetError(
                    f"a constant of shape {c.shape} does not fit a tensor of shape {value.shape}"
                )
        if not wide:
            features = self.shapes[value.tensor][-1]
            return value.tensor, tuple(np.full(features, c.reshape(-1)[0]) for c in arrays)
        last = tuple(atom for i in wide for atom in value.axes[i])
        rest = [value.axes[i] for i in range(rank) if i not in wide and i != value.batch]
        tail = value.stored[len(value.stored) - len(last) :]
        if equal_sets(tail, last) and self.shapes[value.tensor][-1] == size_of(last):
            tensor, order = value.tensor, order_of(last, tail)
        else:
            tensor, order = self.arranged(value, [*rest, last])
        sizes = [value.shape[i] if i in wide else 1 for i in range(rank)]
        return tensor, tuple(np.broadcast_to(c, sizes).reshape(-1)[order] for c in arrays)

    def scaled(self, x: Traced, scale: Array, offset: Array) -> Value:
        """Return x * scale + offset, for constants that broadcast over x."""
        value = self.materialize(x)
        tensor, (a, b) = self.per_axis(value, scale, offset)
        return self._alike("scale", value, tensor, scale=a, offset=b)

    def _alike(self, op: str, value: Value, tensor: str, **attributes: Any) -> Value:
        """Emit an operation that keeps all places."""
        output = self.emit(op, [tensor], self.shapes[tensor], **attributes)
        if tensor in self._like_input:
            self._like_input.add(output)
        return Value(output, value.axes, value.stored)

    def function(self, x: Traced, function: Callable[[Any], Any]) -> Expression:
        """Return a function of every element, to be recognized later."""
        x = self._short(x)
        base = x.base if isinstance(x, Expression) else x
        values = applied(function, on_grid(x))
        return Expression(base, values, "", (x,), function, self.where, steps_of(x) + 1)

    def arithmetic(self, op: str, a: Traced | Array, b: Traced | Array) -> Traced:
        """Return `a op b` for "+", "-", "*" and "/"; one of them may be a constant."""
        first: Any = _number(a) if isinstance(a, np.ndarray) else self._short(a)
        second: Any = _number(b) if isinstance(b, np.ndarray) else self._short(b)
        return self._combined(op, first, second)

    def _combined(self, op: str, a: Any, b: Any) -> Traced:
        """Return `a op b`, computed at once unless it may become part of an activation."""
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            return self._with_constant(op, a, b)
        bases = [
            x.base if isinstance(x, Expression) else x for x in (a, b) if not isinstance(x, float)
        ]
        if len(bases) == 2 and bases[0] is not bases[1]:
            return self._of_two(op, a, b)
        with np.errstate(all="ignore"):
            values = ARITHMETIC[op](on_grid(a), on_grid(b))
        steps = max(steps_of(a), steps_of(b)) + 1
        return Expression(bases[0], values, op, (a, b), None, self.where, steps)

    def _short(self, x: Traced) -> Traced:
        """Return x, computed first if its expression is as long as no activation is."""
        return self.materialize(x) if steps_of(x) >= MOST_STEPS else x

    def _with_constant(self, op: str, a: Any, b: Any) -> Value:
        """Return the result of arithmetic with a constant that is not one number."""
        if isinstance(a, np.ndarray):
            if op == "/":
                raise _cannot("divides a constant by a tensor")
            c, x, sign = np.asarray(a, np.float64), b, -1.0 if op == "-" else 1.0
        else:
            c, x, sign = np.asarray(b, np.float64), a, 1.0
            c = 1 / c if op == "/" else -c if op == "-" else c
        one, zero = np.full((1,) * c.ndim, sign), np.zeros((1,) * c.ndim)
        value = self.materialize(x)
        if c.ndim > len(value.axes):
            value = value.expanded(range(c.ndim - len(value.axes)))
        return self.scaled(value, c, zero) if op in "*/" else self.scaled(value, one, c)

    def _of_two(self, op: str, a: Traced, b: Traced) -> Value:
        """Return the result of arithmetic with two tensors."""
        if op not in "+-":
            raise _cannot("multiplies or divides two tensors")
        if op == "-":
            b = self.scaled(b, np.array(-1.0), np.array(0.0))
        first, second = self.materialize(a), self.materialize(b)
        rank = max(len(first.axes), len(second.axes))
        first, second = (v.expanded(range(rank - len(v.axes))) for v in (first, second))
        if first.shape != second.shape:
            raise _cannot(f"adds tensors of shapes {first.shape} and {second.shape}")
        if places(first) != places(second):
            raise _cannot("adds tensors whose axes are in different orders")
        tensors = [first.tensor, second.tensor]
        if self.shapes[tensors[1]] != self.shapes[tensors[0]]:
            tensors[1] = self.emit("reshape", [tensors[1]], self.shapes[tensors[0]])
        output = self.emit("add", tensors, self.shapes[tensors[0]])
        if self._like_input.issuperset(tensors):
            self._like_input.add(output)
        return Value(output, first.axes, first.stored)

    def materialize(self, x: Traced) -> Value:
        """Return a value, after the nodes for an expression that was not computed yet."""
        if isinstance(x, Value):
            return x
        if x.result is None:
            was, self.where = self.where, x.where
            x.result = self._computed(x)
            self.where = was
        return x.result

    def _computed(self, x: Expression) -> Value:
        name = recognized(x.on_grid)
        if name == "linear":
            return x.base
        if name is not None:
            return self._alike("curve", x.base, x.base.tensor, function=name)
        line = affine(x.on_grid)
        if line is not None:
            return self.scaled(x.base, *map(np.asarray, line))
        part = activation_of_a_part(x)
        if part is not None:
            value = self.materialize(part[0])
            return self._alike("curve", value, value.tensor, function=part[1])
        if x.function is not None:
            raise _cannot("is a function that no activation of the trainer computes")
        a, b = x.operands
        if isinstance(a, float) or isinstance(b, float):
            constants = [np.full(1, v) if isinstance(v, float) else v for v in (a, b)]
            return self._with_constant(x.op, *constants)
        return self._of_two(x.op, a, b)


def _number(constant: Array) -> Array | float:
    return float(constant.reshape(-1)[0]) if constant.size == 1 else constant


def _cannot(what: str) -> ThumbnetError:
    return ThumbnetError(f"it {what}, which the trainer has no layer for: leave it out")
