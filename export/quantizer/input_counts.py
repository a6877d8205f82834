"""From raw units to uint8: resolution, accepted range, and the integer scaling of each feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import COUNT_LIMIT as MOST_COUNTS
from thumbnet.trainer import InputSpec, ThumbnetError

from ..graph.arithmetic import ACCUMULATOR_LIMIT, ACTIVATION_MAX, Ints

Scalar = TypeVar("Scalar", np.int64, np.float64)

Floats = npt.NDArray[np.float64]

_FEWEST_COUNTS = 0.25
"""Readings that vary by fewer counts than this all become the same count, or nearly all."""

_FEW_COUNTS = 16
"""A coarser resolution that leaves fewer counts than this is no remedy."""


@dataclass(frozen=True)
class Counts:
    """How raw readings become counts, for each feature.

    The arrays have length 1 if all features are of one kind, and one number per channel if a
    convolution or a recurrent layer reads the input.

    A reading `v` becomes the count `round(v * units)`, which has to lie in `minimum` to `maximum`.
    Readings from `least` to `most`, in raw units, are resolved; accepted readings beyond saturate.
    """

    units: Ints
    minimum: Ints
    maximum: Ints
    least: Floats
    most: Floats


MOST_COUNT = 2**53
"""Counts beyond this saturate: floats have no larger whole numbers without gaps."""


def count(values: npt.ArrayLike, units: Ints) -> Ints:
    """Return readings as counts, rounded half away from zero, as on the board."""
    with np.errstate(over="ignore"):  # what is infinite saturates, too
        scaled = np.asarray(values, dtype=np.float64) * units
    scaled = np.clip(scaled, -MOST_COUNT, MOST_COUNT)
    return np.asarray(
        np.where(scaled >= 0, np.floor(scaled + 0.5), -np.floor(0.5 - scaled)), np.int64
    )


def choose_counts(
    x: npt.ArrayLike,
    spec: InputSpec | None,
    resolution: float | tuple[float, ...] | None,
    alike: bool,
    margin: float,
    channels: int | None = None,
) -> Counts:
    """Return the resolution and the accepted range, as declared, or else from `x`.

    Without a declared resolution, it is 1 if all values of a feature are whole, and otherwise the
    power of ten that gives the range of the feature at least 4,096 counts. Without a declared
    range, it is that of `x`, widened at both ends by `margin` times its width, so that readings
    just beyond the training data are not rejected. If all features are `alike`, they share both.
    With `channels`, all positions of a channel share them; resolutions may be set per channel or
    per feature.

    Raises
    ------
    ThumbnetError
        If a resolution is not 1/N, a range is empty, `margin` is negative, or the counts are too
        large for a 32-bit float.

    """
    if not 0 <= margin < np.inf:
        raise ThumbnetError(f"export: margin={margin} must be 0 or more: 0.125 is an eighth")
    x = np.asarray(x, dtype=np.float64).reshape(len(np.asarray(x)), -1)
    features = x.shape[1]
    if alike or channels:
        x = x.reshape(-1, 1 if alike or not channels else channels)
    low, high = x.min(axis=0), x.max(axis=0)
    if resolution is None and spec is not None:
        resolution = spec.resolution
    units = _natural_units(x) if resolution is None else _declared_units(resolution)
    if channels and units.size == features:
        units = units.reshape(-1, channels).max(axis=0)
    if units.size not in (1, channels or features):
        by_channel = f", or one for each of the {channels} channels" if channels else ""
        raise ThumbnetError(
            f"export: {units.size} resolutions for {features} features: "
            f"set one for all, or one for each{by_channel}"
        )
    units = one_if_alike(units)
    _check_resolved(low, high, units, "channel" if channels and not alike else "input")
    width = np.maximum(high - low, 1.0 / units)
    reach = (np.maximum(np.abs(low), np.abs(high)) + margin * width) * units
    if reach.max() >= 2.0**53:  # counts that are not even exact on the PC
        raise _too_many_counts(f"{reach.max():.3g}", low, high, units, float((reach / units).max()))
    minimum = count(low - margin * width, units)
    maximum = count(high + margin * width, units)
    maximum += minimum == maximum  # a constant feature must not have an empty range
    least, most = minimum / units, maximum / units
    if spec is not None and spec.minimum is not None:
        minimum = count(_each(spec.minimum, channels, np.min), units)
        least = np.maximum(least, minimum / units)
    if spec is not None and spec.maximum is not None:
        maximum = count(_each(spec.maximum, channels, np.max), units)
        most = np.minimum(most, maximum / units)
    if np.any(minimum >= maximum):
        raise ThumbnetError(
            "export: an input's minimum is not below its maximum: set both in model.input_spec"
        )
    outside = np.flatnonzero(per_input(least > most, features))
    if outside.size:
        raise ThumbnetError(
            f"export: all samples of input {outside[0]} are outside its declared range: "
            "calibrate with rows in the range, or correct model.input_spec"
        )
    least, most = _wide_enough(units, minimum, maximum, least, most)
    counts = Counts(
        units,
        one_if_alike(minimum),
        one_if_alike(maximum),
        one_if_alike(least),
        one_if_alike(most),
    )
    largest = np.maximum(np.abs(counts.minimum), np.abs(counts.maximum))
    if largest.max() >= MOST_COUNTS:
        reached = float(np.max(largest / units))
        raise _too_many_counts(str(largest.max()), low, high, units, reached)
    return counts


def in_units(counts: npt.ArrayLike, units: npt.ArrayLike) -> Any:
    """Return counts as nested lists of raw units, as integers if all units are 1."""
    counts, units = np.asarray(counts, dtype=np.int64), np.asarray(units)
    return counts.tolist() if np.all(units == 1) else (counts / units).tolist()


def _check_resolved(low: Floats, high: Floats, units: Ints, what: str) -> None:
    """Raise ThumbnetError if readings vary by so little that all become the same count."""
    width = high - low
    lost = np.flatnonzero((width > 0) & (width * units < _FEWEST_COUNTS))
    if lost.size:
        i = int(lost[0])
        which = f"{what} {i}" if len(low) > 1 else "the input"
        raise ThumbnetError(
            f"export: {which} varies only from {low[i]:.7g} to {high[i]:.7g}, which is less than a "
            f"step of its resolution, {1 / np.broadcast_to(units, low.shape)[i]:g}: train it in a "
            "smaller unit (multiply it by a constant), or set a finer resolution"
        )


def _too_many_counts(
    counts: str, low: Floats, high: Floats, units: Ints, reach: float
) -> ThumbnetError:
    """Return the error that `reach` raw units are too many counts, with what to do."""
    distance = np.maximum(np.abs(low), np.abs(high)) / np.where(high > low, high - low, 1.0)
    step = 10.0 ** np.ceil(np.log10((reach + 1) / MOST_COUNTS))
    if distance.max() > MOST_COUNTS / _FEW_COUNTS:
        i = int(distance.argmax())
        remedy = f"subtract {(low[i] + high[i]) / 2:.7g} from input {i} and train again"
    elif step > 1:
        remedy = "train it in a larger unit"
    else:
        remedy = f"set a coarser resolution, such as {step:g}"
    return ThumbnetError(
        f"export: inputs reach {counts} counts of their resolution, but a board's float "
        f"holds {MOST_COUNTS}: {remedy}"
    )


def _wide_enough(
    units: Ints, minimum: Ints, maximum: Ints, least: Floats, most: Floats
) -> tuple[Floats, Floats]:
    """Return `least` and `most` far enough apart for `_scaling_line` to find a left shift.

    A feature that hardly varies, but accepts a far wider range, would need more steps per count
    than a multiplier below 0.5 gives after the largest left shift that its counts allow. Scaling
    spreads at most 255 steps over the range from `least` to `most`, so that range needs enough
    counts for 255 / counts to stay below half of 2**left. This is 4 counts for the widest accepted
    range, and one count or less for ranges below 2**18; other features do not change.
    """
    middle = (least + most) / 2 * units
    reach = np.maximum(np.abs(minimum), np.abs(maximum)) + np.abs(middle) + 3
    left = np.ceil(np.log2(ACCUMULATOR_LIMIT / reach)) - 1
    needed = np.maximum(
        (most - least) * units, (ACTIVATION_MAX + 1) / 2 ** (np.minimum(left, 14) - 1)
    )
    bottom = np.clip(middle - needed / 2, minimum, np.maximum(minimum, maximum - needed))
    wider = (most - least) * units < needed
    return (
        np.where(wider, bottom / units, least),
        np.where(wider, (bottom + needed) / units, most),
    )


def _declared_units(resolution: float | tuple[float, ...]) -> Ints:
    steps = np.atleast_1d(np.asarray(resolution, dtype=np.float64))
    with np.errstate(divide="ignore"):
        inverse = np.where(steps > 0, 1.0 / steps, 0.0)
    units = np.asarray(np.round(np.minimum(inverse, 2.0**62)), dtype=np.int64)
    if np.any(units < 1) or not np.allclose(units, inverse, rtol=1e-6):
        raise ThumbnetError(
            f"export: a resolution of {resolution} is not 1/N: use 1, 0.5, 0.1, 0.01 ..."
        )
    return units


def _natural_units(x: npt.NDArray[np.float64]) -> Ints:
    units = []
    for i, column in enumerate(x.T):
        if np.all(column == np.round(column)):
            units.append(1)
        else:
            width = float(column.max() - column.min())
            digits = int(np.ceil(np.log10(4096.0 / width))) if width > 0 else 2
            if digits > 18:
                raise ThumbnetError(
                    f"export: input {i} varies by only {width:.3g}: train it in a smaller unit "
                    "(multiply it by a constant)"
                )
            units.append(10 ** max(digits, 0))
    return np.array([max(units)] if len(set(units)) <= 1 else units, dtype=np.int64)


def spec_of_dtype(x: npt.ArrayLike) -> InputSpec | None:
    """Return the range that the dtype of `x` (n, ...) implies, for bytes and booleans."""
    array = np.asarray(x)
    largest = {"uint8": 255.0, "bool": 1.0}.get(str(array.dtype))
    if largest is None or array.ndim < 2 or array[0].size == 0:
        return None
    return InputSpec(array.shape[1:], minimum=0.0, maximum=largest)


def _each(
    values: float | tuple[float, ...], channels: int | None, choose: Callable[..., Any]
) -> Floats:
    """Return the declared value of each feature, or the extreme over all positions of a channel."""
    each = np.asarray(values, dtype=np.float64)
    if channels and each.size > channels:
        each = choose(each.reshape(-1, channels), axis=0)
    return each


def per_input(values: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """Return one number for each of `size` inputs, from one for all or one per channel."""
    return np.tile(values, size // len(values))


def one_if_alike(values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return only the first entry if all are equal: one for all features."""
    values = np.atleast_1d(values)
    return values[:1] if np.all(values == values[0]) else values
