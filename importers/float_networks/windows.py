"""Operations whose window moves over images or sequences, as calls of a `Tracer`.

Weights come in the trainer's layouts, their channels in the file's order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .float_graph import Pads
from .tracer import Traced, Tracer
from .values import BATCH, Axis, Value, new_axis, size_of

Array = npt.NDArray[Any]

MOST_WEIGHTS = 2**24
"""Weights of a kernel after zeros for dilation and groups were added."""


def image(tracer: Tracer, x: Traced, channel: int) -> tuple[Value, list[int], str, Array]:
    """Return x as an image or a sequence.

    Parameters
    ----------
    tracer : Tracer
        Where the network is built.
    x : Value or Expression
        What is read.
    channel : int
        Its axis with the channels.

    Returns
    -------
    Value
        x itself, computed.
    list of int
        Its spatial axes.
    str
        The tensor in the order (*spatial, channels).
    ndarray of int
        For each stored channel, its number in the file.
    """
    value = tracer.materialize(x)
    channel %= len(value.axes)
    spatial = [i for i in range(len(value.axes)) if i not in (channel, value.batch)]
    if value.axes[value.batch] != (BATCH,) or not 1 <= len(spatial) <= 2 or channel == value.batch:
        raise ThumbnetError(
            f"its input has shape {value.shape}: images and sequences with a batch axis are "
            "supported, nothing else"
        )
    groups = [value.axes[i] for i in (*spatial, channel)]
    tensor, order = tracer.arranged(value, groups)
    return value, spatial, tensor, order


def _windowed(
    tracer: Tracer,
    op: str,
    x: tuple[Value, list[int], str, Array],
    channel: int,
    window: Sequence[int],
    strides: Sequence[int],
    pads: Pads,
    channels: int | None,
    **attributes: Any,
) -> Value:
    """Emit a node with a window; channels: None if those of the input stay as they are."""
    value, spatial, tensor, _ = x
    channel %= len(value.axes)
    axes = list(value.axes)
    for i, k, s, (before, after) in zip(spatial, window, strides, pads, strict=True):
        size = (value.shape[i] + before + after - k) // s + 1
        if size < 1:
            raise ThumbnetError(f"its window of {k} is larger than its input of {value.shape[i]}")
        axes[i] = new_axis(size)
    tail: Axis
    if channels is None:
        tail = value.stored[len(value.stored) - len(axes[channel]) :] if axes[channel] else ()
    else:
        tail = axes[channel] = new_axis(channels)
    stored = (*(atom for i in spatial for atom in axes[i]), *tail)
    shape = (*(size_of(axes[i]) for i in spatial), size_of(axes[channel]))
    settings = {"window": tuple(window), "strides": tuple(strides), "pads": tuple(pads)}
    output = tracer.emit(op, [tensor], shape, **settings, **attributes)
    return Value(output, tuple(axes), stored)


def convolution(
    tracer: Tracer,
    x: Traced,
    kernel: Array,
    bias: Array | None,
    strides: Sequence[int],
    pads: Pads,
    *,
    channel: int,
    dilations: Sequence[int],
    groups: int = 1,
) -> Value:
    """Return a convolution.

    kernel: (*window, channels of a group, outputs), the outputs group by group.
    """
    found = image(tracer, x, channel)
    order, channels = found[3], len(found[3])
    outputs = kernel.shape[-1]
    if kernel.ndim != len(found[1]) + 2 or kernel.shape[-2] * groups != channels:
        raise ThumbnetError(
            f"its kernel of shape {kernel.shape} does not fit {channels} channels in {groups} "
            f"group{'s' * (groups > 1)}"
        )
    kernel = _dilated(np.asarray(kernel, np.float64), dilations)
    bias = np.zeros(outputs) if bias is None else np.asarray(bias, np.float64).reshape(-1)
    window = kernel.shape[:-2]
    if groups == channels == outputs and channels > 1:
        kernel, bias = kernel[..., 0, :][..., order], bias[order]
        return _windowed(
            tracer,
            "depthwise",
            found,
            channel,
            window,
            strides,
            pads,
            None,
            kernel=kernel,
            bias=bias,
        )
    kernel = _ungrouped(kernel, groups)[..., order, :]
    return _windowed(
        tracer,
        "convolution",
        found,
        channel,
        window,
        strides,
        pads,
        outputs,
        kernel=kernel,
        bias=bias,
    )


def _dilated(kernel: Array, dilations: Sequence[int]) -> Array:
    """Return the kernel with zeros between its elements."""
    for axis, d in enumerate(dilations):
        if d > 1:
            size = (kernel.shape[axis] - 1) * d + 1
            _check_weights(kernel.size // kernel.shape[axis] * size)
            wide = np.zeros((*kernel.shape[:axis], size, *kernel.shape[axis + 1 :]))
            np.moveaxis(wide, axis, 0)[::d] = np.moveaxis(kernel, axis, 0)
            kernel = wide
    return kernel


def _ungrouped(kernel: Array, groups: int) -> Array:
    """Return the kernel over all channels, with zeros for those of other groups."""
    if groups == 1:
        return kernel
    inner, outputs = kernel.shape[-2], kernel.shape[-1] // groups
    _check_weights(kernel.size * groups)
    wide = np.zeros((*kernel.shape[:-2], inner * groups, outputs * groups))
    for g in range(groups):
        part = slice(g * outputs, (g + 1) * outputs)
        wide[..., g * inner : (g + 1) * inner, part] = kernel[..., part]
    return wide


def _check_weights(count: int) -> None:
    if count > MOST_WEIGHTS:
        raise ThumbnetError(f"it would take {count:,} weights, at most {MOST_WEIGHTS:,} are read")


def pool(
    tracer: Tracer,
    x: Traced,
    kind: str,
    window: Sequence[int],
    strides: Sequence[int],
    pads: Pads,
    *,
    channel: int,
    counts_padding: bool = False,
) -> Value:
    """Return the maximum ("max_pool") or the mean ("average_pool") under a window."""
    found = image(tracer, x, channel)
    if counts_padding and any(any(pair) for pair in pads):
        share = np.full((*window, len(found[3])), 1 / np.prod(window))
        return _windowed(
            tracer,
            "depthwise",
            found,
            channel,
            window,
            strides,
            pads,
            None,
            kernel=share,
            bias=np.zeros(len(found[3])),
        )
    return _windowed(tracer, kind, found, channel, window, strides, pads, None)


def padded(tracer: Tracer, x: Traced, amounts: Sequence[tuple[int, int]], channel: int) -> Value:
    """Return x with zeros around it; amounts: (before, after) of each axis."""
    value = tracer.materialize(x)
    if not any(any(pair) for pair in amounts):
        return value
    found = image(tracer, value, channel)
    spatial = found[1]
    if any(any(pair) for i, pair in enumerate(amounts) if i not in spatial):
        raise ThumbnetError("it pads the batch axis or the channels: pad height and width only")
    if any(n < 0 for pair in amounts for n in pair):
        raise ThumbnetError("it crops (negative padding): crop the data instead")
    pads = tuple((int(a), int(b)) for a, b in (amounts[i] for i in spatial))
    ones = (1,) * len(spatial)
    return _windowed(tracer, "pad", found, channel, ones, ones, pads, None)
