"""LiteRT on this computer, with its default backend."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from .require import require


def litert(data: bytes, rows: Any) -> list[Any]:
    """Return each output of a network, (n, values), for int8 rows without the batch axis."""
    if find_spec("ai_edge_litert") is None:
        require("litert", "LiteRT is not installed: pip install ai-edge-litert")
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_content=data, num_threads=1)
    runner.allocate_tensors()
    (start,), outputs = runner.get_input_details(), runner.get_output_details()
    found: list[list[Any]] = [[] for _ in outputs]
    for row in rows:
        runner.set_tensor(start["index"], row.reshape(start["shape"]).astype(start["dtype"]))
        runner.invoke()
        for answers, output in zip(found, outputs, strict=True):
            answers.append(runner.get_tensor(output["index"]).ravel().astype(np.int64))
    return [np.array(answers) for answers in found]


def varied_rows(rng: np.random.Generator, shape: tuple[int, ...], count: int) -> Any:
    """Return int8 rows: noise, smooth ones, and constant ones at the ends."""
    rows = rng.integers(-128, 128, (count, *shape))
    for k in range(0, count, 2):
        steps = rng.normal(0, rng.uniform(0.1, 30), shape)
        rows[k] = np.clip(rng.integers(-128, 128) + np.cumsum(steps, axis=0) / 3, -128, 127)
    rows[:2] = np.array([-128, 127]).reshape(2, *[1] * len(shape))
    return rows.astype(np.int8)
