"""Tensors that an operator keeps by itself from one inference to the next: SVDF, LSTM."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.export import State, TensorSpec

from .builder import Builder
from .tflite_integers import multiplier_of

LEAST_EXPONENT = -30
"""Of a multiplier: sums times a smaller one are nearly always 0."""

MOST_LEFT = 10
"""The largest exponent of a sum that becomes 16 bits; others are sums of a few levels."""


def kept_tensor(builder: Builder, number: int, dtype: str, size: int, what: str) -> None:
    """Refuse a tensor that an operator cannot keep: of another type or size, or used before."""
    if number < 0:
        builder.refuse(f"it has no {what}", "export the network again")
    found = builder.tensor(number)
    if not found.is_variable or found.data is not None:
        builder.refuse(f"its {what} is no variable", "export the network again")
    if found.dtype != dtype:
        builder.refuse(
            f"its {what} is {found.dtype}, but LiteRT takes {dtype}",
            "quantize the network anew with TensorFlow's converter",
        )
    if int(np.prod(builder.dims(number))) != size:
        builder.refuse(
            f"its {what} has shape {list(builder.dims(number))}, but {size} values are needed",
            "let it infer one row at a time, or export the network again",
        )
    if any(number in numbers for numbers in builder.kept):
        builder.refuse(f"another operator has the same {what}", "give each its own")


def keep(
    builder: Builder, numbers: tuple[int, ...], initial: npt.NDArray[np.uint8]
) -> tuple[TensorSpec, TensorSpec]:
    """Add a state for some tensors of the file; return the bytes before and after an inference."""
    pair = [
        TensorSpec(builder.name(part), (len(initial),), "uint8", scale=1.0)
        for part in ("before", "after")
    ]
    for spec in pair:
        builder.tensors[spec.name] = spec
    state = State(pair[0].name, pair[1].name, initial)
    builder.kept[numbers] = state
    return pair[0], pair[1]


def one_scale(builder: Builder, number: int, what: str, dtype: str) -> np.float32:
    """Return the scale of a tensor that stands for 0.0 with 0."""
    found = builder.tensor(number)
    if found.dtype != dtype or len(found.scales) != 1 or found.zero_points[0] != 0:
        builder.refuse(
            f"its {what} are {found.dtype} with {len(found.scales)} scales, or not symmetric",
            f"quantize them to {dtype} with one scale and zero point 0",
        )
    return found.scales[0]  # type: ignore[no-any-return]


def multiplier(
    builder: Builder, factors: tuple[np.float32, np.float32], end: np.float32, what: str, most: int
) -> tuple[int, int]:
    """Return the scale of a sum as mantissa and exponent; refuse one out of range.

    In float32, and in this order, as TFLite does.
    """
    with np.errstate(all="ignore"):
        real = float(np.float32(factors[0] * factors[1] / end))
    mantissa, exponent = multiplier_of(real) if np.isfinite(real) else (0, 0)
    if not LEAST_EXPONENT <= exponent <= most or not mantissa:
        builder.refuse(
            f"the {what} are rescaled by {real:g}: 2**-31 to 2**{most} is supported",
            "quantize the network anew",
        )
    return mantissa, exponent
