"""The operators of 8-bit networks, and what translates each."""

from __future__ import annotations

from collections.abc import Callable

from ..tflite.model import Operator
from . import arithmetic, pooling, shapes, weighted
from .builder import Builder

TRANSLATORS: dict[str, Callable[[Builder, Operator], None]] = {
    "ADD": arithmetic.add,
    "AVERAGE_POOL_2D": pooling.average_pool_2d,
    "CONV_2D": weighted.conv_2d,
    "DEPTHWISE_CONV_2D": weighted.depthwise_conv_2d,
    "EXPAND_DIMS": shapes.reshape,
    "FULLY_CONNECTED": weighted.fully_connected,
    "MAX_POOL_2D": pooling.max_pool_2d,
    "RESHAPE": shapes.reshape,
    "SOFTMAX": arithmetic.softmax,
    "SQUEEZE": shapes.reshape,
}
