"""The estimate of what one `predict` takes of the heap, against MicroPython."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.layer_models import MODELS, randomized, readings
from support.micropython import needs_micropython

from thumbnet.export import convert
from thumbnet.export.garbage import predict_heap
from thumbnet.tools.bench import bench
from thumbnet.tools.targets import UnixTarget


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", MODELS)
def test_against_the_unix_port(name: str, bits: int, tmp_path: Path) -> None:
    """Nothing in viper but for readings; in tier plain within a third."""
    needs_micropython()
    rng = np.random.default_rng(3)
    model = randomized(MODELS[name](), rng)
    x = readings(model, rng)
    for tier in ("plain", "viper"):
        program = convert(model, x, name="net", board="unix", tier=tier, bits=bits)
        made = program.write(tmp_path / tier, x[:2])
        with UnixTarget("4m") as target:
            measured = bench(target, made, rows=2).heap_bytes_per_inference
        expected = predict_heap(program.graph, tier, 8)
        if tier == "plain":
            assert measured is not None
            assert 0.66 <= expected / measured <= 1.5
        else:
            assert expected == 96 * program.graph.tensors[program.graph.input].shape[0]
