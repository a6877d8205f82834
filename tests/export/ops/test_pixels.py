"""Images: a byte for each pixel, on the PC and in memory of the caller."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.layer_models import chain
from support.networks import run_module
from support.operations import integer_forward

from thumbnet.export import TensorSpec, convert
from thumbnet.export.graph.arithmetic import SCORE_LIMIT
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops.answer import answer_nodes
from thumbnet.export.ops.pixels import ENTRIES, Pixels
from thumbnet.export.quantizer.task import Task
from thumbnet.export.stages.check_graph import verify
from thumbnet.trainer import Dense, Flatten, Model, Reshape, ThumbnetError

X = np.random.default_rng(0).integers(0, 256, (40, 6)).astype(np.uint8)
SHAPE = (2, 3)


def drawing(last: str = "sigmoid", shape: tuple[int, ...] = SHAPE) -> Model:
    model = chain((6,), Dense(5, "relu"), Dense(6, last), Reshape(shape))
    model.layers[1].set_weights([w / 30 for w in model.layers[1].get_weights()])
    return model


def scaling(scale: float, curve: str) -> dict[str, Any]:
    scores = TensorSpec("scores", (6,), "int32", scale=scale)
    nodes, tensors, outputs = answer_nodes(scores, Task("image", curve, (), None, shape=SHAPE))
    assert outputs == ("prediction",)
    assert tensors["prediction"].shape == SHAPE
    (node,) = nodes
    return node.attributes


def exact(reals: Any, curve: str) -> Any:
    """The level of each real number, not rounded."""
    return 255 / (1 + np.exp(-reals)) if curve == "sigmoid" else 255 * (1 + np.tanh(reals)) / 2


@given(st.floats(-9, 9), st.sampled_from(("sigmoid", "tanh")), st.integers(0, 2**32 - 1))
@example(-9.0, "tanh", 0)
@example(0.5, "sigmoid", 0)
def test_levels_are_near_the_curve_for_every_score(power: float, curve: str, seed: int) -> None:
    scale = 10.0**power
    a = scaling(scale, curve)
    wide = int(min(SCORE_LIMIT, 12 / scale + 2))
    scores = np.random.default_rng(seed).integers(-wide, wide, 500, endpoint=True)
    scores = np.sort(np.append(scores, [-SCORE_LIMIT, 0, SCORE_LIMIT]))
    levels = integer_forward("pixels", scores[None], **a)[0]
    with np.errstate(over="ignore"):
        wanted = exact(scores * scale, curve)
    # Half a step of the table at the steepest place, and half a level.
    assert np.abs(levels - wanted).max() <= 2.1
    assert (np.diff(levels) >= 0).all()
    assert levels[scores == 0][0] == 128
    assert len(a["levels"]) <= ENTRIES + 1
    if SCORE_LIMIT * scale > 7:
        assert (levels[0], levels[-1]) == (0, 255)


@given(st.floats(-9, 2), st.sampled_from(("sigmoid", "tanh")))
def test_the_table_is_fine(power: float, curve: str) -> None:
    a = scaling(10.0**power, curve)
    assert a["shift"] == 0 or len(a["levels"]) > ENTRIES / 2
    assert len(a["levels"]) == 1 - 2 * a["lowest"]


@pytest.mark.parametrize(
    ("curve", "shape"), [("sigmoid", (2, 3)), ("tanh", (1, 2, 3)), ("sigmoid", (6, 1))]
)
def test_a_module_draws_what_the_pc_draws(curve: str, shape: tuple[int, ...]) -> None:
    model = drawing(curve, shape)
    program = convert(model, X, name="net")
    images = program.predict(X)
    assert images.dtype == np.uint8
    assert images.shape == (40, *shape)
    black = 0 if curve == "sigmoid" else -1
    floats = (model.predict(X) - black) / (1 - black) * 255
    assert np.abs(images - floats).max() < 12
    assert np.ptp(images) > 100
    names = run_module(program.module())
    assert names["OUTPUT_SHAPE"] == shape
    buffer = bytearray(b"\x07" * 9)
    for row, image in zip(X.tolist(), images, strict=True):
        assert names["predict"](row) == image.tobytes()
        assert names["predict_into"](row, buffer) is None
        assert buffer == image.tobytes() + b"\x07" * 3
    assert type(names["predict"](row)) is bytearray


def test_a_buffer_that_is_too_short_is_left_alone() -> None:
    names = run_module(convert(drawing(), X, name="net").module())
    buffer = bytearray(5)
    with pytest.raises(ValueError, match=r"^expected a buffer of 6 bytes, got 5$"):
        names["predict_into"](X[0].tolist(), buffer)
    assert buffer == bytearray(5)
    with pytest.raises(ValueError, match="expected 6 numbers, got 1"):
        names["predict_into"]([1], bytearray(6))
    # Neither left the module busy.
    names["predict_into"](X[0].tolist(), buffer + b"\0")


def test_how_good_an_image_is() -> None:
    model = drawing("tanh")
    program = convert(model, X, name="net")
    wanted = model.predict(X)
    assert 0.99 < program.evaluate(X, wanted) <= 1
    assert program.evaluate(X, -wanted) < 0.5
    info = program._measure(X.astype(float), program.task.levels(wanted).reshape(40, 6), 0)[0]
    assert info["float"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("last", "shape", "said"),
    [
        ("linear", (2, 3), "ends with linear outputs of shape"),
        ("relu", (2, 3), "ends with relu outputs of shape"),
        ("sigmoid", (1, 1, 2, 3), "ends with sigmoid outputs of shape"),
    ],
)
def test_what_is_no_image(last: str, shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(ThumbnetError, match=said):
        convert(drawing(last, shape), X, name="net")


def test_an_image_has_no_labels_and_no_threshold() -> None:
    model = drawing()
    model.labels = ("a", "b", "c", "d", "e", "f")
    with pytest.raises(ThumbnetError, match="6 labels, but the answer is an image"):
        convert(model, X, name="net")
    model.add(Flatten())
    assert convert(model, X, name="net").task.kind == "classifier"
    with pytest.raises(ThumbnetError, match=r"threshold=0.4: it must be"):
        convert(drawing(), X, name="net", threshold=0.4)


@pytest.mark.parametrize("shape", [(6,), (2, 2), (1, 1, 2, 3)])
def test_faults_of_the_shape(shape: tuple[int, ...]) -> None:
    graph = convert(drawing(), X, name="net").graph
    graph.tensors["prediction"] = TensorSpec("prediction", shape, "int32")
    with pytest.raises(ThumbnetError, match=r"expected an image of \(6,\) numbers"):
        verify(graph)


def test_the_micro_bit_has_one_function() -> None:
    program = convert(drawing(), X, name="net", board="microbit")
    node = Node("pixels", ("scores",), "prediction")
    assert Pixels().sources(program.graph, node, program.build).files == ("pixels",)
