"""Sound on the board: every tier has the integers of the PC, in 31 bits and in a small heap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.int31 import Int31
from support.sound_modules import TIERS, board_features, module
from support.sounds import Samples, overflowing, sounds

from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, SoundSettings

SETTINGS = {
    **FRONT_ENDS,
    # 128 complex points are no power of four, and neither are 512.
    "256": SoundSettings(window=256, hop=100, channels=30, smoothing_bits=9),
    "1024": SoundSettings(
        window=1000, hop=500, channels=64, shape="hamming", strength=0, log_shift=8
    ),
    # Frames of an odd length; a filter for the highest frequency; hardly any noise reduction.
    "odd": SoundSettings(window=401, hop=133, channels=20, high=8000.0, floor=0.9, gain_bits=20),
}


def every_sound(settings: SoundSettings) -> Samples:
    length = 2 * settings.window
    loud = [overflowing(settings, settings.fft // 8, shift) for shift in (3, 6)]
    return np.concatenate([*sounds(length).values(), *loud])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", SETTINGS)
def test_board_is_pc(name: str, tier: str, tmp_path: Path) -> None:
    settings = SETTINGS[name]
    pcm = every_sound(settings)
    want = SoundFrontEnd(settings).push(pcm).tolist()
    assert board_features(tmp_path, settings, tier, pcm) == want


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


@pytest.mark.parametrize("name", ["microwakeword", "256", "1024"])
def test_plain_stays_within_31_bits(name: str) -> None:
    settings = SETTINGS[name]
    text = module(settings, "plain").replace("from array import array\n", "")
    scope: dict[str, Any] = {"array": Checked}
    exec(text, scope)
    n = settings.window
    square = np.where(np.arange(n) // 2 % 2, 32767, -32768)  # the most that a channel can have
    low = np.where(np.arange(n) // (n // 8) % 2, 32767, -32768)
    frames = [square, low, *overflowing(settings, settings.fft // 8, 6).reshape(-1, n)[:1]]
    front_end = SoundFrontEnd(settings)
    for frame in frames * 2:
        front_end._samples = front_end._samples[:0]
        want = front_end.push(frame).tolist()
        scope["store_samples"]([Int31(v) for v in frame.tolist()], 0, n, 0)
        scope["sound_features"](0)
        assert [[*map(int, scope["SIGNAL"])]] == want
