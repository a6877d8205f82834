"""Counts of channels with different resolutions, and of features that hardly vary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.micropython import needs_micropython

from thumbnet.export import convert
from thumbnet.export.cost.network_size import parameters
from thumbnet.export.quantizer.input_counts import choose_counts
from thumbnet.export.quantizer.output_scale import coarser
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import (
    GRU,
    Conv1D,
    Dense,
    Flatten,
    InputSpec,
    Layer,
    Normalization,
    Recording,
    Sequential,
    SimpleRNN,
    ThumbnetError,
    Windows,
    cut,
)

RNG = np.random.default_rng(0)
X = np.stack([RNG.normal(0, 1, (50, 10)).round(3), RNG.integers(0, 100, (50, 10))], -1)


def two_channels(kind: str) -> Sequential:
    layers: dict[str, list[Layer]] = {
        "conv": [Conv1D(3, 3, activation="relu"), Flatten()],
        "padded": [Conv1D(3, 3, padding="same"), Flatten()],
        "gru": [GRU(4)],
    }
    model = Sequential([*layers[kind], Dense(2, "softmax")], seed=0)
    model.build((10, 2))
    return model


@pytest.mark.parametrize("kind", ["conv", "padded", "gru"])
@pytest.mark.parametrize("given", [None, (0.001, 1.0), (0.001, 1.0) * 10])
def test_each_channel_has_its_resolution(kind: str, given: Any, tmp_path: Path) -> None:
    model = two_channels(kind)
    made = convert(model, X, name="net", board="unix", resolution=given)
    assert made.graph.nodes[0].attributes["units"].tolist() == [1000, 1]
    assert np.mean(made.predict(X) == model.predict_classes(X)) > 0.9
    needs_micropython()
    with UnixTarget("1m") as target:
        verdict = finish(verify(target, made.write(tmp_path, X[:10])))
    assert verdict.ok, verdict.reason()


def test_each_channel_may_declare_its_resolution() -> None:
    model = two_channels("conv")
    model.input_spec = InputSpec((10, 2), resolution=(0.01, 0.5))
    assert convert(model, X).graph.nodes[0].attributes["units"].tolist() == [100, 2]


@pytest.mark.parametrize("dense", [False, True])
def test_another_number_of_resolutions_is_refused(dense: bool) -> None:
    model = two_channels("conv")
    if dense:
        model = Sequential([Flatten(), Dense(2, "softmax")], seed=0)
        model.build((10, 2))
    with pytest.raises(ThumbnetError) as caught:
        convert(model, X, resolution=(0.001, 1.0, 1.0))
    by_channel = "" if dense else ", or one for each of the 2 channels"
    assert str(caught.value) == (
        f"export: 3 resolutions for 20 features: set one for all, or one for each{by_channel}"
    )


def still(features: str | tuple[str, ...], slope: float) -> Windows:
    """Windows of a channel that swings and one that rises by `slope`, or rests."""
    rng, time = np.random.default_rng(0), np.arange(300)
    recordings = [
        Recording(
            np.stack([rng.normal(0, size, 300).round(2), np.round(9.81 + slope * time, 2)], 1),
            label,
            rate=50,
            name=f"{label}{k}",
        )
        for size, label in ((0.2, "a"), (1.0, "b"))
        for k in range(2)
    ]
    return cut(recordings, 32, 16, features, allow_constant=True)


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize(
    ("features", "slope"), [(("mean", "crossings"), 0.01), (("mean", "deviation"), 0.0)]
)
def test_a_feature_that_never_varies_is_exported(
    features: tuple[str, ...], slope: float, tier: str, tmp_path: Path
) -> None:
    windows = still(features, slope)
    assert 0 in np.ptp(windows.x, axis=0)
    model = Sequential([Normalization().adapt(windows.x), Dense(4, "relu"), Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(windows.x, windows.y, epochs=20, seed=0)
    windows.prepare(model)
    made = convert(model, windows.x, name="net", board="unix", tier=tier)
    assert np.mean(made.predict(windows.x) == model.predict_classes(windows.x)) > 0.97
    needs_micropython()
    with UnixTarget("1m") as target:
        verdict = finish(verify(target, made.write(tmp_path, windows.x[:10])))
    assert verdict.ok, verdict.reason()


@pytest.mark.parametrize("equalized", [False, True])
@pytest.mark.parametrize("width", [0, 1, 2, 3])
@pytest.mark.parametrize("at", [0, 1000, -(2**20) + 2, 2**20 - 6])
def test_whatever_is_accepted_there_is_a_left_shift(at: int, width: int, equalized: bool) -> None:
    """`convert` verifies that no count exceeds 29 bits after it."""
    x = np.stack([RNG.normal(0, 1000, 60).round(), at + np.arange(60) % (width + 1)], 1)
    reach = float(2**20 - 1)
    model = Sequential([Normalization().adapt(x), Dense(4, "relu"), Dense(2, "softmax")], seed=0)
    model.build((2,))
    model.input_spec = InputSpec((2,), minimum=-reach, maximum=reach)
    model.quantized = None if equalized else "int8"
    made = convert(model, x)
    assert set(made.graph.nodes[0].attributes["maximum"].tolist()) == {2**20 - 1}
    assert min(layer.sqnr for layer in made.quality(x)) > 35


def test_ranges_that_fit_stay_as_they_are() -> None:
    x = np.stack([np.arange(8) % 2, np.arange(8) * 1000], 1)
    spec = InputSpec((2,), minimum=-(2.0**17), maximum=2.0**17)
    counts = choose_counts(x, spec, None, False, 0.0)
    assert counts.least.tolist() == [0]
    assert counts.most.tolist() == [1, 7000]


@pytest.mark.parametrize("units", [1, 16])
def test_parameters_are_those_of_the_model(units: int) -> None:
    """The bias of a SimpleRNN's state contains only its zero point, nothing trained."""
    for layers in (
        [SimpleRNN(units)],
        [GRU(units)],
        [SimpleRNN(3, return_sequences=True), GRU(units)],
    ):
        model = Sequential([*layers, Dense(2, "softmax")], seed=0)
        model.build((10, 2))
        made = convert(model, X)
        assert parameters(made.graph) == model.count_params()
        assert f" {model.count_params():,} parameters" in made.module()


def test_a_coarser_scale_keeps_the_middle_of_a_range() -> None:
    assert coarser(0.025, 128, 10.0) == (10.0, 128)
    assert coarser(1.0, 28, 2.0) == (2.0, 78)
    assert coarser(1.0, 0, 7.0) == (7.0, 0)
    assert coarser(1.0, 255, 7.0) == (7.0, 255)
    assert coarser(1.0, 28, 0.5) == (1.0, 28)


@pytest.mark.parametrize("curve", ["tanh", "sigmoid"])
def test_far_from_zero_both_ends_of_a_curve_are_reached(curve: str) -> None:
    x = RNG.integers(-2000, 2001, (300, 6))
    model = Sequential([Dense(4, curve), Dense(2, "softmax")], seed=0)
    model.build((6,))
    model.layers[0].kernel.data *= 1000
    made = convert(model, x)
    assert np.mean(made.predict(x) == model.predict_classes(x)) > 0.97
