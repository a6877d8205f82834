"""The memory planner: nothing alive is overwritten, and nothing is larger than necessary."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.layer_cases import windows
from support.mobilenet import mobilenet, pixels
from support.networks import integer_graphs

from thumbnet.export import convert
from thumbnet.export.emit.memory_plan import ALIGNMENT, Plan, check_plan, lifetimes, plan
from thumbnet.export.graph.graph import Graph, Node, TensorSpec
from thumbnet.export.graph.window import Window, patches
from thumbnet.export.kernels.build import Build
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


@given(st.lists(st.integers(1, 300), min_size=2, max_size=8))
@examples(300)
def test_chains(sizes: list[int]) -> None:
    made = plan(chain(sizes))
    narrow = [rounded(size) for size in sizes[:-1]]
    # Two neighbours at a time have to fit.
    least = max([a + b for a, b in pairwise(narrow)], default=narrow[0])
    assert least <= made.size <= sum(narrow)
    if len(sizes) <= 4 or narrow == sorted(narrow, reverse=True):
        assert made.size == least


@given(integer_graphs())
@examples(100)
def test_graphs(case: tuple[Graph, np.ndarray]) -> None:
    graph, _ = case
    made = plan(graph)
    uint8 = {name for name, tensor in graph.tensors.items() if tensor.dtype == "uint8"}
    assert set(made.offsets) == uint8


@st.composite
def branching(draw: st.DrawFn) -> Graph:
    """Layers of many kinds, each of which reads one or two of any tensors before it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    first = Window(*windows(rng))
    shape = (first.height, first.width, first.channels)
    tensors = {"input": TensorSpec("input", shape, "int32"), "t0": TensorSpec("t0", shape, "uint8")}
    nodes = [Node("quantize_levels", ("input",), "t0")]
    for k in range(1, draw(st.integers(2, 9))):
        back = min(k, 1 if rng.random() < 0.7 else 5)
        name = f"t{k - int(rng.integers(1, back + 1))}"
        h, w, c = shape = tensors[name].shape
        kinds = ["lookup", "add", "conv", "depthwise_conv", "max_pool", "fully_connected"]
        kind = str(rng.choice(kinds))
        inputs, attributes = (name,), {}
        if kind == "add":
            alike = [n for n in tensors if n != "input" and tensors[n].shape == shape]
            inputs = (name, str(rng.choice(alike)))
        elif kind == "fully_connected":
            shape = (1, 1, int(rng.integers(1, 300)))
        elif kind != "lookup":
            side, stride = int(rng.integers(1, 4)), int(rng.integers(1, 3))
            before, out = (side - 1) // 2, [-(-n // stride) for n in (h, w)]
            window = Window(h, w, c, side, side, stride, stride, before, before, *out)
            outputs = int(rng.integers(1, 17)) if kind == "conv" else c
            attributes = {"window": window, "weight": np.zeros((outputs, 1), np.int8)}
            shape = (*out, outputs)
        tensors[f"t{k}"] = TensorSpec(f"t{k}", shape, "uint8")
        nodes.append(Node(kind, inputs, f"t{k}", attributes))
    return Graph("net", "fuse", "input", (nodes[-1].output,), tuple(nodes), tensors)


