"""Layer normalization in integers: bounds, faults, and two networks on the Unix port."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from support.layer_call import Call
from support.layer_models import chain
from support.layer_spec import calls
from support.micropython import needs_micropython
from support.operations import float_forward, integer_forward

from thumbnet.export import Graph, convert, load_artifact
from thumbnet.export.cost.network_size import parameters
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops.layer_normalization import reciprocal_root
from thumbnet.export.stages.check_graph import verify as check
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    Layer,
    LayerNormalization,
    Model,
    Sequential,
    ThumbnetError,
)
from thumbnet.trainer.quantization.uint8_tensors import uint8_tensors

NAME = "layer_normalization"
RNG = np.random.default_rng(0)


def graph_of(*layers: Any, shape: tuple[int, ...] = (6,), scale: float = 1.0) -> Graph:
    x = RNG.normal(0, scale, (50, *shape))
    return convert(chain(shape, *layers, Dense(2, "softmax")), x, name="net").graph


def normalized(graph: Graph) -> Node:
    (node,) = graph.only(NAME)
    return node


@given(calls(NAME))
@settings(max_examples=150, deadline=None)
def test_two_specifications_agree(call: Call) -> None:
    p = call.words
    weight, bias, multiplier, shift = np.array(call.repeated).reshape(-1, 4).T
    node = {"weight": weight[:, None], "bias": bias, "multiplier": multiplier, "shift": shift}
    node |= {"variance_offset": p["epsilon"], "variance_shift": p["variance_shift"]}
    node |= {name: p[name] for name in ("zero_point", "activation_min", "activation_max")}
    found = integer_forward(NAME, np.array(call.x)[None], **node)
    assert found.ravel().tolist() == list(call.written.values())


def test_the_root_of_every_number() -> None:
    """All numbers that differ after the shift, at each exponent, and all small ones."""
    m = np.arange(2**14, 2**16)
    v = np.concatenate([np.arange(2**16), *(m << k for k in range(15)), (m << 14) + 2**14 - 1])
    root, exponent = reciprocal_root(v)
    assert root.max() < 2**14
    assert exponent.min() == 0
    assert exponent.max() == 14
    real = root * 2.0 ** (exponent - 28)
    error = real * np.sqrt(np.maximum(v, 1)) - 1
    assert np.abs(error).max() < 2.0**-11


@pytest.mark.parametrize("channels", [2, 5, 16, 256])
@pytest.mark.parametrize("step", [0.001, 0.03, 40.0])
def test_integers_are_within_a_step_of_the_float_meaning(channels: int, step: float) -> None:
    layer = LayerNormalization()
    model = chain((3, channels), layer, Conv1D(1, 3), GlobalAveragePooling1D(), Dense(1))
    gamma = RNG.normal(0, 2, channels)
    gamma[0] = 0.0
    layer.set_weights([gamma, RNG.normal(0, 3, channels)])
    x = RNG.integers(-128, 128, (80, 3, channels)) * step
    x[0] = 5 * step  # no channel differs from another
    x[1, :, 1:] = -128 * step
    program = convert(model, x, name="net")
    source, node = program.graph.tensors["x"], normalized(program.graph)
    target = program.graph.tensors[node.output]
    assert isinstance(target.scale, float)
    assert isinstance(source.scale, float)
    q = RNG.integers(0, 256, (60, 3 * channels))
    q[:, ::channels] //= 2
    # If all channels are within a few levels, the rounding of epsilon matters.
    q[:, 1::channels] = q[:, ::channels] + 16
    real = source.scale * (q - source.zero_point)
    attributes = {"gamma": gamma, "beta": layer.beta.data.astype(float), "epsilon": 1e-3}
    wanted = float_forward(NAME, real, **attributes) / target.scale + target.zero_point
    found = integer_forward(NAME, q, **node.attributes)
    assert np.abs(found - np.clip(wanted, 0, 255)).max() < 0.6


def test_channels_of_any_sign_and_size() -> None:
    layer = LayerNormalization()
    layer.build((4,), RNG, np.float32)
    layer.set_weights([[-1.0, 0.0, 1e-6, 3.0], [0.5, 0.25, 100.0, 0.0]])
    node = normalized(graph_of(layer, shape=(4,)))
    assert node.attributes["weight"].ravel().tolist()[:2] == [-127, 0]


def test_relu_and_scaling_become_part_of_it() -> None:
    layers = (Dense(5), LayerNormalization(), BatchNormalization(), Activation("relu"))
    graph = graph_of(*layers)
    assert [node.op for node in graph.nodes][2:4] == [NAME, "fully_connected"]
    assert graph.tensors[normalized(graph).output].zero_point == 0
    model = chain((6,), *layers, Dense(2, "softmax"))
    assert uint8_tensors(model) == {"", "dense", "activation"}


def test_parameters_are_counted_as_the_trainer_does() -> None:
    model = chain((6,), Dense(5), LayerNormalization(), Dense(2, "softmax"))
    graph = convert(model, RNG.normal(0, 1, (50, 6)), name="net").graph
    assert parameters(graph) == model.count_params()


def test_too_many_channels() -> None:
    with pytest.raises(ThumbnetError, match="normalizes 257 channels: use 256 at most"):
        graph_of(Dense(257), LayerNormalization())
    assert normalized(graph_of(LayerNormalization(), shape=(256,)))


def test_inputs_far_smaller_than_epsilon() -> None:
    """The variance is shifted to fit epsilon; if nothing of it is left, inputs are rejected."""
    node = normalized(graph_of(LayerNormalization(epsilon=10.0), scale=0.002))
    assert node.attributes["variance_shift"] > 0
    assert node.attributes["variance_offset"] >= 2**26
    with pytest.raises(ThumbnetError, match="constant next to its epsilon"):
        graph_of(LayerNormalization(epsilon=1e9), scale=0.002)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "too many rows of weights": ({"weight": np.ones((7, 1), np.int8)}, "but weight has 7 outputs"),
    "wide weights": ({"weight": np.ones((6, 1), np.int16)}, "must be int8"),
    "a missing bias": ({"bias": np.zeros(5, np.int64)}, "bias has shape"),
    "a large bias": ({"bias": np.full(6, 2**29 - 127 * 2**14)}, "could reach"),
    "an odd shift": ({"variance_shift": 1}, "must be even, from 0 to 28"),
    "a shift too far": ({"variance_shift": 30}, "must be even, from 0 to 28"),
    "no epsilon behind a shift": ({"variance_shift": 2, "variance_offset": 0}, "too small"),
    "a negative epsilon": ({"variance_offset": -1}, "too small"),
    "a large epsilon": ({"variance_offset": 2**30 - 585239}, "could reach"),
}
LARGEST = {"bias": np.full(6, 2**29 - 1 - 127 * 18329), "variance_offset": 2**30 - 1 - 585240}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    changes, message = FAULTS[name]
    with pytest.raises(ThumbnetError, match=message):
        check(changed(**changes))


def test_largest_numbers_are_no_fault() -> None:
    check(changed(**LARGEST))


def changed(**attributes: Any) -> Graph:
    graph = graph_of(LayerNormalization())
    nodes = [n.with_attributes(**attributes) if n.op == NAME else n for n in graph.nodes]
    return graph.rebuilt(nodes)


def vector() -> tuple[Model, Any, Any]:
    x = np.random.default_rng(1).normal(0, 1, (400, 6)).round(2)
    layers = [Dense(12, "relu"), LayerNormalization(), Dense(8), LayerNormalization()]
    y = (x[:, 0] * x[:, 1] > 0) + (x[:, 2] > 1.0).astype(int)
    return Sequential([*layers, Activation("relu"), Dense(3, "softmax")], seed=1), x, y


def sequence() -> tuple[Model, Any, Any]:
    x = np.random.default_rng(2).normal(0, 1, (300, 16, 4))
    y = np.arange(300) % 2
    x[:, :, 1] += y[:, None] * np.sin(np.arange(16))
    layers: list[Layer] = [
        LayerNormalization(),
        Conv1D(8, 3, activation="relu"),
        LayerNormalization(),
    ]
    return (
        Sequential([*layers, GlobalAveragePooling1D(), Dense(2, "softmax")], seed=1),
        x.round(2),
        y,
    )


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("make", [vector, sequence])
def test_trained_networks_on_the_unix_port(make: Any, tier: str, tmp_path: Path) -> None:
    needs_micropython()
    model, x, y = make()
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(x, y, epochs=15)
    program = convert(model, x, name="net", board="unix", tier=tier)
    for layer in program.quality(x):
        assert layer.sqnr > 30, layer
    made = load_artifact(program.write(tmp_path, x[:60], y[:60]).path)
    with UnixTarget("1m") as target:
        verdict = finish(verify(target, made))
    assert verdict.ok, verdict.reason()
    assert verdict.equal == verdict.inputs >= 60
