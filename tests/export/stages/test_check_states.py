"""States of a graph: what `verify` refuses, the order of steps, and the JSON form."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.imported import imported
from support.streaming import WIDTH, windows

from thumbnet.export import Graph, graph_from_json, graph_to_json, verify
from thumbnet.export.stages.reference import execute
from thumbnet.trainer import StreamSettings, ThumbnetError


def graph() -> Graph:
    return imported(windows()).graph


def first(base: Graph, **changes: Any) -> Graph:
    return replace(base, states=(replace(base.states[0], **changes), *base.states[1:]))


def of_dtype(base: Graph, dtype: str) -> Graph:
    name = base.states[0].before
    return replace(base, tensors={**base.tensors, name: replace(base.tensors[name], dtype=dtype)})


def read_late(base: Graph) -> Graph:
    """The node that writes the first state comes before those that read it."""
    state = base.states[0]
    (last,) = (node for node in base.nodes if node.output == state.after)
    nodes = [replace(n, inputs=(state.before,)) if n is last else n for n in base.nodes]
    return replace(base, nodes=tuple(nodes))


FAULTS: list[tuple[Callable[[Graph], Graph], str]] = [
    (lambda g: first(g, before="ghost"), "the state 'ghost' has no tensor: declare"),
    (lambda g: first(g, after=g.states[1].after), "belongs to two states: give each its own"),
    (lambda g: first(g, before=g.states[0].after), "belongs to two states"),
    (lambda g: of_dtype(g, "int32"), "is int32, then uint8: it must be uint8"),
    (lambda g: first(g, initial=np.zeros(9, np.int8)), "it must be uint8"),
    (lambda g: first(g, initial=np.zeros(8, np.uint8)), "has 9 bytes, but begins with 8 and goes"),
    (
        lambda g: first(g, after=g.nodes[1].output),
        "begins with 9 and goes on with 12",
    ),
    (lambda g: first(g, before="input"), "input' is int32, then uint8"),
    (lambda g: replace(g, states=g.states[1:]), "'state_0' is read before it is written"),
    (read_late, "is read when .* is written over it: read it before"),
    (lambda g: replace(g, stage="lower"), "it has a state before it has integers"),
    (
        lambda g: replace(g, stream=StreamSettings(3, 1, ("a",), 1.0, (1,), 4095)),
        "it has states and a Stream: thumbnet takes one of them",
    ),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_faults(fault: Callable[[Graph], Graph], message: str) -> None:
    with pytest.raises(ThumbnetError, match=message):
        verify(fault(graph()))


def test_json() -> None:
    made = graph()
    text = json.dumps(graph_to_json(made))
    again = verify(graph_from_json(json.loads(text)))
    assert json.dumps(graph_to_json(again)) == text
    assert [str(state) for state in again.states] == [str(state) for state in made.states]
    damaged = json.loads(text)
    damaged["states"][0]["initial"]["dtype"] = "int8"
    with pytest.raises(ThumbnetError, match="the graph is damaged"):
        graph_from_json(damaged)


def test_rows_continue_each_other_from_the_first_values_on() -> None:
    made = graph()
    rows = np.random.default_rng(0).integers(0, 256, (300, WIDTH))
    values = execute(made, rows)
    assert values["scores"].tolist() == execute(made, rows, ["scores"])["scores"].tolist()
    assert values["scores"][0].tolist() == execute(made, rows[:1])["scores"][0].tolist()
    for state in made.states:
        pair = state.before, state.after
        before, after = (values[name].reshape(len(rows), -1) for name in pair)
        assert before[0].tolist() == state.initial.tolist()
        assert before[1:].tolist() == after[:-1].tolist()
    assert execute(made, rows[:0])["scores"].shape == (0, *values["scores"].shape[1:])
