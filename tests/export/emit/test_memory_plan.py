"""The memory planner: nothing alive is overwritten, and nothing is larger than necessary."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.networks import integer_graphs

from thumbnet.export.emit.memory_plan import ALIGNMENT, Plan, check_plan, lifetimes, plan
from thumbnet.export.graph.graph import Graph, Node, TensorSpec
from thumbnet.trainer import ThumbnetError


def chain(sizes: list[int], lookups: tuple[int, ...] = ()) -> Graph:
    """Input, dense layers of these sizes, a lookup after some of them, wide scores at the end."""
    tensors = {
        "input": TensorSpec("input", (sizes[0],), "int32"),
        "x": TensorSpec("x", (sizes[0],), "uint8"),
    }
    nodes = [Node("quantize_levels", ("input",), "x")]
    for k, size in enumerate(sizes[1:]):
        last = k == len(sizes) - 2
        tensors[f"d{k}"] = TensorSpec(f"d{k}", (size,), "int32" if last else "uint8")
        nodes.append(Node("fully_connected", (nodes[-1].output,), f"d{k}"))
        if k in lookups and not last:
            tensors[f"l{k}"] = TensorSpec(f"l{k}", (size,), "uint8")
            nodes.append(Node("lookup", (f"d{k}",), f"l{k}"))
    return Graph("net", "fuse", "input", (nodes[-1].output,), tuple(nodes), tensors)


def rounded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


@given(st.lists(st.integers(1, 300), min_size=2, max_size=8), st.sets(st.integers(0, 6)))
@examples(300)
def test_chains(sizes: list[int], lookups: set[int]) -> None:
    graph = chain(sizes, tuple(lookups))
    made = check_plan(graph, plan(graph))
    assert made.offsets["x"] == 0
    narrow = [rounded(graph.tensors[n.output].shape[0]) for n in graph.nodes[:-1]]
    # Only two neighbours at a time, and the pinned input, have to fit.
    least = max([a + b for a, b in pairwise(narrow)], default=narrow[0])
    assert max(least, narrow[0]) <= made.size <= sum(narrow)
    if narrow == sorted(narrow, reverse=True):
        assert made.size == max(least, narrow[0])


@given(integer_graphs())
@examples(100)
def test_graphs(case: tuple[Graph, np.ndarray]) -> None:
    graph, _ = case
    made = check_plan(graph, plan(graph))
    uint8 = {name for name, tensor in graph.tensors.items() if tensor.dtype == "uint8"}
    assert set(made.offsets) == uint8


def test_a_lookup_does_not_write_over_what_it_reads() -> None:
    """In place it would be safe, but at a slightly higher offset it would read its own results."""
    graph = chain([8, 16, 20, 2], (0,))
    made = plan(graph)
    d0, l0 = made.offsets["d0"], made.offsets["l0"]
    assert d0 + 16 <= l0 or l0 + 16 <= d0


def test_a_tensor_that_is_read_again_stays() -> None:
    """A residual connection, as a later graph may have it: x lives until the last node."""
    graph = chain([8, 8, 8, 2])
    first, second, third, last = graph.nodes
    again = replace(graph, nodes=(first, second, replace(third, inputs=("d0", "x")), last))
    assert lifetimes(again)["x"][1] > lifetimes(graph)["x"][1]
    assert plan(graph).size == 16
    assert plan(again).size == 24


@pytest.mark.parametrize(
    ("offsets", "said"),
    [
        ({"x": 0, "d0": 4, "d1": 8}, "x and d0 share memory while alive"),
        ({"x": 0, "d0": 8, "d1": 12}, "d0 and d1 share memory while alive"),
        ({"x": 0, "d0": 8, "d1": 99}, "d1 at 99 is not inside the arena"),
        ({"x": 0, "d0": 10, "d1": 0}, "d0 at 10 is not inside the arena"),
    ],
)
def test_unsound_plans(offsets: dict[str, int], said: str) -> None:
    with pytest.raises(ThumbnetError, match=said):
        check_plan(chain([8, 8, 8, 2]), Plan(24, offsets))
