"""The time of one inference, summed by hand from made-up cycles that do not mix."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.layer_models import chain, readings

from thumbnet.export import Graph, convert
from thumbnet.export.boards.processors import CPUS, Cpu, Cycles
from thumbnet.export.boards.profile import BoardProfile
from thumbnet.export.cost.cycles import WeightStream, decision_seconds, seconds
from thumbnet.export.cost.sound_cycles import push_cycles
from thumbnet.trainer import (
    FRONT_ENDS,
    Concatenate,
    Dense,
    Input,
    LogMelSettings,
    Model,
    SoundSettings,
    SoundStream,
    ThumbnetError,
)

PLAIN = Cycles(mac=10, input=3, output=1000, call=100_000, pool=0)
DSP = Cycles(mac=20, input=3, output=1000, call=100_000, pool=0)
CPU = Cpu({"plain": PLAIN, "thumb": PLAIN, "thumb_dsp": DSP}, 7e6, 1e8, 1e10, 1e12, 2)
BOARD = BoardProfile("toy", "A toy", ("plain",), 1000, 1000, cpu="toy", clock=1000)
PRODUCTS = 4 * 3 + 3 * 2
NETWORK = 1e8 + 2 * 100_000 + 5 * 1000
"""The cycles of `predict`, two calls and five outputs."""


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CPUS, "toy", CPU)


def graph(*, levels: bool = False, **options: Any) -> Graph:
    """4 readings, 3 hidden outputs, 2 scores."""
    model = chain((4,), Dense(3, "tanh"), Dense(2, "softmax"))
    x = readings(model, np.random.default_rng(0))
    return convert(model, np.rint(x) if levels else x, name="net", **options).graph


def test_of_readings() -> None:
    wanted = NETWORK + 4 * 7e6 + PRODUCTS * 10
    assert seconds(graph(), BOARD, "plain") == pytest.approx(wanted / 1000, rel=1e-12)


def test_every_call_of_an_operation_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A concatenation copies each of its inputs by a call of its own."""
    x = Input((4,))
    joined = Concatenate()([Dense(2, "relu")(x), Dense(3, "relu")(x), Dense(2, "relu")(x)])
    model = Model(x, Dense(2, "softmax")(joined), seed=0)
    made = convert(model, readings(model, np.random.default_rng(0)), name="net").graph
    before = seconds(made, BOARD, "plain")
    dearer = replace(PLAIN, call=PLAIN.call + 7)
    monkeypatch.setitem(CPUS, "toy", replace(CPU, tiers={"plain": dearer}))
    added = (seconds(made, BOARD, "plain") - before) * BOARD.clock / 7
    assert added == pytest.approx(3 + 3 + 1)  # layers, copies and the last layer


def test_of_levels() -> None:
    wanted = NETWORK + 4 * 3 + PRODUCTS * 10
    assert seconds(graph(levels=True), BOARD, "plain") == pytest.approx(wanted / 1000, rel=1e-12)


def test_of_weights_of_four_bits() -> None:
    wanted = NETWORK + 4 * 7e6 + PRODUCTS * 12
    assert seconds(graph(bits=4), BOARD, "plain") == pytest.approx(wanted / 1000, rel=1e-12)


def test_of_a_file_of_weights() -> None:
    stream = WeightStream(reads=5, calls=9, bytes=11)
    wanted = NETWORK + 7 * 100_000 + 5 * 1e10 + 11 * 1e12 + 4 * 7e6 + PRODUCTS * 10
    assert seconds(graph(), BOARD, "plain", stream) == pytest.approx(wanted / 1000, rel=1e-12)


@pytest.mark.parametrize(
    ("tier", "dsp", "mac"),
    [("thumb", True, 20), ("thumb", False, 10), ("plain", True, 10)],
)
def test_dsp_instructions_are_for_the_thumb_tier(tier: str, dsp: bool, mac: int) -> None:
    wanted = NETWORK + 4 * 7e6 + PRODUCTS * mac
    found = seconds(graph(), replace(BOARD, dsp=dsp), tier)
    assert found == pytest.approx(wanted / 1000, rel=1e-12)


def test_a_tier_that_the_processor_does_not_run() -> None:
    with pytest.raises(ThumbnetError) as caught:
        seconds(graph(), replace(BOARD, dsp=True), "viper")
    assert str(caught.value) == ("a toy does not run tier viper: correct the profile of board toy")


def streamed(base: Graph, *features: str) -> Graph:
    """As of windows of 50 samples of 4 channels, or of 2 with `features`."""
    channels = ("x", "y") if features else ("x", "y", "z", "w")
    settings: Any = SimpleNamespace(
        channels=channels, features=features, window=50, is_raw=not features
    )
    return replace(base, stream=settings)


def test_a_graph_without_windows_decides_nothing() -> None:
    assert decision_seconds(graph(), BOARD, "plain", viper=True) is None


FEATURES = ("mean", "crossings", "rms", "deviation", "bands")


