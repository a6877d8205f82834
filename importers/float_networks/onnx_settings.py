"""Settings of ONNX nodes: constants among the inputs, windows and their padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode
from .float_graph import Pads

Array = npt.NDArray[Any]


def constant(inputs: Sequence[Any], index: int, what: str) -> Array:
    """Return an input that has to be a constant."""
    value = inputs[index] if index < len(inputs) else None
    if not isinstance(value, np.ndarray):
        raise ThumbnetError(f"computes its {what} while it runs: they have to be constants")
    return value


def ints(node: OnnxNode, name: str, default: list[int]) -> list[int]:
    """Return an attribute that is a list of whole numbers."""
    return [int(n) for n in node.attributes.get(name, default)]


def window_settings(
    node: OnnxNode, sizes: Sequence[int], window: Sequence[int]
) -> tuple[list[int], Pads, list[int]]:
    """Return strides, padding and dilations of a window."""
    rank = len(window)
    strides, dilations = (ints(node, name, [1] * rank) for name in ("strides", "dilations"))
    if not rank == len(sizes) == len(strides) == len(dilations) or not 1 <= rank <= 2:
        raise ThumbnetError(
            f"has a window of {rank} axes over {len(sizes)}: windows of one or two are supported"
        )
    if min(*window, *strides, *dilations) < 1 or max(*window, *dilations) > 2**12:
        raise ThumbnetError("has a window, strides or dilations that make no sense")
    given = ints(node, "pads", [0] * 2 * rank)
    mode = node.attributes.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        pads = []
        for n, k, s, d in zip(sizes, window, strides, dilations, strict=True):
            total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
            less = total // 2
            pads.append((less, total - less) if mode == "SAME_UPPER" else (total - less, less))
        return strides, tuple(pads), dilations
    if mode == "VALID":
        given = [0] * 2 * rank
    if len(given) != 2 * rank or min(given) < 0 or max(given) > 2**12:
        raise ThumbnetError(f"has padding {given}: it has to be two numbers for each axis")
    return strides, tuple(zip(given[:rank], given[rank:], strict=True)), dilations
