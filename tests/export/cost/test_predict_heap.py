"""The estimate of what one `predict` takes of the heap, against MicroPython."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.layer_models import MODELS, chain, randomized, readings
from support.micropython import needs_micropython
from support.streams import program

from thumbnet.export import convert
from thumbnet.export.cost.predict_heap import predict_heap
from thumbnet.export.ops import operation
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D, SimpleRNN


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", MODELS)
def test_against_the_unix_port(name: str, bits: int, tmp_path: Path) -> None:
    """Nothing in viper but for readings; in tier plain within a third."""
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
            assert expected == 96 * module.graph.tensors[module.graph.input].shape[0]


@pytest.mark.parametrize("features", ["raw", ("mean", "crossings")])
def test_a_stream_takes_counts(features: str | tuple[str, ...], tmp_path: Path) -> None:
    """They are whole numbers, and no objects."""
    needs_micropython()
    made = program(features, board="unix", tier="viper")
    with UnixTarget("1m") as target:
        measured = bench(target, made.write(tmp_path), rows=2).heap_bytes_per_inference
    assert measured == predict_heap(made.graph, "viper", 8) == 0


WORD = 4


def test_each_layer_counts_what_its_kernel_makes() -> None:
    """In words, as they were measured: at each position what a window sees, and slices of it."""
    layers = (Conv2D(4, 3), DepthwiseConv2D(2), MaxPooling2D(2), Flatten(), Dense(3))
    model = chain((6, 6, 2), *layers)
    graph = convert(model, readings(model, np.random.default_rng(0)), name="net").graph
    outputs, products = 4, 3 * 3 * 2
    conv = 4 * 4 * (WORD * (4 * products + 40) + outputs * (products + 10 * WORD))
    depthwise = 3 * 3 * WORD * (4 * (2 * 2 * 4) + 40 + 4 * (2 * 2 + 10))
    pool = 1 * WORD * (2 * (2 * 2 * 4) + 10 * 4)
    found = [operation(node).predict_heap(node, WORD) for node in graph.nodes]
    assert [heap for heap in found if heap] == [conv, depthwise, pool]
    read = 12 * WORD * 6 * 6 * 2
    assert predict_heap(graph, "plain", WORD) == conv + depthwise + pool + 16 * WORD + read
    assert predict_heap(graph, "viper", WORD) == read


def test_two_weights_in_a_byte_take_a_second_loop() -> None:
    model = chain((6, 6, 2), Conv2D(4, 3), Flatten(), Dense(3))
    x = readings(model, np.random.default_rng(0))
    graph = convert(model, x, name="net", bits=4).graph
    found = [operation(node).predict_heap(node, WORD) for node in graph.nodes]

    def position(outputs: int, products: int) -> int:
        return WORD * (4 * products + 40 + 30) + outputs * (products + (10 + 4) * WORD)

    assert [heap for heap in found if heap] == [4 * 4 * position(4, 18), position(3, 64)]


def test_a_recurrent_layer_counts_each_step() -> None:
    model = chain((5, 2), SimpleRNN(3), Dense(2))
    graph = convert(model, readings(model, np.random.default_rng(0)), name="net").graph
    found = [operation(node).predict_heap(node, WORD) for node in graph.nodes]
    assert [heap for heap in found if heap] == [5 * 24 * WORD]
