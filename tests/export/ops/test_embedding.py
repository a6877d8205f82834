"""Embeddings of characters and of positions in integers: levels, scales and faults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from support.layer_call import Call
from support.layer_models import chain
from support.layer_spec import calls
from support.operations import integer_forward

from thumbnet.export import Graph, Program, convert
from thumbnet.export.cost.network_size import parameters
from thumbnet.export.stages.check_graph import verify as check
from thumbnet.trainer import (
    Conv1D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    InputSpec,
    Model,
    PositionEmbedding,
    ThumbnetError,
)

NAME = "embedding"
RNG = np.random.default_rng(0)


def text(count: int = 20, steps: int = 6) -> Model:
    model = chain(
        (steps,), Embedding(count, 3), PositionEmbedding(steps + 2), Flatten(), Dense(3, "softmax")
    )
    model.layers[0].set_weights([RNG.normal(0, 1, (count, 3))])
    return model


def exported(count: int = 20, most: int | None = None, **options: Any) -> Program:
    """A network for `count` characters; calibration has none beyond `most`."""
    x = RNG.integers(0, count if most is None else most + 1, (60, 6))
    return convert(text(count), x, name="net", **options)


@given(calls(NAME))
@settings(max_examples=100, deadline=None)
def test_two_specifications_agree(call: Call) -> None:
    w, width = np.frombuffer(call.w, np.uint8), call.words["width"]
    found = integer_forward(
        NAME, np.array(call.x)[None], table=w[:256], rows=w[256:].reshape(-1, width)
    )
    assert found.ravel().tolist() == list(call.written.values())


@pytest.mark.parametrize("count", [2, 20, 100, 256])
def test_every_character_has_its_row(count: int) -> None:
    """Also those that calibration did not see: the layer says which there are."""
    program = exported(count, most=1)
    (node,) = program.graph.only(NAME)
    levels = program.graph.nodes[0].attributes
    assert (levels["minimum"], levels["maximum"]) == (0, count - 1)
    numbers = np.arange(count)
    found = integer_forward(NAME, (numbers * levels["gain"])[None], **node.attributes)[0]
    rows = node.attributes["rows"]
    assert np.array_equal(found, rows)
    assert rows.min() <= 1
    assert rows.max() >= 254
    with pytest.raises(ThumbnetError, match="expected 0 to"):
        program.predict([[count] * 6])


def test_rows_that_no_level_reaches() -> None:
    with pytest.raises(ThumbnetError, match="has 257 rows, but 256 levels of its input do not"):
        exported(257)
    model = text()
    model.input_spec = InputSpec((6,), minimum=0.0, maximum=1000.0)
    with pytest.raises(ThumbnetError, match="use at most 256 rows, and whole numbers from 0 on"):
        convert(model, RNG.integers(0, 1000, (60, 6)), name="net")


def test_positions_are_those_of_the_steps_there_are() -> None:
    graph = exported().graph
    (node,) = graph.only("add_constant")
    assert node.attributes["constant"].shape == (18,)
    assert parameters(graph) == 20 * 3 + 6 * 3 + 18 * 3 + 3


@pytest.mark.parametrize("far", [1e-3, 1.0, 1e3])
def test_positions_of_any_size(far: float) -> None:
    """The sum is within two steps, however large the constant is next to the tensor."""
    layer = PositionEmbedding(5)
    model = chain((5, 2), Conv1D(4, 1), layer, GlobalAveragePooling1D(), Dense(1))
    layer.set_weights([RNG.normal(0, far, (5, 4))])
    x = RNG.normal(0, 1, (80, 5, 2)).round(2)
    program = convert(model, x, name="net")
    (node,) = program.graph.only("add_constant")
    source, target = program.graph.tensors[node.inputs[0]], program.graph.tensors[node.output]
    assert isinstance(source.scale, float)
    assert isinstance(target.scale, float)
    q = RNG.integers(0, 256, (50, 20))
    real = source.scale * (q - source.zero_point) + layer.embeddings.data.ravel()
    found = integer_forward("add_constant", q, **node.attributes)
    wanted = np.clip(real / target.scale + target.zero_point, 0, 255)
    assert np.abs(found - wanted).max() < 1.2


FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a row that is not there": (NAME, {"table": np.full(256, 20, np.uint8)}, "but there are 20"),
    "narrow rows": (NAME, {"rows": np.zeros((20, 2), np.uint8)}, "rows of 2 numbers"),
    "signed rows": (NAME, {"rows": np.zeros((20, 3), np.int8)}, "must be uint8"),
    "a short constant": ("add_constant", {"constant": np.zeros(17, np.uint8)}, "has 17 entries"),
    "a large factor": ("add_constant", {"kb": 2**22}, "could reach 2"),
    "no shift": ("add_constant", {"shift": 0}, "shift is 0"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    op, changes, message = FAULTS[name]
    with pytest.raises(ThumbnetError, match=message):
        check(changed(exported().graph, op, **changes))


def changed(graph: Graph, op: str, **attributes: Any) -> Graph:
    nodes = [n.with_attributes(**attributes) if n.op == op else n for n in graph.nodes]
    return graph.rebuilt(nodes)