@given(branching(), st.sampled_from([Build(), Build("thumb"), Build("thumb", parts=True)]))
@examples(300)
def test_nothing_is_overwritten_before_it_is_read(graph: Graph, build: Build) -> None:
    """Runs the nodes as kernels do; each byte of the arena notes whose it is."""
    made = plan(graph, build)
    assert not build.parts or made.offsets["t0"] == 0
    arena = np.full((made.size, 2), -1)
    numbers = {name: k for k, name in enumerate(made.offsets)}

    def write(name: str, first: int, count: int) -> None:
        at = made.offsets[name] + first
        assert at + count <= made.size
        arena[at : at + count] = np.stack(
            [np.full(count, numbers[name]), np.arange(first, first + count)], axis=1
        )

    def read(name: str, places: np.ndarray) -> None:
        owner = arena[made.offsets[name] + places]
        assert (owner[:, 0] == numbers[name]).all(), f"a part of {name} is lost"
        assert (owner[:, 1] == places).all()

    size = {name: prod(graph.tensors[name].shape) for name in graph.tensors}
    write("t0", 0, size["t0"])
    for node in graph.nodes[1:]:
        out = size[node.output]
        if node.op in ("lookup", "add"):
            steps = [[i] for i in range(out)]
        elif node.op == "fully_connected":
            steps = [list(range(size[node.inputs[0]]))] * out
        else:
            window = Window(*node.attributes["window"])
            image = np.arange(1, size[node.inputs[0]] + 1)[None]
            seen = patches(image, window, 0).reshape(window.positions, -1)
            steps = [[i - 1 for i in row if i] for row in seen.tolist()]
        each = out // len(steps)
        patch = f"{node.output}.patch"
        for k, places in enumerate(steps):
            for name in node.inputs:
                read(name, np.array(places))
            if patch in made.offsets:
                write(patch, 0, window.taps * window.channels)
            for i in range(each):  # a pooling reads its window for each channel
                if node.op == "max_pool":
                    read(node.inputs[0], np.array(places))
                write(node.output, k * each + i, 1)
    read(graph.nodes[-1].output, np.arange(size[graph.nodes[-1].output]))


def test_a_lookup_is_in_place_where_that_is_smaller() -> None:
    made = plan(chain([8, 60, 20, 2], (0,)))
    assert made.offsets["l0"] <= made.offsets["d0"] < made.offsets["l0"] + 60
    assert made.size == 60 + 20
    # It is not where another arrangement is as small.
    made = plan(chain([60, 8, 20, 2], (0,)))
    assert made.offsets["d0"] != made.offsets["l0"]
    assert made.size == 60 + 8


def test_the_arena_of_a_mobilenet() -> None:
    """Only its largest tensor, 48 x 48 x 16, has to fit: pointwise layers run inside it."""
    graph = convert(mobilenet(), pixels(96, 4), board="pico", tier="thumb", weights="stream").graph
    largest, two = 48 * 48 * 16, 48 * 48 * (16 + 8)
    assert largest < plan(graph, Build("thumb", "stream", 2048)).size < largest + 500
    # Where the weights of such a layer are read in blocks, each makes a pass over the whole image.
    assert two <= plan(graph, Build("thumb", "stream", 64)).size


def test_a_tensor_that_is_read_again_stays() -> None:
    """A residual connection, as a later graph may have it: x lives until the last node."""
    graph = chain([8, 8, 8, 2])
    first, second, third, last = graph.nodes
    again = replace(graph, nodes=(first, second, replace(third, inputs=("d0", "x")), last))
    assert lifetimes(again)["x"][1] > lifetimes(graph)["x"][1]
    assert plan(graph).size == 16
    assert plan(again).size == 24


def test_a_lookup_of_what_is_read_again_is_not_in_place() -> None:
    graph = chain([8, 60, 60, 2], (0,))
    *nodes, last = graph.nodes
    again = replace(graph, nodes=(*nodes[:3], Node("add", ("l0", "d0"), "d1"), last))
    made = plan(again)
    assert abs(made.offsets["d0"] - made.offsets["l0"]) >= 60
    assert made.offsets["d1"] in (made.offsets["d0"], made.offsets["l0"])
    assert made.size == 120


@pytest.mark.parametrize(
    ("offsets", "said"),
    [
        ({"x": 0, "d0": 4, "d1": 8}, "x and d0 share memory while alive"),
        ({"x": 0, "d0": 8, "d1": 12}, "d0 and d1 share memory while alive"),
        ({"x": 0, "d0": 8, "d1": 99}, "d1 at 99 is not inside the arena"),
        ({"x": 0, "d0": 10, "d1": 0}, "d0 at 10 is not inside the arena"),
        ({"x": -4, "d0": 8, "d1": 0}, "x at -4 is not inside the arena"),
    ],
)
def test_unsound_plans(offsets: dict[str, int], said: str) -> None:
    with pytest.raises(ThumbnetError, match=said):
        check_plan(chain([8, 8, 8, 2]), Plan(24, offsets))
