"""The softmax within a network: how true it is to the float one, its bounds and its faults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from support.layer_call import Call
from support.layer_models import MODELS, randomized, readings
from support.layer_spec import calls
from support.operations import integer_forward

from thumbnet.export import Graph, convert
from thumbnet.export.ops.softmax_rows import _MOST_COLUMNS, SoftmaxRows
from thumbnet.export.stages.check_graph import verify as check
from thumbnet.trainer import CURVES, ThumbnetError

NAME = "softmax_rows"
RNG = np.random.default_rng(0)


@given(calls(NAME))
@settings(max_examples=150, deadline=None)
def test_two_specifications_agree(call: Call) -> None:
    w = np.frombuffer(call.w, np.uint8).astype(np.int64)
    x = np.array(call.x).reshape(1, call.words["rows"], call.words["columns"])
    node = {"exponentials": w[:256] + 256 * w[256:], "halvings": call.words["halvings"]}
    found = integer_forward(NAME, x, **node)
    assert found.ravel().tolist() == list(call.written.values())


def exponentials(step: float) -> Any:
    return np.floor(2**14 * np.exp(-step * np.arange(256)) + 0.5).astype(np.int64)


@pytest.mark.parametrize("columns", [1, 2, 7, 50, 3000])
@pytest.mark.parametrize("step", [0.0005, 0.02, 0.3])
def test_shares_are_within_a_step_of_the_float_ones(columns: int, step: float) -> None:
    q = RNG.integers(0, 256, (20, columns))
    q[0] = 255
    wanted = CURVES["softmax"](step * q)
    halvings = min(int(-np.log2(wanted.max())), 12)
    found = integer_forward(NAME, q, exponentials=exponentials(step), halvings=halvings)
    assert np.abs(found - 255 * 2.0**halvings * wanted).max() < 0.65
    assert found.max() > 125  # the steps are as fine as the largest share permits


def test_the_largest_sum_stays_below_the_small_integers() -> None:
    most = exponentials(0.0)
    assert most.max() * _MOST_COLUMNS < 2**30 <= most.max() * (_MOST_COLUMNS + 1)
    # The largest product that a kernel makes: of the smallest sum.
    assert 2**14 * (255 * 2**21 // 2**14) < 2**30
    one = integer_forward(NAME, np.zeros((1, 1), int), exponentials=most, halvings=0)
    assert one.tolist() == [[255]]
    assert integer_forward(NAME, np.zeros((1, 1), int), exponentials=most, halvings=3) == 255


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "another largest exponential": ({"exponentials": exponentials(0.1) // 2}, "it must be 16384"),
    "a larger exponential": ({"exponentials": exponentials(0.1) * 2}, "must be 0 to 16384"),
    "a negative exponential": ({"exponentials": -exponentials(0.1)}, "must be 0 to 16384"),
    "a short table": ({"exponentials": exponentials(0.1)[1:]}, "exponentials is"),
    "too many halvings": ({"halvings": 13}, "halvings is 13"),
    "another scale": ({"halvings": 1}, "its scale must be 0.00196078"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    changes, message = FAULTS[name]
    graph = attention()
    nodes = [n.with_attributes(**changes) if n.op == NAME else n for n in graph.nodes]
    with pytest.raises(ThumbnetError, match=message):
        check(graph.rebuilt(nodes))


def test_rows_keep_their_length() -> None:
    graph = attention()
    (node,) = graph.only(NAME)
    shape = graph.tensors[node.output].shape
    turned = graph.tensors[node.output].__class__(
        node.output, (shape[0] * shape[1] * 2, shape[2] // 2), "uint8", 1 / 255
    )
    (fault,) = SoftmaxRows().shape_faults(graph.rebuilt(graph.nodes, {node.output: turned}), node)
    assert fault == "rows of 6 values do not become rows of 3"


def attention() -> Graph:
    rng = np.random.default_rng(0)
    model = randomized(MODELS["transformer"](), rng)
    graph = convert(model, readings(model, rng), name="net").graph
    assert next(graph.only(NAME)).attributes["halvings"] == 0
    return graph
