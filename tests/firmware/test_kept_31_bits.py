"""No intermediate of the plain kernels of SVDF and TFLite's LSTM leaves 31 bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.examples import examples
from support.imported import imported
from support.imported_scores import rows
from support.int31 import Int31
from support.networks import module_text, run_module
from support.tflite_builder import build
from support.tflite_operators import OPERATORS

from thumbnet.export.stages.reference import execute

STEPS = 4


class Watched(list[Int31]):
    """Memory of bytes whose values are watched."""

    def __setitem__(self, at: object, value: object) -> None:
        assert isinstance(at, int)
        assert isinstance(value, int)
        assert 0 <= value < 256
        super().__setitem__(at, Int31(value))


@pytest.mark.parametrize("name", ["SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM"])
@given(seed=st.integers(0, 2**32 - 1))
@example(seed=2223)  # the half of a rounding was too much
@examples(25)
def test_every_intermediate(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    net, outputs = OPERATORS[name](rng)
    network = imported.__wrapped__(build(net.model(*outputs)))
    x = rows(rng, network, STEPS)
    module = run_module(module_text(network.graph))
    memory: dict[int, Watched] = {}

    def watched(view: memoryview) -> Watched:
        return memory.setdefault(id(view), Watched(map(Int31, view)))

    layers = [
        (
            kernel,
            watched(x),
            [*map(Int31, w)],
            watched(y) if isinstance(y, memoryview) else y,
            [*map(Int31, p)],
        )
        for kernel, x, w, y, p in module["LAYERS"]
    ]
    module.update(LAYERS=layers, X0=watched(module["X0"]))
    wanted = execute(network.graph, x, ["scores"])["scores"].tolist()
    assert [module["scores"](row) for row in x.tolist()] == wanted
