"""Settings of Keras's layers: sizes, padding, the axis of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thumbnet.trainer import ThumbnetError

from .float_graph import Pads
from .tracer import Traced, Tracer

Settings = dict[str, Any]


def pair_of(value: Any, rank: int) -> list[int]:
    """Return a setting that is one number, or one for each axis."""
    numbers = [value] * rank if isinstance(value, int) else list(value)
    if len(numbers) != rank or not all(type(n) is int and 1 <= n <= 2**12 for n in numbers):
        raise ThumbnetError(f"has a size of {value!r:.40}")
    return numbers


def channel_of(settings: Settings) -> int:
    """Return the axis of the channels."""
    return 1 if settings.get("data_format") == "channels_first" else -1


def spatial_sizes(tracer: Tracer, x: Traced, settings: Settings) -> list[int]:
    """Return the sizes of height and width."""
    shape = tracer.materialize(x).shape
    return list(shape[2:] if channel_of(settings) == 1 else shape[1:-1])


def pads_of(mode: Any, sizes: Sequence[int], window: Sequence[int], strides: Sequence[int]) -> Pads:
    """Return the padding of a mode; window: with its dilations."""
    if mode == "valid":
        return tuple((0, 0) for _ in sizes)
    if mode == "causal" and len(sizes) == 1:
        return ((window[0] - 1, 0),)
    if mode != "same":
        raise ThumbnetError(f"has padding {mode!r:.40}: use 'valid' or 'same'")
    totals = [
        max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sizes, window, strides, strict=True)
    ]
    return tuple((total // 2, total - total // 2) for total in totals)
