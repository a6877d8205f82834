"""Scales and zero points: the rules that training for quantization shares with the exporter.

A uint8 tensor stands for `real = scale * (q - zero_point)` with q from 0 to 255. Weights are
symmetric around 0, with a scale for each output.
"""

from __future__ import annotations

ACTIVATION_MAX = 255
"""Largest quantized activation (uint8)."""

WEIGHT_BITS = {"int8": 8, "int4": 4}
"""Bits of a weight, by the name of its width."""

FLAT_BEYOND = {"sigmoid": 6.3, "tanh": 3.2}
"""|z| beyond which a curve is within half a step of its end: ln(2 * 255), atanh(1 - 1 / 254)."""

FIXED_OUTPUTS = {
    "sigmoid": (1.0 / 255, 0),
    "step": (1.0 / 255, 0),
    "tanh": (1.0 / 127, 128),
    "sign": (1.0 / 127, 128),
}
"""Curves with a known range: the scale and zero point that make both ends and 0 exact."""

_FARTHEST = 64
"""A range lies at most this many times its width from 0: the bias has to hold the zero point."""


def affine(low: float, high: float, with_zero: bool = False) -> tuple[float, int]:
    """Find the scale and zero point that cover a range with 256 values.

    The zero point is a whole number, so 0 is exact wherever it is one of the values. The scale
    grows until both ends are covered; an end closer to 0 than half a step is left out.

    Parameters
    ----------
    low, high : float
        The range to cover, in real units.
    with_zero : bool
        Whether 0 has to be one of the 256 values. Otherwise the range is extended to 0 only if that
        costs at most half of the steps; elsewhere the zero point lies outside 0 to 255, which the
        exporter's bias absorbs.

    Returns
    -------
    scale : float
        Real units of one step.
    zero_point : int
        The integer that stands for 0.
    """
    wide_low, wide_high = min(low, 0.0), max(high, 0.0)
    if with_zero or wide_high - wide_low <= 2.0 * (high - low) or high == low:
        low, high = wide_low, wide_high
    if high == low:
        return 1.0 / ACTIVATION_MAX, 0
    high = max(high, low + max(abs(low), abs(high)) / _FARTHEST)
    scale = (high - low) / ACTIVATION_MAX
    zero_point = round(-low / scale)
    if 0 < zero_point < ACTIVATION_MAX:
        # The zero point was rounded: cover both ends all the same.
        scale = max(-low / zero_point, high / (ACTIVATION_MAX - zero_point))
    return scale, zero_point


def curve_output(
    function: str, low: float, high: float, with_zero: bool = False
) -> tuple[float, int]:
    """Find the scale and zero point of a curve's outputs.

    Parameters
    ----------
    function : str
        Name of the activation.
    low, high : float
        The range of its outputs, as calibration saw it.
    with_zero : bool
        As for `affine`.

    Returns
    -------
    scale : float
        Real units of one step.
    zero_point : int
        The integer that stands for 0. Both ends of the curve are exact where the outputs cover at
        least half of its range.
    """
    if function in FIXED_OUTPUTS:
        scale, zero_point = FIXED_OUTPUTS[function]
        whole = scale * ACTIVATION_MAX
        if function in ("step", "sign") or high - low >= whole / 2:
            return scale, zero_point
    return affine(low, high, with_zero)


def fixed_range(function: str) -> tuple[float, float] | None:
    """Return the range of real values that `FIXED_OUTPUTS` gives a curve, or None if it has none.

    After tanh, 1 and -1 are exact.
    """
    if function not in FIXED_OUTPUTS:
        return None
    scale, zero_point = FIXED_OUTPUTS[function]
    return scale * -zero_point, scale * (ACTIVATION_MAX - zero_point)


def largest_weight(bits: int) -> int:
    """Find the largest quantized weight of a width.

    Parameters
    ----------
    bits : int
        Width of the weights, 8 or 4.

    Returns
    -------
    int
        127 for 8 bits, 7 for 4.
    """
    return (1 << (bits - 1)) - 1
