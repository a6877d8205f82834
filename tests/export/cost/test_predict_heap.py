"""The estimated heap of one `predict`, compared with MicroPython."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.layer_models import MODELS, randomized, readings
from support.micropython import needs_micropython
from support.streams import program

from thumbnet.export import convert
from thumbnet.export.cost.predict_heap import predict_heap
from thumbnet.export.ops.input import takes_readings
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.targets import UnixTarget


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", MODELS)
def test_against_the_unix_port(name: str, bits: int, tmp_path: Path) -> None:
    """In viper only readings take heap; in tier plain the estimate is right to a third."""
    needs_micropython()
    rng = np.random.default_rng(3)
    model = randomized(MODELS[name](), rng)
    x = readings(model, rng)
    for tier in ("plain", "viper"):
        module = convert(model, x, name="net", board="unix", tier=tier, bits=bits)
        made = module.write(tmp_path / tier, x[:2])
        with UnixTarget("4m") as target:
            measured = bench(target, made, rows=2).heap_bytes_per_inference
        expected = predict_heap(module.graph, tier, 8)
        if tier == "plain":
            assert measured is not None
            assert 0.66 <= expected / measured <= 1.5
        else:
            inputs = module.graph.tensors[module.graph.input].shape[0]
            assert expected == 96 * inputs * takes_readings(module.graph)


@pytest.mark.parametrize("features", ["raw", ("mean", "crossings")])
def test_a_stream_takes_counts(features: str | tuple[str, ...], tmp_path: Path) -> None:
    """Counts are small integers, not objects."""
    needs_micropython()
    made = program(features, board="unix", tier="viper")
    with UnixTarget("1m") as target:
        measured = bench(target, made.write(tmp_path), rows=2).heap_bytes_per_inference
    assert measured == predict_heap(made.graph, "viper", 8) == 0
