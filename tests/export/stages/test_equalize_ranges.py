"""`equalize`: each feature's range becomes [-1, 1], and the layer that reads it takes the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.layer_models import chain

from thumbnet.export import Graph, Options, run_until
from thumbnet.export.quantizer.input_counts import Counts
from thumbnet.export.stages.calibrate import run_float
from thumbnet.export.stages.equalize import are_alike, channels_of, equalize
from thumbnet.trainer import (
    GRU,
    Add,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    Flatten,
    Input,
    InputSpec,
    MaxPooling1D,
    Model,
    Normalization,
)

X = np.random.default_rng(0).normal(size=(20, 4, 2))
SCALE, OFFSET = [0.5, 2.0], [-1.5, 2.0]


def folded(model: Model) -> Graph:
    return run_until(model, X, Options("net"), "fold")[0]


def scaled(*layers: Any) -> Graph:
    """4 positions of 2 channels, normalized."""
    return folded(chain((4, 2), Normalization(SCALE, OFFSET), *layers, Dense(2)))


def counted(least: list[float], most: list[float]) -> Counts:
    low, high = np.array(least), np.array(most)
    ones = np.ones(len(low), np.int64)
    return Counts(ones, low.astype(np.int64), high.astype(np.int64), low, high)


COUNTED = counted([1.0, -3.0], [11.0, 2.0])


def reals(graph: Graph, x: np.ndarray) -> np.ndarray:
    return run_float(graph, x, ["x"])["x"].reshape(len(x), -1, 2)


def assert_same_answer(graph: Graph, other: Graph) -> None:
    wanted = run_float(graph, X)[graph.outputs[0]]
    assert_allclose(run_float(other, X)[other.outputs[0]], wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "layers",
    [(Flatten(),), (Conv1D(3, 2), Flatten()), (DepthwiseConv1D(2), Flatten()), (GRU(3),)],
    ids=["dense", "conv", "depthwise", "gru"],
)
def test_a_range_becomes_minus_one_to_one(layers: tuple[Any, ...]) -> None:
    graph = scaled(*layers)
    found = equalize(graph, COUNTED)
    ends = np.array([[COUNTED.least] * 4, [COUNTED.most] * 4])
    assert_allclose(reals(found, ends), [[[-1.0] * 2] * 4, [[1.0] * 2] * 4], atol=1e-12)
    assert_same_answer(graph, found)


def test_each_feature_of_a_dense_layer_has_its_own_range() -> None:
    graph = folded(chain((4, 2), Normalization(SCALE, OFFSET), Flatten(), Dense(2)))
    least = [float(v) for v in range(8)]
    counts = counted(least, [v + 1 + v * v for v in least])
    found = equalize(graph, counts)
    for edge, wanted in ((counts.least, -1.0), (counts.most, 1.0)):
        assert_allclose(reals(found, edge[None]), np.full((1, 4, 2), wanted), atol=1e-12)
    assert_same_answer(graph, found)


def test_zero_stays_zero_for_padding() -> None:
    graph = scaled(Conv1D(3, 3, padding="same"), Flatten())
    found = equalize(graph, COUNTED)
    # As normalized, channel 0 is from -1 to 4, channel 1 from -4 to 6.
    ends = np.array([[COUNTED.least] * 4, [COUNTED.most] * 4])
    assert_allclose(reals(found, ends), [[[-1 / 4, -4 / 6]] * 4, [[1.0, 1.0]] * 4], atol=1e-9)
    assert_allclose(reals(found, np.array([[[3.0, -1.0]] * 4])), 0, atol=1e-9)
    assert_same_answer(graph, found)


def test_a_feature_without_a_range_keeps_its_scale() -> None:
    graph = scaled(Flatten())
    found = equalize(graph, counted([1.0, 2.0], [11.0, 2.0]))
    wanted = graph.nodes[0].attributes["scale"][1::2]
    assert_allclose(found.nodes[0].attributes["scale"][1::2], wanted)
    assert_same_answer(graph, found)


def test_a_reader_without_weights_changes_nothing() -> None:
    graph = scaled(MaxPooling1D(2), Flatten())
    assert equalize(graph, COUNTED) is graph


def two_readers() -> Graph:
    x = Input((4, 2))
    total = Add()([Conv1D(2, 1)(x), x])
    return folded(Model(x, Dense(2)(Flatten()(total)), seed=0))


def test_two_readers_change_nothing() -> None:
    graph = two_readers()
    assert equalize(graph, COUNTED) is graph


def test_positions_share_weights_unless_each_has_its_own() -> None:
    assert channels_of(scaled(Conv1D(3, 2), Flatten())) == 2
    assert channels_of(scaled(GRU(3))) == 2
    assert channels_of(two_readers()) == 2
    image = chain((4, 5, 2), Conv2D(3, 2), Flatten(), Dense(2))
    x = np.zeros((2, 4, 5, 2))
    assert channels_of(run_until(image, x, Options("net"), "fold")[0]) == 2
    assert channels_of(scaled(Flatten())) is None
    x = Input((4, 2))
    both = Add()([Dense(3)(Flatten()(x)), Flatten()(Conv1D(3, 4)(x))])
    assert channels_of(folded(Model(x, Dense(2)(both), seed=0))) is None


# When features are of one kind


def columns(*widths: float) -> np.ndarray:
    return np.linspace(0, 1, 11)[:, None] * np.array(widths)


def plain(features: int = 2) -> Graph:
    x = np.zeros((2, features))
    return run_until(chain((features,), Dense(2)), x, Options("net"), "fold")[0]


def test_ranges_of_one_kind_differ_by_four_at_most() -> None:
    # Of eleven, the second smallest is the tenth percentile.
    for most, alike in ((4.0, True), (4.001, False)):
        widths = (0.1, 1.0, *(2.0,) * 8, most)
        assert are_alike(plain(11), columns(*widths), None) == alike


def test_channels_have_the_range_of_all_their_positions() -> None:
    x = columns(1.0, 3.0, 9.0, 3.0)
    x[:, 1] -= 6.0  # beside the other position of its channel
    assert are_alike(plain(4), x, None, channels=2)
    assert not are_alike(plain(4), x, None)


@pytest.mark.parametrize("ends", [{"minimum": 0.0}, {"maximum": 9.0}, {}])
def test_half_a_declared_range_says_nothing(ends: dict[str, float]) -> None:
    spec = InputSpec((2,), **ends)  # type: ignore[arg-type]
    assert are_alike(plain(), columns(1.0, 2.0), spec)
    assert not are_alike(plain(), columns(1.0, 9.0), spec)
