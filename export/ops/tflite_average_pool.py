"""Average pooling of imported networks: the mean of bytes, rounded half away from zero.

TFLite's bytes are signed: level `q` of ours stands for its `q - 128`, and it rounds the mean of
those. Input and output have the same scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..graph.arithmetic import SMALL_INT_LIMIT, Ints
from ..graph.graph import Graph, Node
from ..graph.window import Window, patches
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import WINDOW, Whole
from .conv import WINDOW_WORDS
from .pool import WindowPool, pool_call
from .weighted import LIMIT_WORDS, limit_words

MEAN_POOL = Kernel(
    "average_pool_tflite",
    ("channels", "x_at", "y_at", *LIMIT_WORDS[1:], *WINDOW_WORDS),
    allocates=True,
)


class TfliteAveragePool(WindowPool):
    """Return the mean of each channel in each window; padding does not count."""

    name = "average_pool_tflite"
    title = "average pooling"
    integer_attributes = {
        "window": WINDOW,
        **{name: Whole(0, 255) for name in ("activation_min", "activation_max")},
    }
    kernels = (MEAN_POOL,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the rounded means, (n, out_height, out_width, channels)."""
        a, w = attributes, Window(*attributes["window"])
        count = np.array(w.counts()).reshape(w.out_height, w.out_width, 1)
        total = patches(inputs[0], w, 0).sum(axis=3) - 128 * count
        mean = (np.abs(total) + count // 2) // count * np.sign(total)
        return np.asarray(np.clip(mean + 128, a["activation_min"], a["activation_max"]))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield sums that do not fit 31 bits."""
        if 256 * Window.of(node.attributes).taps >= SMALL_INT_LIMIT:
            yield "a sum could reach 2**30: pool in two steps"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        limits = limit_words(replace(node, attributes={**node.attributes, "zero_point": 0}))
        del limits["zero_point"]
        return [pool_call(MEAN_POOL, node, places, limits)]


OPERATIONS = (TfliteAveragePool(),)
