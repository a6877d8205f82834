"""Matrix products of two tensors in integers: bounds, strides, faults; attention made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from support.layer_call import Call
from support.layer_models import MODELS, chain, randomized, readings
from support.layer_spec import calls
from support.operations import float_forward, integer_forward

from thumbnet.export import Graph, convert
from thumbnet.export.cost.network_size import macs, parameters
from thumbnet.export.graph.graph import Node
from thumbnet.export.graph.matrix_product import MatrixProduct
from thumbnet.export.ops import operation
from thumbnet.export.stages.check_graph import verify as check
from thumbnet.export.stages.check_program import inference_steps
from thumbnet.trainer import Dense, Flatten, MultiHeadAttention, ThumbnetError

NAME = "batch_matmul"
RNG = np.random.default_rng(0)

WORDS = ("a_batch", "a_row", "a_inner", "b_batch", "b_inner", "b_column")
ONE = MatrixProduct(1, 2, 3, 4, 6, 3, 1, 12, 4, 1, 8, 4, 1)
"""(2, 3) @ (3, 4), row by row."""


def transformer() -> Graph:
    rng = np.random.default_rng(0)
    model = randomized(MODELS["transformer"](), rng)
    return convert(model, readings(model, rng), name="net").graph


@given(calls(NAME))
@settings(max_examples=150, deadline=None)
def test_two_specifications_agree(call: Call) -> None:
    p = call.words
    sizes = [p[name] for name in ("batch", "rows", "inner", "columns")]
    strides = [p[name.replace("a_", "x_").replace("b_", "w_")] for name in WORDS]
    product = (*sizes, *strides, p["y_batch"], p["y_row"], p["y_column"])
    node = {"product": product, "a_zero_point": p["x_zero_point"]}
    node |= {"b_zero_point": p["w_zero_point"], "zero_point": p["zero_point"]}
    node |= {name: p[name] for name in ("activation_min", "activation_max", "multiplier", "shift")}
    a, b = np.array(call.x)[None], np.array(list(call.w))[None]
    found = integer_forward(NAME, a, b, **node)[0]
    assert found.tolist() == [call.written[i] for i in range(len(call.written))]
    assert list(MatrixProduct(*product).faults(a.size, b.size, found.size)) == []


def test_strides_say_which_axis_is_which() -> None:
    a, b = RNG.normal(0, 1, (5, 2, 3)), RNG.normal(0, 1, (5, 3, 4))
    wanted = a @ b
    assert np.allclose(float_forward(NAME, a, b, product=ONE).reshape(wanted.shape), wanted)
    turned = ONE._replace(a_row=1, a_inner=2, b_inner=1, b_column=3, y_row=1, y_column=2)
    found = float_forward(NAME, a.swapaxes(1, 2), b.swapaxes(1, 2), product=turned)
    assert np.allclose(found.reshape(5, 4, 2), wanted.swapaxes(1, 2))


WRONG: dict[str, tuple[dict[str, int], str]] = {
    "no rows": ({"rows": 0}, "sizes"),
    "the same number again and again": ({"a_inner": 0}, "the inner stride must be 1 or more"),
    "more than the reference can copy": ({"inner": 2**22}, "the most"),
    "a too short": ({"a_row": 4}, "reads entry 6 of a, which has 6"),
    "b too short": ({"b_inner": 5}, "reads entry 13 of b, which has 12"),
    "gaps in y": ({"y_row": 5}, "the product writes"),
    "an entry of y twice": ({"y_row": 3}, "the product writes"),
    "y too large": ({"columns": 3}, "the product writes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_product_that_does_not_fit(name: str) -> None:
    changes, message = WRONG[name]
    assert list(ONE.faults(6, 12, 8)) == []
    (fault,) = ONE._replace(**changes).faults(6, 12, 8)
    assert message in fault


def test_a_matrix_may_serve_all() -> None:
    shared = ONE._replace(batch=3, a_batch=0)
    assert list(shared.faults(6, 36, 24)) == []


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a zero point outside": ({"a_zero_point": 256}, "a_zero_point is 256"),
    "a product of another tensor": ({"product": tuple(ONE)}, "the product"),
    "a list that is too short": ({"product": (1, 2)}, "product is"),
    "a multiplier out of range": ({"multiplier": 2**15}, "a multiplier is outside"),
    "a wrong zero point": ({"zero_point": -77}, "zero_point is -77"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    changes, message = FAULTS[name]
    with pytest.raises(ThumbnetError, match=message):
        check(changed(transformer(), **changes))


@pytest.mark.parametrize(("inner", "zeros"), [(8256, (255, 0)), (32767, (128, 127))])
def test_the_longest_sum(inner: int, zeros: tuple[int, int]) -> None:
    """One product more could reach 2**29."""
    graph = transformer()
    part = node_of(graph)
    for size, good in ((inner, True), (inner + 1, False)):
        product = (1, 1, size, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1)
        node = part.with_attributes(product=product, a_zero_point=zeros[0], b_zero_point=zeros[1])
        faults = list(operation(node).integer_faults(graph, node))
        assert (not faults) == good


def changed(graph: Graph, **attributes: Any) -> Graph:
    first = node_of(graph)
    nodes = [n.with_attributes(**attributes) if n is first else n for n in graph.nodes]
    return graph.rebuilt(nodes)


def node_of(graph: Graph) -> Node:
    return next(graph.only(NAME))


def test_attention_is_counted() -> None:
    model = chain((6, 4), MultiHeadAttention(2, 3, value_dim=5), Flatten(), Dense(3, "softmax"))
    graph = convert(model, RNG.normal(0, 1, (50, 6, 4)), name="net").graph
    assert parameters(graph) == model.count_params()
    projections = 6 * (2 * 4 * 6 + 2 * 4 * 10)
    wanted = projections + 2 * 6 * 6 * (3 + 5) + 24 * 3
    assert macs(graph) == wanted
    assert inference_steps(graph) > wanted
