"""What one example of a network's input is: an image, a window of sensor data, or features."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import Model, StreamSettings, ThumbnetError

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class InputFormat:
    """What an example is, and how it is drawn.

    Attributes
    ----------
    kind
        "picture" (height, width, 1 or 3 channels), "window" (samples, channels) or
        "features" (n,).
    shape
        Shape of an example.
    names
        Names of the channels or features; () if they have none.
    low, high
        Range of the training inputs, for each channel or feature; for an image one for all.
    ink
        Of an image: dark strokes on light paper, where large values are dark.
    rate
        Of a window: samples per second, if known.
    source
        Of features: what they were computed from, if known.
    units
        Of features: counts per unit of the sensor, for each; 1 if unknown.

    """

    kind: str
    shape: tuple[int, ...]
    names: tuple[str, ...]
    low: Array
    high: Array
    ink: bool = False
    rate: float | None = None
    source: str = ""
    units: Array = field(default_factory=lambda: np.array([1.0]))

    @property
    def description(self) -> str:
        """In words: pictures of 28 × 28 pixels."""
        if self.kind == "picture":
            height, width, channels = self.shape
            colours = " in colour" if channels == 3 else ""
            return f"pictures of {width} × {height} pixels{colours}"
        if self.kind == "window":
            samples, channels = self.shape
            many = f"{channels} channels" if channels > 1 else "one channel"
            long = f" ({self.seconds:.3g} s)" if self.seconds else ""
            return f"windows of {samples:,} samples{long} of {many}"
        (n,) = self.shape
        return (f"{n:,} numbers" if n > 1 else "one number") + self.source

    @property
    def seconds(self) -> float | None:
        """Duration of a window, if known."""
        return None if self.rate is None else self.shape[0] / self.rate


def input_format(model: Model, x: Array) -> InputFormat:
    """Return the format of a built model's examples; `x` (n, ...) are some, in raw units."""
    kind, shape = _kind(model, x)
    rows = np.asarray(x, dtype=np.float64).reshape(len(x), *shape)
    spec = model.input_spec
    names = spec.names if spec is not None and spec.names is not None else ()
    if kind == "picture":
        low, high = float(rows.min()), float(rows.max())
        if spec is not None and spec.minimum is not None and spec.maximum is not None:
            low, high = float(np.min(spec.minimum)), float(np.max(spec.maximum))
        ink = shape[2] == 1 and float(np.median(rows)) <= low + (high - low) / 4
        return InputFormat(kind, shape, (), np.array([low]), np.array([high]), ink)
    if kind == "window":
        names = names if len(names) == shape[1] else ()
        ends = rows.min(axis=(0, 1)), rows.max(axis=(0, 1))
        return InputFormat(kind, shape, names, *ends, rate=_rate(model))
    ends = rows.min(axis=0), rows.max(axis=0)
    return InputFormat(kind, shape, names, *ends, source=_source(model), units=_units(model))


def _kind(model: Model, x: Array) -> tuple[str, tuple[int, ...]]:
    shape = model.require_built()
    image = _sizes(model.info.get("image_shape"))
    if len(image) in (2, 3) and math.prod(image) == math.prod(shape):
        return "picture", (*image, 1)[:3]
    if len(shape) == 3 and shape[2] in (1, 3):
        return "picture", shape
    if len(shape) == 2 and min(shape) > 1 and x.dtype == np.uint8:
        return "picture", (*shape, 1)
    if len(shape) == 2 and shape[0] > 1:
        return "window", shape
    return "features", (math.prod(shape),)


def _source(model: Model) -> str:
    """Return what features are computed from, according to the stream settings."""
    samples = _stream(model).get("window")
    return f" of windows of {samples:,} samples" if isinstance(samples, int) else ""


def _units(model: Model) -> Array:
    """Return the counts per unit of each feature of a stream; crossings are counts themselves."""
    try:
        settings = StreamSettings.from_config(_stream(model))
    except ThumbnetError:
        return np.array([1.0])
    if settings.is_raw:
        return np.array([1.0])
    each = len(settings.names) // len(settings.channels)
    units = np.repeat(np.array(settings.units, dtype=float) * 2**settings.fraction, each)
    counted = [name.endswith(" crossings") for name in settings.names]
    return np.where(counted, 1.0, units)


def _rate(model: Model) -> float | None:
    """Return the samples per second, according to the stream settings."""
    rate = _stream(model).get("rate")
    return float(rate) if isinstance(rate, int | float) and rate > 0 else None


def _stream(model: Model) -> dict[str, Any]:
    settings = model.info.get("stream")
    return settings if isinstance(settings, dict) else {}


def _sizes(value: Any) -> tuple[int, ...]:
    """Return a list of positive sizes as a tuple; () for anything else."""
    if not isinstance(value, list) or not all(type(n) is int and n > 0 for n in value):
        return ()
    return tuple(value)
