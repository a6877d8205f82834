"""The front ends of MLPerf Tiny, in assembly on an emulated core: integers of the PC."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.asm_thumb import Firmware
from support.examples import examples
from support.sound_kernels import KINDS, SEEDS, loaded, of_16_bits
from support.sound_modules import features_array, module
from support.sounds import sounds

from thumbnet.export.cost.sound_cycles import assembly_cycles
from thumbnet.trainer import (
    FRONT_ENDS,
    LogMelSettings,
    SoundFrontEnd,
    log_mel_tables,
    mel_filters,
    sound_tables,
    wide_sines,
)
from thumbnet.trainer.sound import fourier, wide_fourier
from thumbnet.trainer.sound.log_mel import filter_sums, levels_of, scaled_logarithms
from thumbnet.trainer.sound.log_mel import loaded as windowed


@given(
    n=st.one_of(st.integers(16, 40), st.integers(16, 1024)),
    shape=st.sampled_from(["hann", "hamming"]),
    kind=KINDS,
    shift=st.integers(0, 16),
    turn=st.floats(0, 1, exclude_max=True),
    seed=SEEDS,
)
@example(n=512, shape="hann", kind="extremes", shift=0, turn=0.0, seed=0)
@example(n=256, shape="hamming", kind="extremes", shift=3, turn=0.5, seed=0)
@example(n=1023, shape="hann", kind="extremes", shift=15, turn=0.999, seed=0)
@examples(60)
def test_frame(n: int, shape: str, kind: str, shift: int, turn: float, seed: int) -> None:
    settings = LogMelSettings(window=n, hop=16, shape=shape)
    half = settings.fft // 2
    at = int(n * turn)
    samples = of_16_bits(n, kind, seed) >> shift
    names = {
        "FFT": settings.fft,
        "SAMPLES": array("h", np.roll(samples, at).tolist()),
        "COEFFICIENTS": array("i", log_mel_tables.window_weights(settings).tolist()),
        "FRAME_SHIFT": 15 - log_mel_tables.frame_bits(settings),
        "REAL": array("i", [-1] * half),
        "IMAGINARY": array("i", [-1] * half),
    }
    [want], [up] = windowed(samples[None], settings)
    assert loaded("sound_frame_wide", **names).load_frame(at) == up
    order = fourier.order(half)
    assert names["REAL"].tolist() == want[0::2][order].tolist()
    assert names["IMAGINARY"].tolist() == want[1::2][order].tolist()


@pytest.mark.parametrize("size", [256, 512, 1024])
@given(kind=st.sampled_from(["signs", "wave", "click", "noise"]), k=st.integers(0, 511), seed=SEEDS)
@example(kind="wave", k=128, seed=0)
@example(kind="wave", k=0, seed=0)
@example(kind="click", k=255, seed=0)
@examples(24)
def test_fourier(size: int, kind: str, k: int, seed: int) -> None:
    """The largest absolute values together, in noise, in one frequency and in one sample."""
    rng = np.random.default_rng(seed)
    most = 2**30 // size - 1
    waves = np.rint(most * np.cos(2 * np.pi * k * np.arange(size) / size)).astype(np.int64)
    click = np.where(np.arange(size) == k % size, 2**30 - 1, 0)
    samples = {
        "signs": rng.choice([-most, most], size),
        "wave": np.where(waves < 0, -most, most) if seed % 2 else waves,
        "click": click if seed % 2 else -click,
        "noise": rng.integers(-most, most + 1, size),
    }[kind]
    order = fourier.order(size // 2)
    re, im = array("i", samples[0::2][order].tolist()), array("i", samples[1::2][order].tolist())
    sines = array("i", wide_sines(size).tolist())
    loaded("sound_fourier_wide", REAL=re, IMAGINARY=im, SINES=sines).transform()
    want = wide_fourier.wide_transform(samples[None])
    assert [re.tolist()[1:], im.tolist()[1:]] == [part[0, 1:].tolist() for part in want]


FILTERS = {
    "mlperf_kws": FRONT_ENDS["mlperf_kws"],
    "mlperf_ad": FRONT_ENDS["mlperf_ad"],
    "wide": LogMelSettings(window=600, high=8000.0, channels=4, scale="slaney", floor=1e-3),
    "energies": LogMelSettings(window=256, hop=256, channels=20, power=2, floor=1e-20),
    "floor": LogMelSettings(channels=1, high=60.0, scale="slaney", power=2, floor=1e-3),
}


@pytest.mark.parametrize("name", FILTERS)
@given(
    most=st.integers(0, 30),
    least=st.integers(0, 30),
    full=st.booleans(),
    up=st.integers(0, 15),
    seed=SEEDS,
)
@example(most=30, least=0, full=True, up=0, seed=0)
@example(most=0, least=0, full=True, up=0, seed=0)
@example(most=0, least=0, full=True, up=15, seed=0)
@examples(24)
def test_mel(name: str, most: int, least: int, full: bool, up: int, seed: int) -> None:
    """Loud and weak frequencies side by side, and all of them as large as they can be."""
    settings = FILTERS[name]
    bank, half = mel_filters(settings), settings.fft // 2
    rng = np.random.default_rng(seed)
    bits = rng.choice([most, min(least, most)], half)
    largest = 2**bits - 1
    re, im = (rng.integers(-largest - 1, largest + 1) for _ in range(2))
    if full:
        re, im = largest, -largest - 1
    weights = np.array([bank.falling, bank.rising]).T
    names = {
        "REAL": array("i", re.tolist()),
        "IMAGINARY": array("i", im.tolist()),
        "SIGNAL": array("i", [-1] * settings.channels),
        "MEL_BEGIN": bank.begin,
        "MEL_WIDTHS": bytes(bank.widths),
        "MEL_WEIGHTS": array("h", weights.ravel().tolist()),
        "MEL_POWER": settings.power,
        "MEL_FLOOR": log_mel_tables.floor_of(settings),
    }
    loaded("sound_mel_wide", **names).mel(up)
    want = filter_sums(re[None], im[None], np.array([up]), settings)
    assert names["SIGNAL"].tolist() == want[0].tolist()


@pytest.mark.parametrize("name", ["mlperf_kws", "mlperf_ad"])
@given(
    values=st.lists(
        st.one_of(
            st.integers(-60 * 65536, 80 * 65536),
            st.builds(lambda e: 65536 * e, st.integers(-60, 80)),
            st.builds(lambda e: 65536 * e - 1, st.integers(-60, 80)),
        ),
        min_size=1,
        max_size=128,
    )
)
@examples(60)
def test_logarithms(name: str, values: list[int]) -> None:
    settings = FRONT_ENDS[name]
    assert isinstance(settings, LogMelSettings)
    names = {
        "SIGNAL": array("i", values),
        "LOG2": array("h", sound_tables.log_table().tolist()),
        "LOG_SCALE": log_mel_tables.log_scale(settings),
    }
    loaded("sound_log_wide", **names).logarithms()
    assert names["SIGNAL"].tolist() == scaled_logarithms(np.array(values), settings).tolist()


@pytest.mark.parametrize(("channels", "coefficients"), [(40, 10), (1, 1), (128, 128)])
@given(seed=SEEDS)
@examples(8)
def test_cosines(channels: int, coefficients: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(-32768, 32768, (coefficients, channels))
    signal = rng.integers(-(2**15) // channels, 2**15 // channels + 1, channels)
    shift = int(rng.integers(1, 20))
    names = {
        "SIGNAL": array("i", signal.tolist()),
        "FEATURES": array("i", [0] * coefficients),
        "COSINES": array("h", table.ravel().tolist()),
        "COSINE_SHIFT": shift,
    }
    loaded("sound_cosines", **names).cosines()
    want = (table @ signal + (1 << (shift - 1))) >> shift
    assert names["FEATURES"].tolist() == want.tolist()


@given(
    frames=st.integers(1, 5),
    features=st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=128),
    scale=st.floats(0.05, 1),
    zero_point=st.integers(0, 255),
    seed=SEEDS,
)
@examples(80)
def test_levels(frames: int, features: list[int], scale: float, zero_point: int, seed: int) -> None:
    settings = LogMelSettings()
    before = np.random.default_rng(seed).bytes(frames * len(features))
    numbers = log_mel_tables.level_scale(settings, settings.unit, scale, zero_point)
    most = log_mel_tables.most_feature(settings)
    features = [max(-most, min(v, most)) for v in features]
    names = {
        "FEATURES": array("i", features),
        "VALUES": bytearray(before),
        "LEVEL_SCALE": tuple(numbers),
    }
    loaded("sound_levels_wide", **names).add_features()
    newest = bytes(levels_of(np.array(features), numbers).tolist())
    assert names["VALUES"] == before[len(features) :] + newest


@pytest.mark.parametrize("name", ["mlperf_kws", "mlperf_ad"])
def test_front_end(name: str, tmp_path: Path) -> None:
    """From bytes to features, frame by frame, as the Stream calls it; and what that costs."""
    settings = FILTERS[name]
    assert isinstance(settings, LogMelSettings)
    few = ("noise", "silence", "square")
    pcm = np.concatenate([sounds(settings.window)[kind] for kind in few])
    path = tmp_path / "front_end.py"
    path.write_text(module(settings, "thumb"))
    board = Firmware(path)
    data = pcm.astype("<i2").tobytes()
    begin, missing, at = 0, settings.window, 0
    got = []
    while begin + missing <= len(pcm):
        at = board.store_samples(data, begin, begin + missing, at)
        begin, missing = begin + missing, settings.hop
        board.sound_features(at)
        got.append(list(board.names[features_array(settings)]))
    assert got == SoundFrontEnd(settings).push(pcm).tolist()
    assert len(got) >= 4
    assert board.cycles / len(got) == pytest.approx(assembly_cycles(settings), rel=0.1)
