"""A graph that no module can compute is refused before anything is emitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thumbnet.export import Graph, Options, run_until, verify
from thumbnet.export.emit.emittable import check_emittable
from thumbnet.export.emit.header import Facts
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels.build import Build
from thumbnet.trainer import Conv1D, Dense, Flatten, Sequential, ThumbnetError


def graph(stage: str, name: str = "first") -> Graph:
    layers = [Conv1D(3, 2, activation="relu", name=name), Flatten(), Dense(4, "relu"), Dense(2)]
    model = Sequential(layers)
    model.build((5, 2))
    return run_until(model, np.random.default_rng(0).normal(size=(20, 5, 2)), Options("n"), stage)[
        0
    ]


def refusal(made: Graph) -> str:
    with pytest.raises(ThumbnetError) as caught:
        emit(made, Build(), Facts(board="generic", version="0"))
    return str(caught.value)


def test_every_stage_before_the_last_lacks_kernels() -> None:
    assert check_emittable(graph("fuse"))
    unfused = verify(replace(graph("quantize"), stage="fuse"))
    text = refusal(unfused)
    assert "export: no kernel computes " in text
    assert "(convolve): fuse it with its layer" in text


def test_a_layer_in_the_middle_has_bytes() -> None:
    made = graph("fuse")
    hidden = made.nodes[2]
    wide = replace(made.tensors[hidden.output], dtype="int32")
    text = refusal(replace(made, tensors={**made.tensors, hidden.output: wide}))
    assert f"{hidden.output!r} is int32, but scores are int32, and all before uint8" in text


def test_scores_have_32_bits() -> None:
    made = graph("fuse")
    bytes_ = replace(made.tensors["scores"], dtype="uint8")
    assert "'scores' is uint8" in refusal(replace(made, tensors={**made.tensors, "scores": bytes_}))


def test_no_layer_is_called_as_a_temporary_buffer() -> None:
    made = graph("fuse")
    first, second = made.nodes[1].output, made.nodes[2].output
    clash = f"{first}.patch"
    nodes = tuple(
        replace(
            node,
            output=clash if node.output == second else node.output,
            inputs=tuple(clash if name == second else name for name in node.inputs),
        )
        for node in made.nodes
    )
    tensors = {**made.tensors, clash: replace(made.tensors[second], name=clash)}
    spoilt = verify(replace(made, nodes=nodes, tensors=tensors))
    assert f"a layer is called {clash!r}, as the temporary buffer of another" in refusal(spoilt)
