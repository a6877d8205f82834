"""Convolution as a matrix product, and its derivatives.

A convolution lays a window on the image, multiplies what it sees with the kernel, sums up, and
moves on. What it sees at one place, written as a row, is a *patch*; one filter of the kernel,
written as a column, has the same length. So with all patches as the rows of one matrix ("im2col"),
the whole convolution is one product, which processors compute very fast:

    patches (places, k_h * k_w * c) @ kernel (k_h * k_w * c, filters) = outputs (places, filters)

The price is that a pixel is copied once for each window that covers it. The derivatives are those
of any product y = p @ k: p.T @ dy with respect to the kernel, dy @ k.T with respect to the patches.
The derivative of a pixel is the sum over the windows that cover it ("col2im").

Images are (n, height, width, channels), kernels (k_h, k_w, channels, filters), which is that matrix
already. Patches are made for a few images at a time, so that they stay in the processor's cache.
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
"""Numbers to compute with at a time: 1 MB of float32, which fits a core's cache."""


def convolve(x: Tensor, kernel: Tensor, bias: Tensor | None, grid: Grid) -> Tensor:
    """Convolve images with a kernel.

    As everywhere in deep learning, the kernel is not flipped: strictly speaking, this is a
    correlation.

    Parameters
    ----------
    x : Tensor, shape (n, h, w, c)
        Images.
    kernel : Tensor, shape (k_h, k_w, c, filters)
        One filter in each last index.
    bias : Tensor, shape (filters,), or None
        Added at every place.
    grid : Grid
        Where the windows lie.

    Returns
    -------
    Tensor, shape (n, *grid.places, filters)
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
    """Convolve each channel with its own kernel.

    The channels never mix, so there is no matrix product: each element of the window adds what it
    sees times its weight.

    Parameters
    ----------
    x : Tensor, shape (n, h, w, c)
        Images.
    kernel : Tensor, shape (k_h, k_w, c)
        One window for each channel.
    bias : Tensor, shape (c,), or None
        Added at every place.
    grid : Grid
        Where the windows lie.

    Returns
    -------
    Tensor, shape (n, *grid.places, c)
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
    """Cut images into groups that fit the cache: slices of `outputs` (n, h, w, ...).

    numbers: operands for each place.
    """
    size = max(CACHED // (outputs.shape[1] * outputs.shape[2] * numbers), 1)
    for start in range(0, len(outputs), size):
        yield slice(start, start + size)


def patches(images: Array, grid: Grid) -> Array:
    """Return what the window sees at each place, as rows.

    `as_strided` only describes where each number is found; the numbers are copied once, when that
    view is reshaped to a matrix.

    Parameters
    ----------
    images : ndarray, shape (n, *grid.padded, c)
        Padded and C-contiguous.
    grid : Grid
        Where the windows lie.

    Returns
    -------
    ndarray, shape (n * places, k_h * k_w * c)
    """
    n, height, width, channels = images.shape
    (k_h, k_w), (s_h, s_w), (down, right) = grid.window, grid.strides, grid.places
    # Not `images.strides`, which is arbitrary along an axis of length 1.
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
    if channels == 1:  # then those runs are short; runs along the line of places are longer
        return np.asarray(windows.transpose(3, 4, 0, 1, 2).reshape(k_h * k_w, -1).T)
    return np.asarray(windows.reshape(n * down * right, k_h * k_w * channels))


def _with_bias(y: Array, bias: Tensor | None, *operands: tuple[Tensor, PullBack]) -> Tensor:
    """Add the bias, in place, and record the operation."""
    if bias is None:
        return record(y, *operands)
    y += channelwise.widen(bias.data, y)
    return record(y, *operands, (bias, channelwise.sums))
