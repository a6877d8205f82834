"""Quantized ONNX networks: every integer of every output is that of onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.imported_scores import rows
from support.kernels import SOME
from support.onnx_quantized import (
    Network,
    imported_onnx,
    scores_of_onnxruntime,
    scores_of_reference,
    session,
)
from support.onnx_quantized_steps import STEPS, some_shape

from thumbnet.importers.integer_networks.onnx_registry import COMPUTES, MADE, MOVES
from thumbnet.trainer import ThumbnetError

SEEDS = st.integers(0, 2**32 - 1)

TYPES = ("uint8", "int8")

ENDS = {"quantize_levels", "scores_of_levels", "measure"}


def assert_equal(data: bytes, rng: Any, **entries: str) -> set[str]:
    """Compare all scores; return the operations of the graph."""
    network = imported_onnx.__wrapped__(data)
    x = rows(rng, network, 4)
    found = scores_of_reference(network, x)
    wanted = scores_of_onnxruntime(session(data, **entries), network, x)
    assert found.tolist() == wanted.tolist()
    return {node.op for node in network.graph.nodes} - ENDS


@pytest.mark.parametrize("name", STEPS)
@given(seed=SEEDS)
@examples(40, SOME)
def test_operation(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = None
    while made is None:
        net = Network(rng, str(rng.choice(TYPES)), int(rng.choice((14, 17, 21))))
        made = STEPS[name](net, net.start(some_shape(rng, int(rng.integers(2, 5)))))
    done = assert_equal(net.model(made), rng)
    names = {node.op_type for node in net.nodes} & MADE.keys()
    assert done <= {op for one in names for op in MADE[one]} | {"move"}


@given(seed=SEEDS, steps=st.integers(2, 10))
@examples(80, SOME)
def test_random_network(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    data = random_network(rng, steps)
    try:
        imported_onnx.__wrapped__(data)
    except ThumbnetError as error:
        if "no integers give them all" in str(error):
            return
        raise
    assert_equal(data, rng)


def random_network(rng: np.random.Generator, steps: int) -> bytes:
    net = Network(rng, str(rng.choice(TYPES)), int(rng.choice((14, 17, 21))))
    net.start(some_shape(rng, int(rng.integers(2, 5))))
    for _ in range(steps):
        x = list(net.shapes)[-int(rng.integers(1, min(len(net.shapes), 3) + 1))]
        small = np.prod(net.shapes[x]) < 2000
        names = [name for name in STEPS if small or name not in ("Pad", "Resize", "MatMul")]
        STEPS[str(rng.choice(names))](net, x)
    outputs = [*net.shapes][-int(rng.integers(1, 3)) :]
    return net.model(*outputs)


def test_every_operation_has_a_step_and_says_what_it_makes() -> None:
    assert MADE.keys() == MOVES.keys() | COMPUTES.keys()
    assert MADE.keys() == STEPS.keys() | {"Dropout", "Identity"}
