"""The sum of two tensors in an imported network, as XNNPACK computes it.

XNNPACK gives the larger of both factors 21 bits, and rounds once, half up.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import frexp, prod
from typing import Any

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Whole
from .operation import Operation
from .stepped import CONSTANT

_NUMBERS = (
    *("ka", "kb", "x_zero_point", "w_zero_point", "zero_point", "shift"),
    *("activation_min", "activation_max"),
)

ADD_XNNPACK = Kernel("add_xnnpack", ("n", "x_at", "w_at", "y_at", *_NUMBERS), allocates=True)

FACTOR_BITS = 21

_SUM = 4.4
"""Cost of one sum, in products."""

SHIFTS = (9, 30)


class XnnpackAdd(Operation):
    """Return `ka * (a - x_zero_point) + kb * (b - w_zero_point)`, shifted; kb < 0 subtracts.

    The second input may be the attribute `constant`.
    """

    name = "add_xnnpack"
    title = "add"
    takes = range(1, 3)
    integer_attributes = {
        **dict.fromkeys(("ka", "kb"), Whole(-(2**FACTOR_BITS), 2**FACTOR_BITS)),
        **dict.fromkeys(_NUMBERS[2:], Whole(0, ACTIVATION_MAX)),
        "shift": Whole(*SHIFTS),
        "constant": CONSTANT,
    }
    kernels = (ADD_XNNPACK,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the sum, rounded half up and clamped."""
        a, at = inputs[0], attributes
        b = inputs[1] if len(inputs) > 1 else at["constant"][None].astype(np.int64)
        a = a.reshape(len(a), -1) - at["x_zero_point"]
        total = at["ka"] * a + at["kb"] * (b.reshape(len(b), -1) - at["w_zero_point"])
        q = at["zero_point"] + ((total + (1 << (at["shift"] - 1))) >> at["shift"])
        return np.asarray(np.clip(q, at["activation_min"], at["activation_max"]))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes."""
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        sizes += [len(node.attributes["constant"])] if "constant" in node.attributes else []
        if len({*sizes}) != 1 or len(sizes) != 3:
            yield f"tensors of {sizes} values: two inputs and the output must have as many"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of two products, a shift and the limits."""
        return _SUM * outputs * cost.mac

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return both tensors: each byte is read just before its sum is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        (a, *others), target = node.inputs, node.output
        other = others[0] if others else ""
        at = (places.get(name, 0) for name in (a, other, target))
        numbers = (int(node.attributes[name]) for name in _NUMBERS)
        head = (prod(graph.tensors[target].shape), *at, *numbers)
        table = b"" if others else node.attributes["constant"].tobytes()
        return [Call(ADD_XNNPACK, a, target, head, other=other, table=table)]


def add_factors(a: float, b: float, out: float) -> tuple[int, int, int]:
    """Choose the factors of a sum as XNNPACK does.

    Parameters
    ----------
    a, b, out
        The scales of both tensors and of the sum, float32.

    Returns
    -------
    ka, kb, shift
        Integers; `ka / 2**shift` is close to `a / out`.

    Raises
    ------
    ValueError
        If the scales are too far apart for XNNPACK, which then leaves the operator to others.

    """
    ratios = [float(np.float32(scale) / np.float32(out)) for scale in (a, b)]
    if not all(2.0**-10 <= ratio < 2.0**8 for ratio in ratios):
        raise ValueError(f"scales of {a:g} and {b:g} are too far from {out:g}")
    shift = FACTOR_BITS - frexp(max(ratios))[1]
    ka, kb = (round(ratio * 2**shift) for ratio in ratios)
    return ka, kb, shift


OPERATIONS: tuple[Operation, ...] = (XnnpackAdd(),)
