"""Windows: cut within recordings, split by them, and described for the board."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.motions import CHANNELS, LABELS, motion, motions

from thumbnet.trainer import (
    Dense,
    InputSpec,
    Recording,
    Sequential,
    StreamSettings,
    ThumbnetError,
    cut,
    split_by_recording,
)
from thumbnet.trainer.signals.stream_settings import reach_for


def numbered(label: str, samples: int, first: int) -> Recording:
    """A recording of two channels that count up, so that every sample can be identified."""
    k = np.arange(first, first + samples)
    return Recording(np.stack([k, -k], axis=1), label, 10, f"{label}{first}", ("up", "down"))


def test_no_window_across_recordings() -> None:
    windows = cut([numbered("a", 10, 0), numbered("b", 11, 100), numbered("a", 4, 200)], 4, 3)
    assert windows.x.shape == (3 + 3 + 1, 4, 2)
    assert windows.x[:, 0, 0].tolist() == [0, 3, 6, 100, 103, 106, 200]
    for window in windows.x:
        assert np.array_equal(window[:, 0], window[0, 0] + np.arange(4))
        assert np.array_equal(window[:, 1], -window[:, 0])
    assert windows.recording.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert windows.y.tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert windows.labels == ("a", "b")
    assert windows.names == ("a0", "b100", "a200")


def test_a_hop_larger_than_the_window() -> None:
    assert cut([numbered("a", 20, 0), numbered("b", 5, 50)], 4, 7).x[:, 0, 0].tolist() == [
        0, 7, 14, 50,
    ]  # fmt: skip


def test_readings_become_counts() -> None:
    values = np.array([[0.25, 10], [-1.125, 20], [3, -30], [0.5, 0]])
    windows = cut(
        [
            Recording(values, "a", 5, "a", ("g", "deg")),
            Recording(-values, "b", 5, "b", ("g", "deg")),
        ],
        4,
        1,
    )
    assert windows.stream.units == (1000, 1)
    assert windows.x[0].tolist() == [[250, 10], [-1125, 20], [3000, -30], [500, 0]]
    assert windows.stream.reach == 2**14 - 1  # four times 3000 and more
    spec = windows.input_spec
    assert spec == InputSpec((4, 2), ("g", "deg"), 1.0, -(2.0**14 - 1), 2.0**14 - 1)
    assert windows.stream.rate == 5


def test_counts_that_decimals_ask_for_are_too_many() -> None:
    """Six decimals of values to 30 are 30 million counts: the resolution becomes coarser."""
    values = np.random.default_rng(0).uniform(-30, 30, (50, 1)).round(6)
    windows = cut([Recording(values, "a", 5), Recording(values[::-1], "b", 5)], 10, 10)
    assert windows.stream.units == (10_000,)
    assert np.array_equal(windows.x[0, :, 0], np.round(values[:10, 0] * 10_000))
    # Halves go away from zero, as on the board.
    assert cut(
        [Recording(np.array([[0.00005], [-0.00005], [30]]), "a", 5), Recording(values, "b", 5)],
        3,
        9,
    ).x[0, :, 0].tolist() == [1, -1, 300_000]


def test_reach() -> None:
    assert [reach_for(n) for n in (0, 1, 2, 100, 16_000)] == [1, 7, 15, 511, 65_535]
    assert reach_for(131_072) == reach_for(2**19 - 1) == 2**19 - 1
    assert reach_for(2**19) == 2**20 - 1


def test_features_are_flat() -> None:
    windows = cut(motions(1), 64, 32, ("mean", "bands"), bands=2)
    assert windows.x.shape == (3 * 5, 9)
    assert windows.stream.names[:4] == ("x mean", "x band 1", "x band 2", "y mean")
    spec = windows.input_spec
    assert spec is not None
    assert (spec.names, spec.shape) == (windows.stream.names, (9,))


def test_a_spec_with_a_number_for_each_channel() -> None:
    spec = InputSpec((3, 2), ("a", "b"), (1.0, 0.1), (-1.0, -2.0), 5.0)
    assert spec.minimum == (-1.0, -2.0) * 3
    assert spec.resolution == (1.0, 0.1) * 3
    assert InputSpec.from_config(spec.get_config()) == spec
    with pytest.raises(ThumbnetError, match="minimum has 3 values for 6 features"):
        InputSpec((3, 2), minimum=(1.0, 2.0, 3.0))
    with pytest.raises(ThumbnetError, match="3 names for 6 features"):
        InputSpec((3, 2), names=("a", "b", "c"))


# The split


@pytest.mark.parametrize("seed", range(5))
def test_split_windows_by_recording(seed: int) -> None:
    windows = cut([*motions(5), motion("rest", 9, 400), motion("rest", 10, 90)], 50, 10)
    train, test = split_by_recording(windows, test_size=0.3, seed=seed)
    assert len(train) + len(test) == len(windows)
    assert not set(train.recording) & set(test.recording)
    assert set(train.recording) | set(test.recording) == set(range(17))
    for label, count in zip(LABELS, (2, 2, 2), strict=True):
        of = {k for k in test.recording if windows.names[k].startswith(label)}
        assert len(of) == count, label
    again = split_by_recording(windows, test_size=0.3, seed=seed)
    assert np.array_equal(again[1].x, test.x)
    assert test.stream == windows.stream


def test_split_recordings() -> None:
    made = motions(4)
    train, test = split_by_recording(made, test_size=0.5, seed=1)
    assert {id(one) for one in [*train, *test]} == {id(one) for one in made}
    assert [one.label for one in test] == ["rest"] * 2 + ["shake"] * 2 + ["wave"] * 2
    cut_first = split_by_recording(cut(made, 50, 50), test_size=0.5, seed=1)[1]
    assert {made[k].name for k in cut_first.recording} == {one.name for one in test}
    seeds = {tuple(one.name for one in split_by_recording(made, seed=seed)[1]) for seed in range(9)}
    assert len(seeds) > 3


@pytest.mark.parametrize(("size", "held_out"), [(0.01, 1), (0.5, 2), (0.99, 2)])
def test_each_part_has_every_label(size: float, held_out: int) -> None:
    train, test = split_by_recording(motions(3), test_size=size)
    assert len(test) == 3 * held_out
    assert {one.label for one in train} == {one.label for one in test} == set(LABELS)


# What is saved with a model


def test_prepare() -> None:
    windows = cut(motions(1), 50, 25)
    model = Sequential([Dense(3, "softmax")])
    windows.prepare(model)
    assert (model.labels, model.input_spec) == (windows.labels, windows.input_spec)
    settings = StreamSettings.from_config(model.info["stream"])
    assert settings == windows.stream
    assert settings.vote == (1, 3)
    assert (settings.window, settings.hop, settings.rate) == (50, 25, 50)
    assert settings.channels == CHANNELS
    windows.prepare(model, vote=5)
    assert model.info["stream"]["vote"] == [1, 5]
    windows.prepare(model, vote=(4, 5))
    assert model.info["stream"]["vote"] == [4, 5]
    assert windows.take([3, 1]).recording.tolist() == windows.recording[[3, 1]].tolist()


# Errors


def refusal(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(ThumbnetError) as caught:
        call(*arguments, **options)  # type: ignore[operator]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_shorter_than_a_window() -> None:
    made = [*motions(1), motion("wave", 5, 40), motion("wave", 6, 30)]
    assert refusal(cut, made, 50, 25) == (
        "wave/5.csv has 40 samples, a window takes 50: take shorter windows, or leave it out "
        "(too short: 2 of 5)"
    )
    assert len(cut(made, 30, 30)) == 3 * 6 + 2


def test_a_stuck_sensor() -> None:
    stuck = motion("wave", 7)
    values = stuck.values.copy()
    values[:, 1] = -0.5
    made = [*motions(1), replace(stuck, values=values)]
    assert refusal(cut, made, 50, 25) == (
        "wave/7.csv: channel 'y' is -0.5 in all its 200 samples, as of a sensor that is stuck: "
        "record it again, leave the column or the recording out, or allow it (--allow-constant)"
    )
    assert len(cut(made, 50, 50, allow_constant=True)) == 16


def test_other_channels_and_rates() -> None:
    one, other = motion("rest", 0), motion("wave", 0)
    assert refusal(cut, [one, replace(other, channels=("x", "y", "t"))], 9, 9) == (
        "wave/0.csv has no channel 'z' and a channel 't' more, unlike rest/0.csv, which has "
        "'x', 'y', 'z': record the same channels in all, or leave these out (--ignore z --ignore t)"
    )
    assert refusal(cut, [one, replace(other, channels=("z", "y", "x"))], 9, 9) == (
        "wave/0.csv has the channels in another order ('z', 'y', 'x'), unlike rest/0.csv, which "
        "has 'x', 'y', 'z': record the same channels in all, or leave the recording out"
    )
    assert refusal(cut, [one, replace(other, rate=55)], 9, 9) == (
        "wave/0.csv has 55 samples a second, rest/0.csv 50: resample one of them, or leave it out"
    )
    assert len(cut([one, replace(other, rate=51)], 100, 100)) == 4
    assert refusal(cut, [], 9, 9) == "there are no recordings: give some"


def test_a_label_with_one_recording() -> None:
    made = [*motions(2), motion("wave", 8)]
    lonely = replace(made[-1], label="jump", name="jump/8.csv")
    said = (
        "label 'jump' has one recording, jump/8.csv: a test needs another, record it once more or "
        "leave the label out"
    )
    assert refusal(split_by_recording, [*made[:-1], lonely]) == said
    assert refusal(split_by_recording, cut([*made[:-1], lonely], 50, 50)) == said
    assert refusal(split_by_recording, made, test_size=1.0) == (
        "test_size is 1.0: give a share between 0 and 1, such as 0.2"
    )


@pytest.mark.parametrize(
    ("window", "options", "said"),
    [
        (50, {"features": "bands"},
         "frequency bands need a window of a power of two, not 50 samples: "
         "take 32 or 64, or leave bands out"),
        (6, {"features": "bands"},
         "frequency bands need a window of a power of two, not 6 samples: "
         "take 8, or leave bands out"),
        (64, {"features": "bands", "bands": 33},
         "33 bands: a window of 64 samples has 1 to 32 of them"),
        (64, {"features": ("mean", "median")},
         "unknown feature 'median': choose one of raw, mean, deviation, rms, crossings, bands"),
        (64, {"features": ("mean", "mean")}, "features mean, mean: name one or more, each once"),
        (64, {"features": ()}, "features : name one or more, each once"),
        (64, {"features": ("raw", "mean")},
         "raw windows stand alone: leave the other features out, or raw"),
        (1, {}, "a window of 1 samples every 9: windows need 2 samples or more, "
                "the hop 1 or more"),
    ],
)  # fmt: skip
def test_settings(window: int, options: dict[str, object], said: str) -> None:
    assert refusal(cut, motions(1), window, 9, **options) == said


def test_features_of_long_windows_and_large_counts() -> None:
    long = [motion(label, 0, 1500) for label in LABELS]
    assert refusal(cut, long, 1025, 100, "mean") == (
        "a window of 1025 samples is too long for features: 1024 is the most; shorten it, or "
        "sample more slowly"
    )
    assert len(cut(long, 1025, 1000)) == 3
    large = [replace(one, values=np.round(one.values) * 1000 + 700_000) for one in motions(1)]
    said = refusal(cut, large, 50, 50, "mean", allow_constant=True)
    assert "channel 'x': values from " in said
    assert "do not fit the board's integers, which reach 524287 (" in said
    assert len(cut(large, 50, 50, allow_constant=True))


@pytest.mark.parametrize(("features", "units"), [("raw", 10), ("mean", 1)])
def test_a_pressure_in_pascals(features: str, units: int) -> None:
    """0.01 of it is recorded, and counts of 0.1 are too large for the sums of features."""
    random = np.random.default_rng(0)
    made = [Recording(random.normal(95_000, 20, (60, 1)).round(2), label, 10) for label in "ab"]
    windows = cut(made, 20, 20, features)
    assert windows.stream.units == (units,)
    mean = np.concatenate([one.values.reshape(3, -1).mean(axis=1) for one in made])
    counts = windows.x.reshape(len(windows), -1).mean(axis=1)
    scale = units * 2 ** (0 if features == "raw" else windows.stream.fraction)
    np.testing.assert_allclose(counts / scale, mean, atol=0.6)


def test_votes() -> None:
    windows = cut(motions(1), 50, 50)
    for vote in (0, (2, 1), (0, 3), 101):
        assert "a vote of" in refusal(windows.prepare, Sequential([Dense(3)]), vote=vote)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hop": None}, "the stream settings of the model are not understood"),
        ({"windows": 3}, "the stream settings of the model are not understood"),
        ({"reach": 2**20}, "all must be positive, the reach below 2**20"),
        ({"units": [1]}, "1 units for 3 channels"),
    ],
)
def test_settings_that_were_edited(change: dict[str, object], said: str) -> None:
    config = {**cut(motions(1), 50, 50).stream.get_config(), **change}
    assert said in refusal(StreamSettings.from_config, config)
