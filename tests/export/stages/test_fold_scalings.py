"""`fold`: where each scaling goes, what stays of it, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.layer_models import chain

from thumbnet.export import Graph, Options, run_until
from thumbnet.export.stages.calibrate import run_float
from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Dense,
    DepthwiseConv1D,
    Flatten,
    GlobalAveragePooling1D,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    Model,
    Rescaling,
    SimpleRNN,
    ThumbnetError,
)

X = np.random.default_rng(0).normal(size=(20, 4, 2))


def folded(model: Model) -> Graph:
    """The graph, which computes what the model does."""
    graph = run_until(model, X, Options("net"), "fold")[0]
    wanted = model.predict(X)
    assert_allclose(run_float(graph, X)[graph.outputs[0]], wanted, rtol=1e-5, atol=1e-5)
    return graph


def ops(graph: Graph) -> list[str]:
    return [node.op for node in graph.nodes]


def assert_scaling(graph: Graph, scale: Any, offset: Any) -> None:
    node = graph.nodes[0]
    assert (node.inputs, node.output) == ((graph.input,), "x")
    size = max(node.attributes["scale"].size, np.size(scale))
    for name, wanted in (("scale", scale), ("offset", offset)):
        found = node.attributes[name]
        assert_allclose(np.broadcast_to(found, size), np.broadcast_to(wanted, size), atol=1e-6)


def trained(layer: BatchNormalization, gamma: list[float]) -> None:
    layer.gamma.assign(np.array(gamma, np.float32))
    layer.beta.assign(np.linspace(-1, 1, len(gamma), dtype=np.float32))
    layer.moving_mean.assign(np.linspace(0.5, -2, len(gamma), dtype=np.float32))
    layer.moving_variance.assign(np.linspace(0.3, 4, len(gamma), dtype=np.float32))


def test_the_first_scaling_stays_at_the_input_and_the_next_goes_into_the_layer() -> None:
    model = chain(
        (4, 2), Rescaling(2.0, 1.0), Rescaling([3.0, 5.0], [0.0, 7.0]), Flatten(), Dense(2)
    )
    graph = folded(model)
    assert ops(graph) == ["scale_shift", "dense"]
    assert_scaling(graph, 2.0, 1.0)


@pytest.mark.parametrize(
    "layers",
    [(Flatten(),), (Conv1D(3, 2), Flatten()), (DepthwiseConv1D(2), Flatten())],
    ids=["dense", "conv", "depthwise"],
)
def test_negative_and_zero_scales_go_into_the_first_layer(layers: tuple[Any, ...]) -> None:
    graph = folded(chain((4, 2), Rescaling([-2.0, 0.0], [1.0, 3.0]), *layers, Dense(2)))
    assert_scaling(graph, [2.0, 1.0] * 4, [-1.0, 0.0] * 4)
    graph = folded(chain((4, 2), Rescaling([2.0, -0.5], [1.0, 3.0]), *layers, Dense(2)))
    assert_scaling(graph, [2.0, 0.5] * 4, [1.0, -3.0] * 4)


def test_a_positive_scale_stays_as_it_is() -> None:
    graph = folded(chain((4, 2), Rescaling(0.25, -1.0), MaxPooling1D(2), Flatten(), Dense(2)))
    assert_scaling(graph, 0.25, -1.0)


@pytest.mark.parametrize("scale", [-1.0, 0.0, [1.0, -1.0], [-2.0, 0.0]])
@pytest.mark.parametrize(
    "first",
    [
        MaxPooling1D(2),
        GlobalAveragePooling1D(),
        LayerNormalization(),
        Activation("tanh"),
        Conv1D(3, 3, padding="same"),  # with padding, 0.5 is not 0
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_negative_scale_without_weights_behind_it_is_a_layer(first: Layer, scale: Any) -> None:
    layer = type(first)(**first.get_config())
    graph = folded(chain((4, 2), Rescaling(scale, 0.5), layer, Flatten(), Dense(2)))
    padded, zero = isinstance(first, Conv1D), 0.0 in np.atleast_1d(scale)
    assert ("depthwise_conv" in ops(graph)) is (zero or not padded)
    assert np.all(graph.nodes[0].attributes["scale"] > 0)


@pytest.mark.parametrize("first", [SimpleRNN, GRU, LSTM])
def test_a_negative_scale_goes_into_a_recurrent_layer(first: type[Layer]) -> None:
    layer = first(3)  # type: ignore[call-arg]
    graph = folded(chain((4, 2), Rescaling([-2.0, 0.0], [1.0, 3.0]), layer, Dense(2)))
    assert len(graph.nodes) == 3
    assert_scaling(graph, [2.0, 1.0] * 4, [-1.0, 0.0] * 4)


@pytest.mark.parametrize("scale", [1.5, -1.5, [0.0, 1.0]])
def test_a_scale_that_several_layers_read(scale: Any) -> None:
    source = Input((4, 2))
    x = Rescaling(scale, 0.5)(source)
    graph = folded(Model(source, Dense(2)(Flatten()(Add()([Conv1D(2, 1)(x), x]))), seed=0))
    assert ops(graph).count("depthwise_conv") == (scale != 1.5)
    weighted = Concatenate()([Flatten()(Conv1D(2, 1)(x)), Dense(3)(Flatten()(x))])
    graph = folded(Model(source, Dense(2)(weighted), seed=0))
    assert "depthwise_conv" not in ops(graph)


def test_each_number_of_a_row_has_its_own_scale() -> None:
    """After a Flatten, the last axis of the input no longer says which scales are equal."""
    scales = np.linspace(-1, 1, 8)
    model = chain(
        (4, 2), Flatten(), Rescaling(scales, 0.5), LayerNormalization(name="x_scaled"), Dense(2)
    )
    assert ops(folded(model)) == ["scale_shift", "depthwise_conv", "layer_normalization", "dense"]


def test_a_normalization_goes_into_the_layer_before_it() -> None:
    normalization = BatchNormalization()
    model = chain((4, 2), Conv1D(3, 2), normalization, Activation("relu"), Flatten(), Dense(2))
    trained(normalization, [1.5, -0.5, 0.0])
    assert ops(folded(model)) == ["scale_shift", "conv", "activation", "dense"]


def test_a_normalization_goes_into_the_layer_behind_it() -> None:
    normalization = BatchNormalization()
    model = chain((4, 2), Conv1D(3, 2, activation="tanh"), normalization, Flatten(), Dense(2))
    trained(normalization, [1.5, -0.5, 2.0])
    assert ops(folded(model)) == ["scale_shift", "conv", "activation", "dense"]


def test_a_normalization_between_two_curves_is_a_layer() -> None:
    normalization = BatchNormalization()
    model = chain(
        (4, 2),
        Conv1D(3, 2, activation="tanh"),
        normalization,
        Activation("relu"),
        Flatten(),
        Dense(2),
    )
    trained(normalization, [1.5, -0.5, 2.0])
    found = ops(folded(model))
    assert found == ["scale_shift", "conv", "activation", "depthwise_conv", "activation", "dense"]


def test_a_normalization_read_twice_is_not_taken_from_the_other_reader() -> None:
    x = Input((4, 2))
    a = Conv1D(3, 2)(x)
    normalization = BatchNormalization()
    both = Add()([normalization(a), a])
    model = Model(x, Dense(2)(Flatten()(both)), seed=0)
    trained(normalization, [1.5, -0.5, 2.0])
    assert ops(folded(model)) == ["scale_shift", "conv", "depthwise_conv", "add", "dense"]


def test_a_result_read_by_two_layers_keeps_its_normalization() -> None:
    x = Input((4, 2))
    normalization = BatchNormalization()
    b = normalization(Conv1D(3, 2, activation="tanh")(x))
    both = Add()([Flatten()(Conv1D(2, 1)(b)), Dense(6)(Flatten()(b))])
    model = Model(x, Dense(2)(both), seed=0)
    trained(normalization, [1.5, -0.5, 2.0])
    assert ops(folded(model)).count("depthwise_conv") == 1


def refused(model: Model) -> str:
    with pytest.raises(ThumbnetError) as caught:
        run_until(model, X, Options("net"), "fold")
    return str(caught.value)


def test_a_normalization_at_the_end_has_nowhere_to_go() -> None:
    model = chain((4, 2), Flatten(), Dense(2, "tanh"), BatchNormalization(name="last"))
    assert refused(model) == (
        "export: last is the last layer and no Dense comes after it: "
        "put the normalization before the activation, or add a Dense after it"
    )


def test_form_of_a_network() -> None:
    assert refused(chain((4, 2), Conv1D(3, 2), Flatten())) == (
        "export: the model has no Dense layer: add one"
    )


def test_the_name_of_a_layer_says_nothing() -> None:
    """Even if it comes after "x", the name of the input's tensor."""
    normalization = BatchNormalization(name="zone")
    curve = Activation("relu")
    model = chain((4, 2), Conv1D(3, 2, name="zebra"), normalization, curve, Flatten(), Dense(2))
    trained(normalization, [1.5, -0.5, 2.0])
    graph = folded(model)
    assert ops(graph) == ["scale_shift", "conv", "activation", "dense"]
    assert graph.nodes[1].output in graph.tensors


def test_a_network_that_ends_with_a_sum() -> None:
    x = Input((4, 2))
    flat = Flatten()(x)
    model = Model(x, Add(name="last")([Dense(3)(flat), Dense(3)(flat)]), seed=0)
    assert refused(model).startswith("export: the model ends with last (add), not with a Dense ")