@pytest.mark.parametrize(
    ("viper", "gathered", "each", "feature", "count"),
    [
        (True, 220, (100, 180, 520, 840, 1350), 35_000, 300),
        (False, 1900, (500, 1500, 3600, 4000, 24_000), 10_000, 10_000),
    ],
)
@pytest.mark.parametrize("levels", [True, False])
def test_of_a_decision(
    viper: bool, gathered: int, each: tuple[int, ...], feature: int, count: int, levels: bool
) -> None:
    base = graph(levels=levels)
    network = NETWORK + PRODUCTS * 10 + (4 * 3 if levels else 0) + 4 * count * 2
    raw = decision_seconds(streamed(base), BOARD, "plain", viper)
    assert raw == pytest.approx((network + 4 * 7e6) / 1000, rel=1e-12)
    for name, cycles in zip(FEATURES, each, strict=True):
        found = decision_seconds(streamed(base, "mean", name), BOARD, "plain", viper)
        wanted = network + 2 * 7e6 + 2 * 2 * (50 * (gathered + each[0] + cycles) + 2 * feature)
        assert found == pytest.approx(wanted / 1000, rel=1e-12)


def test_a_decision_reads_a_file_of_weights_too() -> None:
    stream = WeightStream(reads=5, calls=2, bytes=11)
    base = streamed(graph())
    more = decision_seconds(base, BOARD, "plain", True, stream)
    less = decision_seconds(base, BOARD, "plain", True)
    assert more is not None
    assert less is not None
    assert more - less == pytest.approx((5 * 1e10 + 11 * 1e12) / 1000, rel=1e-9)


def test_of_sound() -> None:
    settings = SoundSettings(channels=2, low=0.0, high=4000.0)
    sound = SoundStream(settings, 3, 2, 1.0, 1, 1)
    base = replace(graph(), sound=sound)
    # 256 points in four stages of 64 butterflies; a quarter of 512 frequencies.
    frame = 91_000 + 140 * 160 + 281 * 512 + 256 * 1024 + 200 * 128 + 3180 * 2
    network = NETWORK + PRODUCTS * 10
    found = decision_seconds(base, BOARD, "plain", True)
    assert found == pytest.approx((network + 2 * frame) / 1000, rel=1e-12)
    assert decision_seconds(base, BOARD, "plain", False) is None


@pytest.mark.parametrize(
    ("name", "cycles"),
    [("microwakeword", 626_500), ("mlperf_kws", 926_000), ("mlperf_ad", 1_755_000)],
)
def test_of_front_ends(name: str, cycles: float) -> None:
    """What the emulator counted for a frame and its samples, and the bytecode of `push`."""
    sound = SoundStream(FRONT_ENDS[name], 2, 2, 1.0, 1, 1)
    found = decision_seconds(replace(graph(), sound=sound), BOARD, "plain", True)
    assert found is not None
    network = NETWORK + PRODUCTS * 10
    assert (found * 1000 - network) / 2 == pytest.approx(cycles + 67_000, rel=0.03)


@pytest.mark.parametrize("viper", [False, True])
@pytest.mark.parametrize(("strength", "channel"), [(0.95, 430), (0.0, 360)])
def test_of_sound_in_assembly(
    viper: bool, strength: float, channel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the cycles of an RP2040: bytecode, and products, which cost 10 instead of 5."""
    cost = replace(PLAIN, assembly=True)
    monkeypatch.setitem(CPUS, "toy", replace(CPU, tiers={"thumb": cost}))
    network = NETWORK + PRODUCTS * 10
    for channels, moved in ((2, 2 * 2 * 8), (4, 2 * 4 * 2)):
        settings = SoundSettings(channels=channels, low=0.0, high=4000.0, strength=strength)
        base = replace(graph(), sound=SoundStream(settings, 3, 2, 1.0, 1, 1))
        frame = 49_000 + 14 * 160 + 21 * 480 + 24 * 512 + 42 * 1024 + 33 * 128
        frame += (channel + 12) * channels + moved
        found = decision_seconds(base, BOARD, "thumb", viper)
        assert found == pytest.approx((network + 2 * frame) / 1000, rel=1e-12)


@pytest.mark.parametrize(("power", "frequency"), [(1, 164), (2, 44)])
def test_of_mel_filters_in_assembly(
    power: int, frequency: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CPUS, "toy", replace(CPU, tiers={"thumb": replace(PLAIN, assembly=True)}))
    settings = LogMelSettings(channels=4, low=0.0, power=power, coefficients=2)
    base = replace(graph(), sound=SoundStream(settings, 3, 2, 1.0, 1, 1))
    frame = 49_000 + 14 * 320 + 47 * 480 + 4 * 512 + 70 * 1024 + frequency * 128
    frame += (270 + 2 * 11) * 4 + 2 * (22 + 2 * 8)
    found = decision_seconds(base, BOARD, "thumb", viper=False)
    network = NETWORK + PRODUCTS * 10
    assert found == pytest.approx((network + 2 * frame) / 1000, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "frames", "tier", "counted"),
    [
        ("microwakeword", 3, "thumb", 140_000),
        ("microwakeword", 3, "viper", 696_000),
        ("mlperf_kws", 49, "thumb", 187_000),
        ("mlperf_kws", 49, "viper", 938_000),
    ],
)
def test_of_sound_as_counted(name: str, frames: int, tier: str, counted: int) -> None:
    """What the emulator counted for a push (docs/sound.md)."""
    sound = SoundStream(FRONT_ENDS[name], frames, 3, 1.0, 1, 1)
    found = push_cycles(sound, CPUS["cortex-m0plus"], tier == "thumb")
    assert found == pytest.approx(counted, rel=0.05)
