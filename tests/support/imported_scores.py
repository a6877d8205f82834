"""LiteRT and thumbnet on the same .tflite: every integer of every output."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork

from .require import require

Rng = np.random.Generator


def interpreter(data: bytes, resolver: str = "AUTO") -> Any:
    """An interpreter of a file; by default, with XNNPACK as anyone gets it."""
    if find_spec("ai_edge_litert") is None:
        require("litert", "LiteRT is not installed: pip install ai-edge-litert")
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kind = getattr(OpResolverType, resolver)
    made = Interpreter(model_content=data, experimental_op_resolver_type=kind, num_threads=1)
    made.allocate_tensors()
    return made


def rows(rng: Rng, network: IntegerNetwork, count: int) -> Any:
    """Rows of levels: the ends, ramps, and any."""
    size = network.graph.tensors["input"].shape[0]
    x = rng.integers(0, 256, (count, size))
    x[0], x[1 % count] = 255 * (count % 2), np.arange(size) % 256
    return x


def scores_of_litert(made: Any, x: Any) -> Any:
    """The outputs for each row of levels, joined; of bytes, without their zero point."""
    (start,) = made.get_input_details()
    found = []
    for row in np.asarray(x):
        made.set_tensor(start["index"], _as_input(start, row))
        made.invoke()
        found.append(np.concatenate([_scores(made, end) for end in made.get_output_details()]))
    return np.array(found)


def scores_of_thumbnet(network: IntegerNetwork, x: Any) -> Any:
    """The same from the reference."""
    return execute(network.graph, np.asarray(x, np.float64), None)["scores"]


def _as_input(start: dict[str, Any], row: Any) -> Any:
    if start["dtype"] == np.uint8:
        return row.astype(np.uint8).reshape(start["shape"])
    return (row - 128).astype(np.int8).reshape(start["shape"])


def _scores(made: Any, end: dict[str, Any]) -> Any:
    values = made.get_tensor(end["index"]).reshape(-1)
    if values.dtype == np.float32:
        return values
    return values.astype(np.int64) - end["quantization"][1]
