"""Every integer of an imported network is that of LiteRT's default backend."""

from __future__ import annotations

import numpy as np
import pytest
from support.imported import imported, residual_net
from support.litert import litert, varied_rows
from support.tflite_files import mlperf_file

from thumbnet.export.cost.network_size import macs, parameters
from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork, read

ROWS = {"kws": 300, "ad": 300, "ic": 300, "vww": 300}
BATCH = 50

SIZES = {
    "kws": (2_656_768, 22_604),
    "ad": (264_192, 265_864),
    "ic": (12_501_632, 77_706),
    # 7,489,664 and 220,082 with the channels that never change.
    "vww": (3_903_209, 36_198),
}
"""Multiply-accumulates and parameters that are left."""


def differing(network: IntegerNetwork, data: bytes, shape: tuple[int, ...], count: int) -> int:
    """The number of rows with an integer that differs."""
    rows = varied_rows(np.random.default_rng(0), shape, count)
    (expected,) = litert(data, rows)
    graph = network.graph
    (zero,) = graph.producer("scores").attributes["x_zero_point"]
    different = 0
    for at in range(0, count, BATCH):
        levels = rows[at : at + BATCH].reshape(-1, int(np.prod(shape))).astype(np.int64) + 128
        found = execute(graph, levels, ["scores"])["scores"] + zero - 128
        different += int((found != expected[at : at + BATCH]).any(axis=1).sum())
    return different


@pytest.mark.parametrize("seed", range(12))
def test_random_weights_and_scales(seed: int) -> None:
    data = residual_net(seed)
    assert differing(imported(data), data, (6, 7, 3), 60) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_mlperf_tiny(name: str) -> None:
    path = mlperf_file(f"{name}_int8")
    network = read(path)
    shape = {"kws": (49, 10, 1), "ad": (640,), "ic": (32, 32, 3), "vww": (96, 96, 3)}[name]
    assert differing(network, path.read_bytes(), shape, ROWS[name]) == 0
    assert (macs(network.graph), parameters(network.graph)) == SIZES[name]
