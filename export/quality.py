"""What quantization cost: float against integer, the only comparison with a tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .calibrate import run_float
from .graph import Graph
from .head import Head
from .reference import execute, to_counts


@dataclass(frozen=True)
class LayerQuality:
    """How close one tensor of the integer graph is to the float graph's."""

    tensor: str
    dtype: str
    low: float
    high: float
    sqnr: float
    """Signal to quantization noise in dB: `10 log10(sum(float**2) / sum((float - integer)**2))`."""


def layer_quality(floats: Graph, integers: Graph, x: npt.ArrayLike) -> list[LayerQuality]:
    """Compare every tensor that both graphs have, on rows `x` in raw units.

    The scores are compared with the float values before the last activation.
    """
    real = run_float(floats, x)
    whole = execute(integers, to_counts(integers, x))
    last_dense = [node.output for node in floats.nodes if node.op == "dense"][-1]
    rows = []
    for name, tensor in integers.tensors.items():
        reference = real.get(last_dense if name == "scores" else name)
        if reference is None or name == integers.input or tensor.scale is None:
            continue
        got = tensor.scale * (whole[name] - tensor.zero_point)
        noise = float(np.sum((reference - got) ** 2))
        signal = float(np.sum(reference**2))
        sqnr = 10 * np.log10(signal / noise) if noise > 0 and signal > 0 else float("inf")
        rows.append(
            LayerQuality(
                name, tensor.dtype, float(reference.min()), float(reference.max()), float(sqnr)
            )
        )
    return rows


def float_predict(floats: Graph, head: Head, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return what the float graph answers on rows `x`: class indices, or real units."""
    last_dense = [node.output for node in floats.nodes if node.op == "dense"][-1]
    values = run_float(floats, x)
    if head.kind == "regression":
        return np.asarray(values[floats.outputs[0]])
    scores = values[last_dense]
    if head.kind == "decision":
        return np.asarray(scores[:, 0] >= head.threshold, dtype=np.float64)
    return np.asarray(scores.argmax(axis=-1), dtype=np.float64)


def goodness(head: Head, predicted: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return the accuracy of class indices, or R squared of a regression.

    Targets of a two-class network may be class indices or -1 and +1.
    """
    target = np.asarray(y, dtype=np.float64).reshape(len(np.asarray(y)), -1)
    answer = np.asarray(predicted, dtype=np.float64).reshape(target.shape)
    if head.kind == "regression":
        spread = np.sum((target - target.mean(axis=0)) ** 2)
        error = np.sum((target - answer) ** 2)
        return float(1.0 - error / spread) if spread > 0 else float(error == 0)
    if target.min() < 0:
        target = (target > 0).astype(np.float64)
    return float(np.mean(target == answer))
