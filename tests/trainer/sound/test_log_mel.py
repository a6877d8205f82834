"""The integers of logarithms of mel filters, against their published formulas in floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.sound_formulas import FORMULAS, INPUTS, wanted_levels
from support.sounds import Samples, sounds, speech

from thumbnet.trainer import (
    FRONT_ENDS,
    FrontEndSettings,
    LogMelSettings,
    SoundFrontEnd,
    ThumbnetError,
    log_mel_tables,
    mel_filters,
    sound_levels,
)
from thumbnet.trainer.sound.front_ends import front_end_from_config
from thumbnet.trainer.sound.wide_fourier import wide_transform

T = np.arange(16_000)

USUAL = {
    "speech": speech("yes no up down left right on off stop go"),
    "quiet speech": speech("yes no up down left right on off stop go") // 100,
    "noise": np.random.default_rng(0).normal(0, 500, 16_000).astype(np.int64),
    "machine": sum(3000 / k * np.sin(np.pi * k * T / 160 + k * k) for k in range(1, 60))
    + np.random.default_rng(1).normal(0, 200, 16_000),
    **{name: sounds()[name] for name in ("whisper", "silence", "clicks", "swelling")},
}
"""What microphones hear, also near silence."""

EXTREME = {
    "1 kHz, full scale": np.rint(32767 * np.sin(np.pi * T / 8)),
    "440 Hz, half": np.rint(16_000 * np.sin(2 * np.pi * 440 * T / 16_000)),
    "440 Hz, 3 steps": np.rint(3 * np.sin(2 * np.pi * 440 * T / 16_000)),
    **{name: sounds()[name] for name in ("noise", "lowest", "square", "chirp", "4 kHz")},
}
"""As loud as 16 bits can be, and tones: their weak filters are 120 dB below the loud ones."""


def found_and_wanted(name: str, pcm: Samples) -> tuple[Samples, Samples]:
    """The levels that a network of MLPerf Tiny reads, and those of the formula."""
    pcm = np.asarray(pcm).clip(-32768, 32767).astype(np.int64)
    settings = FRONT_ENDS[name]
    features = SoundFrontEnd(settings).push(pcm)
    return sound_levels(settings, features, settings.unit, *INPUTS[name]), wanted_levels(
        name, FORMULAS[name](pcm)
    )


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("sound", USUAL)
def test_usual_sounds(name: str, sound: str) -> None:
    """One level in a hundred is one step beside that of the formula, where it lies between two."""
    found, want = found_and_wanted(name, USUAL[sound])
    assert np.abs(found - want).max() <= 1
    assert (found != want).mean() < 0.01


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("sound", EXTREME)
def test_extreme_sounds(name: str, sound: str) -> None:
    found, want = found_and_wanted(name, EXTREME[sound])
    assert np.abs(found - want).max() <= (4 if name == "mlperf_ad" else 1)


@pytest.mark.parametrize("size", [256, 512, 1024])
@pytest.mark.parametrize("loud", [True, False])
def test_transform(size: int, loud: bool) -> None:
    """Rounding adds up to some units; turns of 20 bits to 2**-22 of the loudest."""
    random = np.random.default_rng(size)
    most = int(0.98 * 2**30 / size) if loud else 30
    rows = random.integers(-most, most + 1, (20, size))
    rows[1] = np.where(np.arange(size) % 2, most, -most)
    rows[2] = np.rint(most * np.sin(2 * np.pi * 5 * np.arange(size) / size))
    re, im = wide_transform(rows)
    want = np.fft.rfft(rows)[:, 1:-1]
    assert np.abs(re[:, 1:] - want.real).max() < (200 if loud else 50)
    assert np.abs(im[:, 1:] - want.imag).max() < (200 if loud else 50)


CHANGED = [
    LogMelSettings(window=256, hop=100, channels=20, shape="hamming", low=0.0, high=8000.0),
    LogMelSettings(window=401, hop=133, channels=12, coefficients=12, log_shift=6, floor=1e-9),
    LogMelSettings(window=1000, hop=500, channels=4, scale="slaney", power=2, high=8000.0),
    LogMelSettings(logarithm="decibel", power=1, channels=30, rate=8000, high=3000.0),
]


def formula(pcm: Samples, settings: LogMelSettings) -> np.ndarray:
    """Any settings, with the weights of the integer filters."""
    n = np.arange(settings.window)
    middle = 0.5 if settings.shape == "hann" else 0.54
    window = middle - (1 - middle) * np.cos(2 * np.pi * n / settings.window)
    starts = np.arange((len(pcm) - settings.window) // settings.hop + 1)[:, None] * settings.hop
    parts = np.abs(np.fft.rfft(pcm[starts + n] / 32768 * window, settings.fft)) ** settings.power
    bank = mel_filters(settings)
    sums = np.zeros((len(parts), settings.channels + 2))
    k = 0
    for side, width in enumerate(bank.widths):
        here = parts[:, bank.begin + k : bank.begin + k + width]
        sums[:, side + 1] += here @ np.array(bank.rising[k : k + width])
        sums[:, side] += here @ np.array(bank.falling[k : k + width])
        k += width
    values = np.log(sums[:, 1:-1] * bank.peak / 2**bank.bits + settings.floor)
    if settings.logarithm == "decibel":
        values *= 20 / settings.power / np.log(10)
    if settings.coefficients:
        k, n = np.arange(settings.coefficients)[:, None], np.arange(settings.channels)
        count = settings.channels
        values = values @ (np.cos(np.pi * k * (2 * n + 1) / 2 / count) * np.sqrt(2 / count)).T
    return values


@pytest.mark.parametrize("settings", CHANGED)
def test_other_settings(settings: LogMelSettings) -> None:
    pcm = np.concatenate([USUAL["noise"], sounds()["whisper"], sounds()["noise"]])
    found = SoundFrontEnd(settings).push(pcm)
    assert found.shape[1] == settings.features
    assert np.abs(found * settings.unit - formula(pcm, settings)).max() < 0.05
    assert np.abs(found).max() <= log_mel_tables.most_feature(settings)


@given(st.lists(st.integers(0, 5000), max_size=4))
@examples(15)
def test_pieces_of_any_length(cuts: list[int]) -> None:
    pcm = sounds(5000)["swelling"]
    settings = FRONT_ENDS["mlperf_kws"]
    front_end = SoundFrontEnd(settings)
    rows = [row for piece in np.split(pcm, sorted(cuts)) for row in front_end.push(piece).tolist()]
    assert rows == SoundFrontEnd(settings).push(pcm).tolist()


def test_published_parameters() -> None:
    second = np.zeros(16_000, np.int64)
    assert SoundFrontEnd(FRONT_ENDS["mlperf_kws"]).push(second).shape == (49, 10)
    assert SoundFrontEnd(FRONT_ENDS["mlperf_ad"]).push(second).shape == (30, 128)
    assert {name: settings.features for name, settings in FRONT_ENDS.items()} == {
        "microwakeword": 40,
        "micro_speech": 40,
        "mlperf_kws": 10,
        "mlperf_ad": 128,
    }


@pytest.mark.parametrize("settings", [*FRONT_ENDS.values(), *CHANGED])
def test_configuration(settings: FrontEndSettings) -> None:
    assert front_end_from_config(settings.get_config()) == settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"window": 1025}, "frames of 1025 samples: give 2 to 1024"),
        ({"scale": "mel"}, "slaney"),
        ({"logarithm": "bel"}, "decibel"),
        ({"power": 3}, "power 3: give 1 for magnitudes or 2 for energies"),
        ({"floor": 0.0}, "a floor of 0 under the logarithm: give 1e-20 to 1e-3"),
        ({"coefficients": 41}, "41 coefficients of 40 mel filters"),
        ({"log_shift": 9}, "log_shift 9: give 0 to 8"),
    ],
)
def test_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ThumbnetError, match=message):
        LogMelSettings(**changes)  # type: ignore[arg-type]


def test_filters_are_refused() -> None:
    with pytest.raises(ThumbnetError, match="mel filter 2 of 100 lies between two frequencies"):
        mel_filters(LogMelSettings(channels=100))
    with pytest.raises(ThumbnetError, match="is too wide: 255 is the most"):
        mel_filters(LogMelSettings(window=1024, channels=1, high=8000.0))


@pytest.mark.parametrize("config", [{"coefficients": "many"}, {"coefficients": 1, "x": 2}])
def test_configuration_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ThumbnetError, match=r"are not understood .*: export again"):
        front_end_from_config(config)
