"""The operations of the exporter by name: what a kernel's result is held against."""

from __future__ import annotations

from typing import Any

import numpy as np

from thumbnet.export.ops import names


def integer_forward(name: str, *inputs: np.ndarray, **attributes: Any) -> np.ndarray:
    """The integer meaning of an operation of the fused graph."""
    return np.asarray(names("fuse")[name].integer_forward(*inputs, **attributes))


def float_forward(name: str, *inputs: np.ndarray, **attributes: Any) -> np.ndarray:
    """The float meaning of an operation of the lowered graph."""
    return np.asarray(names("lower")[name].float_forward(*inputs, **attributes))
