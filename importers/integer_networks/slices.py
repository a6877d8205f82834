"""What a STRIDED_SLICE takes of an array."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ..tflite.model import Operator
from .builder import Builder


def strided(
    builder: Builder,
    operator: Operator,
    array: npt.NDArray[Any],
    bounds: tuple[list[int], list[int], list[int]],
) -> npt.NDArray[Any]:
    """Return the slice of an array that the operator's masks and these bounds describe."""
    options = operator.options
    if options["ellipsis_mask"] or options["new_axis_mask"] or options["offset"]:
        builder.refuse("it has an ellipsis, a new axis or offsets", "use begin, end and strides")
    cut: list[slice | int] = []
    for axis, (begin, end, stride) in enumerate(zip(*bounds, strict=True)):
        size, bit = array.shape[axis], 1 << axis
        if options["shrink_axis_mask"] & bit:
            cut.append(begin)
            continue
        first = None if options["begin_mask"] & bit else begin
        last = None if options["end_mask"] & bit else end
        if last is not None and stride < 0 and last < -size:
            last = None
        cut.append(slice(first, last, stride))
    return array[tuple(cut)]
