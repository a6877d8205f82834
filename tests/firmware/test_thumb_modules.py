"""Whole modules of the Thumb tiers, their assembly on an emulated core: every integer equal."""

from __future__ import annotations

import tempfile
from binascii import crc32
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asm_thumb import Firmware
from support.examples import examples
from support.networks import FACTS, integer_graphs, random_model
from support.thumb_machine import Fault

from thumbnet.export import convert, verify
from thumbnet.export.emit.module import emit
from thumbnet.export.graph.graph import Graph
from thumbnet.export.kernels.build import Build
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.export.stages.reference import execute

pytestmark = pytest.mark.emulated

ARCHS = {"thumb": "armv6m", "thumb_dsp": "armv7em"}


def assert_equal(graph: Graph, build: Build, counts: np.ndarray) -> None:
    wanted = execute(graph, counts)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in emit(graph, build, FACTS).items():
            (Path(folder) / name).write_bytes(data)
        path = Path(folder) / f"{graph.name}.py"
        module = Firmware(path, ARCHS[build.tier], __file__=str(path), crc32=crc32)
        for row, values in enumerate(readings(graph, counts)):
            assert module.scores(values) == wanted["scores"][row].tolist()
            if "probabilities" in wanted:
                assert module.probabilities(values) == wanted["probabilities"][row].tolist()
            predicted = np.asarray(wanted["prediction"][row])
            assert np.array_equal(np.asarray(module.predict(values)).ravel(), predicted.ravel())
        if build.weights == "stream":
            module._FILE.close()


@pytest.mark.parametrize("weights", ["module", "stream"])
@pytest.mark.parametrize("tier", ARCHS)
@given(case=integer_graphs(), groups=st.integers(2, 12))
@examples(40)
def test_any_graph(tier: str, weights: str, case: tuple[Graph, np.ndarray], groups: int) -> None:
    graph, rows = case
    assert_equal(verify(graph), Build(tier, weights, buffer=32 * groups), rows)


@pytest.mark.parametrize("weights", ["module", "stream"])
@pytest.mark.parametrize("tier", ARCHS)
@pytest.mark.parametrize("seed", range(6))
def test_any_model(seed: int, tier: str, weights: str) -> None:
    rng = np.random.default_rng(seed)
    sizes = [[5, 3, 2], [64, 32, 10], [30, 7, 6, 1], [13, 18, 5], [1, 1], [100, 4, 3]][seed]
    hidden, last = ("relu", "tanh", "sigmoid")[seed % 3], "softmax" if sizes[-1] > 1 else "linear"
    model, x = random_model(rng, sizes, hidden, last, ("none", "standard")[seed % 2])
    graph = convert(model, x, name="net").graph
    low, high, _, _ = extremes(graph)
    counts = np.vstack([rng.integers(low, high + 1, (3, low.size)), extremes(graph)])
    assert_equal(graph, Build(tier, weights, buffer=128), counts)


def test_a_wrong_byte_is_seen() -> None:
    model, x = random_model(np.random.default_rng(1), [9, 5, 3], "relu", "softmax", "none")
    graph = convert(model, x, name="net").graph
    weight = graph.nodes[1].attributes["weight"]
    wanted = execute(graph, extremes(graph))["scores"]
    weight[2, 3] ^= 64
    changed = execute(graph, extremes(graph))["scores"]
    assert not np.array_equal(wanted, changed)
    weight[2, 3] ^= 64
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.py"
        text = emit(graph, Build("thumb"), FACTS)["net.py"].decode()
        path.write_text(text.replace("add(r0, 1)", "add(r0, 2)", 1))
        module = Firmware(path, "armv6m")
        try:
            got = [module.scores(values) for values in readings(graph, extremes(graph))]
        except Fault:
            return
        assert got != wanted.tolist()
