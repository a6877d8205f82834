"""No intermediate of the plain tier leaves the 31 bits of a small int: nothing is allocated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from support.examples import examples
from support.int31 import Int31
from support.networks import integer_graphs, module_text, run_module

from thumbnet.export.graph.arithmetic import MULTIPLIER_MAX
from thumbnet.export.graph.graph import Graph
from thumbnet.export.stages.reference import execute


def small(value: object) -> object:
    """The same literal, its integers replaced by Int31."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Int31(value)
    if isinstance(value, tuple | list):
        return type(value)(small(v) for v in value)
    return tuple(Int31(v) for v in value) if isinstance(value, bytes) else value


@given(integer_graphs())
@examples(200)
def test_every_intermediate(case: tuple[Graph, np.ndarray]) -> None:
    graph, rows = case
    module = run_module(module_text(graph))
    # bytearrays would turn Int31 into int again
    rows_of = module["LAYERS"]
    lists = {id(a): [Int31(0)] * len(a) for _, x, _, y, _ in rows_of for a in (x, y)}
    layers = [
        (kernel, lists[id(x)], small(w), lists[id(y)], small(p)) for kernel, x, w, y, p in rows_of
    ]
    module.update(LAYERS=layers, X0=lists[id(module["X0"])])
    for name in ("INPUT_MIN", "INPUT_GAIN", "SOFTMAX_LIMIT", "SOFTMAX_STEPS"):
        if name in module:
            module[name] = small(module[name])
    wanted = execute(graph, rows)
    for row, values in enumerate(rows.tolist()):
        assert module["scores"](values) == wanted["scores"][row].tolist()
        if "probabilities" in wanted:
            assert module["probabilities"](values) == wanted["probabilities"][row].tolist()


def test_the_watch_works() -> None:
    with pytest.raises(OverflowError, match="1073741824 does not fit 31 bits"):
        Int31(2**29) * 2
    with pytest.raises(OverflowError):
        1 + Int31(2**30 - 1)
    with pytest.raises(OverflowError):
        Int31(32768) * (MULTIPLIER_MAX + 1)
