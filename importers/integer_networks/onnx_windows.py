"""How the windows of ONNX operations move over images with channels last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thumbnet.export import Window

from ..float_networks.onnx_settings import window_settings
from ..onnx_files.read_onnx import OnnxNode
from ..tflite.model import Operator
from .onnx_builder import OnnxBuilder


@dataclass(frozen=True)
class Moves:
    """A window, and what it leaves.

    Attributes
    ----------
    window
        Of the kernel with its gaps; a sequence is an image of one row.
    dilations
        Of the kernel, down and across.
    counts
        How many places the window has along each axis of the file.

    """

    window: Window
    dilations: tuple[int, int]
    counts: tuple[int, ...]


def moves(
    builder: OnnxBuilder,
    operator: Operator,
    sizes: Sequence[int],
    kernel: Sequence[int],
    channels: int,
) -> Moves:
    """Return how an operator's window moves over an image of these sizes."""
    node = OnnxNode(operator.name, "", "", operator.position, (), (), operator.options)
    strides, pads, dilations = window_settings(node, sizes, kernel)
    wide = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    counts = []
    for n, k, s, (before, after) in zip(sizes, wide, strides, pads, strict=True):
        rest = n + before + after - k
        count = rest // s + 1
        if operator.options.get("ceil_mode", 0):
            count = -(-rest // s) + 1
            if (count - 1) * s >= n + before:  # the last window would see only padding
                count -= 1
        if rest < 0:
            builder.refuse(f"a window of {k} leaves nothing of {n}", "use a smaller one")
        if before >= k or (count - 1) * s - before >= n:
            builder.refuse("a window sees only padding", "use less padding")
        counts.append(count)
    lines = [
        (n, k, s, p[0], c) for n, k, s, p, c in zip(sizes, wide, strides, pads, counts, strict=True)
    ]
    if len(lines) == 1:
        lines, dilations = [(1, 1, 1, 0, 1), *lines], [1, *dilations]
    (height, k_h, down, top, out_height), (width, k_w, across, left, out_width) = lines
    window = Window(
        *(height, width, channels, k_h, k_w, down, across, top, left, out_height, out_width)
    )
    return Moves(window, (dilations[0], dilations[1]), tuple(counts))
