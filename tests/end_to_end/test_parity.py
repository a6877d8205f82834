"""Reference executor and generated module: every integer equal, on random networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.micropython import needs_micropython
from support.networks import (
    HIDDEN,
    LAST,
    integer_graphs,
    module_text,
    random_model,
    run_module,
)
from support.sharp import sharp

from thumbnet.export import Program, convert, verify
from thumbnet.export.graph.graph import Graph
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.export.stages.reference import execute
from thumbnet.tools.targets import UnixTarget


def assert_equal(graph: Graph, source: str, counts: np.ndarray) -> None:
    module = run_module(source)
    wanted = execute(graph, counts)
    for row, values in enumerate(readings(graph, counts)):
        assert module["scores"](values) == wanted["scores"][row].tolist()
        if "probabilities" in wanted:
            assert module["probabilities"](values) == wanted["probabilities"][row].tolist()
        predicted = np.asarray(wanted["prediction"][row])
        assert np.array_equal(np.asarray(module["predict"](values)).ravel(), predicted.ravel())


def counts_for(graph: Graph, rng: np.random.Generator, n: int) -> np.ndarray:
    low, high, _, _ = extremes(graph)
    return np.vstack([rng.integers(low, high + 1, (n, low.size)), extremes(graph)])


@given(integer_graphs())
@examples(300)
def test_any_graph_that_the_contract_allows(case: tuple[Graph, np.ndarray]) -> None:
    graph, rows = case
    assert_equal(graph, module_text(verify(graph)), rows)


def random_program(
    seed: int, sizes: list[int], hidden: str, last: str, scaling: str
) -> tuple[Program, np.random.Generator]:
    rng = np.random.default_rng(seed)
    if last == "softmax" and sizes[-1] == 1:
        last = "sigmoid"
    model, x = random_model(rng, sizes, hidden, last, scaling)
    return convert(model, x, name="net", resolution=None), rng


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 12), min_size=2, max_size=4),
    st.sampled_from(HIDDEN),
    st.sampled_from(LAST),
    st.sampled_from(("none", "standard", "minmax")),
)
@examples(200)
def test_any_float_model(seed: int, sizes: list[int], hidden: str, last: str, scaling: str) -> None:
    program, rng = random_program(seed, sizes, hidden, last, scaling)
    assert_equal(program.graph, program.module(), counts_for(program.graph, rng, 5))


@pytest.mark.parametrize("seed", sharp(range(24), range(12)))
def test_on_the_unix_port(seed: int, tmp_path: Path) -> None:
    needs_micropython()
    sizes = [[1, 1], [5, 4, 3], [3, 7, 1], [20, 6, 5, 4]][seed % 4]
    program, rng = random_program(
        seed,
        sizes,
        HIDDEN[seed % len(HIDDEN)],
        LAST[(seed // 2) % len(LAST)],
        ("none", "standard", "minmax")[seed % 3],
    )
    counts = counts_for(program.graph, rng, 30)
    artifact = program.write(tmp_path, test_x=readings(program.graph, counts))
    with UnixTarget("48k") as target:
        module = target.stage(artifact.name, artifact.files)
        begin, *answers, end = target.run("selftest", module, artifact.inputs)
    assert begin["python"] == "micropython"
    assert end == {"end": len(artifact.inputs)}
    expected = artifact.expected()
    assert len(answers) == len(expected) == 38
    for answer, want in zip(answers, expected, strict=True):
        assert {key: answer[key] for key in want} == want


def test_a_wrong_weight_is_seen() -> None:
    program, rng = random_program(1, [4, 3, 2], "relu", "softmax", "none")
    weight = program.graph.nodes[1].attributes["weight"]
    weight[0, 0] = weight[0, 0] ^ 4
    source = program.module()
    weight[0, 0] = weight[0, 0] ^ 4
    with pytest.raises(AssertionError):
        assert_equal(program.graph, source, counts_for(program.graph, rng, 50))
