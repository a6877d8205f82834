"""Sound on the board: every tier has the integers of the PC, in 31 bits and in a small heap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.int31 import Int31
from support.sound_formulas import INPUTS
from support.sound_modules import TIERS, board_features, board_levels, features_array, module
from support.sounds import Samples, loudest, overflowing, sounds

from thumbnet.trainer import (
    FRONT_ENDS,
    FrontEndSettings,
    LogMelSettings,
    SoundFrontEnd,
    SoundSettings,
    sound_levels,
)

SETTINGS: dict[str, FrontEndSettings] = {
    **FRONT_ENDS,
    # 128 complex points are no power of four, and neither are 512.
    "256": SoundSettings(window=256, hop=100, channels=30, smoothing_bits=9),
    "1024": SoundSettings(
        window=1000, hop=500, channels=64, shape="hamming", strength=0, log_shift=8
    ),
    # Frames of an odd length; a filter for the highest frequency; hardly any noise reduction.
    "odd": SoundSettings(window=401, hop=133, channels=20, high=8000.0, floor=0.9, gain_bits=20),
    # A gain that is always the highest, so that its products need all bits.
    "gain": SoundSettings(window=256, hop=256, channels=12, strength=0.5, gain_bits=32),
    "256 log": LogMelSettings(window=255, hop=100, channels=16, shape="hamming", high=8000.0),
    "decibels": LogMelSettings(
        channels=30, scale="slaney", floor=1e-20, logarithm="decibel", log_shift=5
    ),
    # Sums over hundreds of energies.
    "wide": LogMelSettings(window=1024, hop=512, channels=4, power=2, high=8000.0),
    # A unit above that of the transform, for the floor.
    "energies": LogMelSettings(
        window=1000, hop=500, channels=12, power=2, coefficients=12, shape="hamming", floor=1e-3
    ),
}


def every_sound(settings: FrontEndSettings) -> Samples:
    length = 2 * settings.window
    if isinstance(settings, LogMelSettings):
        loud = [loudest(settings, settings.fft // 8), loudest(settings, 1)]
    else:
        loud = [overflowing(settings, settings.fft // 8, shift) for shift in (3, 6)]
    return np.concatenate([*sounds(length).values(), *loud])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", SETTINGS)
def test_board_is_pc(name: str, tier: str, tmp_path: Path) -> None:
    settings = SETTINGS[name]
    pcm = every_sound(settings)
    want = SoundFrontEnd(settings).push(pcm).tolist()
    assert board_features(tmp_path, settings, tier, pcm, "128k") == want


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("name", "frames"), [("mlperf_kws", 49), ("mlperf_ad", 5)])
@pytest.mark.parametrize("finer", [1, 8])
def test_levels_are_those_of_the_pc(
    name: str, frames: int, finer: int, tier: str, tmp_path: Path
) -> None:
    """The last frames that a network reads; with finer levels, some are beyond 0 and 255."""
    settings, (scale, zero_point) = FRONT_ENDS[name], INPUTS[name]
    scale /= finer
    pcm = sounds((frames + 2) * settings.hop + settings.window)["swelling"]
    features = SoundFrontEnd(settings).push(pcm)
    want = sound_levels(settings, features, settings.unit, scale, zero_point)
    found = board_levels(tmp_path, settings, tier, pcm, frames, (scale, zero_point))
    assert found == want[-frames:].ravel().tolist()
    assert len({*found}) > 40


class Checked(list[Int31]):
    """An array whose items leave neither 31 bits nor the range of its kind."""

    def __init__(self, kind: str, items: Any) -> None:
        self.most = {"h": 2**15, "i": 2**30}[kind]
        if isinstance(items, bytes):
            items = np.frombuffer(items, {"h": "<i2", "i": "<i4"}[kind]).tolist()
        super().__init__(map(Int31, items))

    def __setitem__(self, k: Any, v: Any) -> None:
        assert -self.most <= v < self.most, v
        super().__setitem__(k, Int31(v))


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in ("micro_speech", "odd")])
def test_plain_stays_within_31_bits(name: str) -> None:
    settings = SETTINGS[name]
    text = module(settings, "plain").replace("from array import array\n", "")
    scope: dict[str, Any] = {"array": Checked}
    exec(text, scope)
    n = settings.window
    square = np.where(np.arange(n) // 2 % 2, 32767, -32768)  # the most that a channel can have
    low = np.where(np.arange(n) // (n // 8) % 2, 32767, -32768)
    frames = [square, low, every_sound(settings)[-n:]]
    if isinstance(settings, LogMelSettings):
        # A flat spectrum, of which every filter adds up all.
        impulse = np.where(np.arange(n) == n // 2, 32767, 0)
        frames = [square, frames[-1], impulse, low * 0]
    front_end = SoundFrontEnd(settings)
    for frame in frames * (1 if isinstance(settings, LogMelSettings) else 2):
        front_end._samples = front_end._samples[:0]
        want = front_end.push(frame).tolist()
        scope["store_samples"]([Int31(v) for v in frame.tolist()], 0, n, 0)
        scope["sound_features"](0)
        assert [[*map(int, scope[features_array(settings)])]] == want
