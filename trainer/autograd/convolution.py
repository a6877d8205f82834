"""Convolution as a product of matrices, and its derivatives.

A convolution lays a window on the image, multiplies what it sees with the kernel, adds up, and
moves on. What it sees at one place, written in a row, is a *patch*; one filter of the kernel,
written in a column, is as long. So with all patches as the rows of one matrix ("im2col"), the whole
is one product, which a processor is very good at:

    patches (places, k_h * k_w * c) @ kernel (k_h * k_w * c, filters) = outputs (places, filters)

The price is that a pixel is copied once for each window that it lies in. The derivatives are those
of any product y = p @ k: p.T @ dy by the kernel, dy @ k.T by the patches; and a pixel's derivative
is the sum over the windows that it lies in ("col2im").

Images are (n, height, width, channels), kernels (k_h, k_w, channels, filters), which is that matrix
already. Patches are made for some images at a time, so that they stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..arrays import Array
from . import channelwise
from .sliding_window import Grid
from .tape import PullBack
from .tensor import Tensor, record

CACHED = 2**18
"""Numbers that are worked on at a time: 1 MB of float32, what a core's cache holds."""


def convolve(x: Tensor, kernel: Tensor, bias: Tensor | None, grid: Grid) -> Tensor:
    """Give the convolution of images (n, h, w, c) with a kernel (k_h, k_w, c, filters).

    bias: (filters,), added to each place. grid: where the windows lie. Result: (n, *grid.places,
    filters). As everywhere in deep learning, the kernel is not turned around: strictly
    speaking it is a correlation.
    """
    channels, filters = kernel.shape[2:]
    matrix = kernel.data.reshape(-1, filters)
    images = grid.pad(np.ascontiguousarray(x.data))
    y = np.empty((len(images), *grid.places, filters), dtype=x.dtype)
    for some in _groups(y, len(matrix)):
        np.matmul(patches(images[some], grid), matrix, out=y[some].reshape(-1, filters))

    def through_kernel(dy: Array) -> Array:
        total = np.zeros_like(matrix)
        for some in _groups(dy, len(matrix)):
            total += patches(images[some], grid).T @ dy[some].reshape(-1, filters)
        return total.reshape(kernel.shape)

    def through_x(dy: Array) -> Array:
        dx = np.zeros(x.shape, dtype=x.dtype)
        for some in _groups(dy, channels):
            rows = dy[some].reshape(-1, filters)
            shape = (*dy[some].shape[:-1], channels)
            for element, places, pixels in grid.elements:
                part = (rows @ kernel.data[element].T).reshape(shape)
                dx[some][pixels] += part[places]
        return dx

    return _with_bias(y, bias, (x, through_x), (kernel, through_kernel))


def convolve_depthwise(x: Tensor, kernel: Tensor, bias: Tensor | None, grid: Grid) -> Tensor:
    """Give the convolution of each channel with a kernel of its own: (k_h, k_w, c) for all.

    x: (n, h, w, c); bias: (c,); result: (n, *grid.places, c). The channels never mix, so there is
    no product of matrices in it: each element of the window adds what it sees times its weight.
    """
    y = np.zeros((len(x.data), *grid.places, kernel.shape[-1]), dtype=x.dtype)
    weights = np.tile(kernel.data[:, :, None], (1, 1, y.shape[2], 1))  # see channelwise.widen
    for some in _groups(y, kernel.shape[-1]):
        for element, places, pixels in grid.elements:
            y[some][places] += x.data[some][pixels] * weights[element][places[-1]]

    def through_kernel(dy: Array) -> Array:
        total = np.zeros_like(kernel.data)
        for some in _groups(dy, kernel.shape[-1]):
            for element, places, pixels in grid.elements:
                total[element] += channelwise.sums(x.data[some][pixels] * dy[some][places])
        return total

    def through_x(dy: Array) -> Array:
        dx = np.zeros(x.shape, dtype=x.dtype)
        for some in _groups(dy, kernel.shape[-1]):
            for element, places, pixels in grid.elements:
                dx[some][pixels] += dy[some][places] * weights[element][places[-1]]
        return dx

    return _with_bias(y, bias, (x, through_x), (kernel, through_kernel))


def _groups(outputs: Array, numbers: int) -> Iterator[slice]:
    """Cut images into groups that the cache holds: slices of `outputs` (n, h, w, ...).

    numbers: how many are worked on for each place.
    """
    size = max(CACHED // (outputs.shape[1] * outputs.shape[2] * numbers), 1)
    for start in range(0, len(outputs), size):
        yield slice(start, start + size)


def patches(images: Array, grid: Grid) -> Array:
    """Give what the window sees at each place, as rows (n * places, k_h * k_w * c).

    images: padded, (n, *grid.padded, c), contiguous. `as_strided` only describes where each
    number is found; they are copied once, when that is brought into the form of a matrix.
    """
    n, height, width, channels = images.shape
    (k_h, k_w), (s_h, s_w), (down, right) = grid.window, grid.strides, grid.places
    # Not `images.strides`, which may be anything along an axis of length 1.
    number = images.itemsize
    pixel = channels * number
    line = width * pixel
    image = height * line
    windows = as_strided(
        images,
        # The pixels of one line of the window follow one another in memory.
        (n, down, right, k_h, k_w * channels),
        (image, line * s_h, pixel * s_w, line, number),
        writeable=False,
    )
    if channels == 1:  # those runs are short then; runs along the line of places are longer
        return np.asarray(windows.transpose(3, 4, 0, 1, 2).reshape(k_h * k_w, -1).T)
    return np.asarray(windows.reshape(n * down * right, k_h * k_w * channels))


def _with_bias(y: Array, bias: Tensor | None, *operands: tuple[Tensor, PullBack]) -> Tensor:
    """Add the bias, in place, and record the operation."""
    if bias is None:
        return record(y, *operands)
    y += channelwise.widen(bias.data, y)
    return record(y, *operands, (bias, channelwise.sums))
