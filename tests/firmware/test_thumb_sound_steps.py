"""What follows the Fourier transform, in assembly on an emulated core, with any numbers."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.examples import examples
from support.sound_kernels import KINDS, SEEDS, loaded, of_16_bits

from thumbnet.trainer import SoundSettings, sound_tables
from thumbnet.trainer.sound.front_end import logarithm


@st.composite
def filters(draw: st.DrawFn) -> tuple[list[int], int]:
    """How many frequencies are on each side, and the first."""
    channels = draw(st.one_of(st.integers(1, 4), st.sampled_from([127, 128])))
    most = min(255, 500 // (channels + 1))
    widths = draw(st.lists(st.integers(0, most), min_size=channels + 1, max_size=channels + 1))
    return widths, draw(st.integers(1, 512 - max(sum(widths), 1)))


@given(filters=filters(), up=st.integers(0, 15), kind=KINDS, heavy=st.booleans(), seed=SEEDS)
@example(filters=([0, 255, 255], 2), up=0, kind="extremes", heavy=True, seed=0)
@example(filters=([1, 0, 0], 511), up=15, kind="noise", heavy=False, seed=0)
@examples(80)
def test_mel(filters: tuple[list[int], int], up: int, kind: str, heavy: bool, seed: int) -> None:
    widths, begin = filters
    rng = np.random.default_rng(seed)
    count, channels = sum(widths), len(widths) - 1
    re, im = of_16_bits(512, kind, seed), of_16_bits(512, kind, seed ^ 1)
    weights = np.full((count, 2), 4096) if heavy else rng.integers(0, 4097, (count, 2))
    ends = [0, *np.cumsum(widths).tolist()]

    def totals() -> list[int]:
        products = [
            [int(v) * int(weight) for v, weight in zip(energy, column, strict=True)]
            for energy in [(re * re + im * im)[begin : begin + count]]
            for column in weights.T
        ]
        sides = [[sum(of[a:b]) for a, b in pairwise(ends)] for of in products]
        return [sides[1][c] + sides[0][c + 1] for c in range(channels)]

    if not heavy:
        re, im = re >> rng.integers(0, 16), im >> 15
    while max(totals()) >= 2**44:  # the sums of a transform, which divides by its size, are below
        re, im = re >> 1, im >> 1
    want = [root(total) >> up for total in totals()]
    names = {
        "REAL": array("h", re.tolist()),
        "IMAGINARY": array("h", im.tolist()),
        "SIGNAL": array("i", [-1] * channels),
        "MEL_BEGIN": begin,
        "MEL_WIDTHS": bytes(widths),
        "MEL_WEIGHTS": array("h", weights.ravel().tolist()),
    }
    loaded("sound_mel", **names).mel(up)
    assert names["SIGNAL"].tolist() == want


def root(v: int) -> int:
    """A rounded square root; that of what 32 bits hold stays within 16."""
    found = math.isqrt(v)
    return found + (v - found * found > found and found != 65535)


@pytest.mark.parametrize("total", [2**32 - 1, 2**32, 2**32 + 65536, 65536, 65535**2 + 65536])
def test_root_of_edges(total: int) -> None:
    """Sums that no other test may meet; as few energies as give them."""
    parts = []
    rest = total
    while rest:
        a = min(math.isqrt(rest // 4096) if rest >= 4096 else math.isqrt(rest), 32767)
        weight = 4096 if rest >= 4096 else 1
        parts.append((a, weight))
        rest -= weight * a * a
    names = {
        "REAL": array("h", [0, *(a for a, _ in parts)]),
        "IMAGINARY": array("h", [0] * (len(parts) + 1)),
        "SIGNAL": array("i", [0]),
        "MEL_BEGIN": 1,
        "MEL_WIDTHS": bytes([0, len(parts)]),
        "MEL_WEIGHTS": array("h", [v for _, weight in parts for v in (weight, 4096)]),
    }
    loaded("sound_mel", **names).mel(0)
    assert names["SIGNAL"].tolist() == [root(total)]


SIGNALS = st.one_of(
    st.integers(0, 2**20 - 1),
    st.builds(lambda n, d: max(0, 2**n + d), st.integers(0, 19), st.integers(-2, 2)),
)


@given(
    signal=st.lists(SIGNALS, min_size=1, max_size=8),
    bits=st.integers(0, 10),
    shares=st.tuples(
        *[st.one_of(st.sampled_from([0, 1, 16383, 16384]), st.integers(0, 16384))] * 3
    ),
    data=st.data(),
)
@examples(150)
def test_noise(
    signal: list[int], bits: int, shares: tuple[int, int, int], data: st.DataObject
) -> None:
    edges = st.one_of(st.integers(0, 2**30 - 1), st.sampled_from([0, 16383, 16384, 2**30 - 1]))
    noise = data.draw(st.lists(edges, min_size=len(signal), max_size=len(signal)))
    wanted, left = [], []
    for k, (s, old) in enumerate(zip(signal, noise, strict=True)):
        fine, weight = s << bits, shares[k % 2]
        now = (fine * weight + old * (16384 - weight)) >> 14
        wanted.append(now)
        left.append(max(max(fine - now, 0) >> bits, (s * shares[2]) >> 14))
    names = {
        "SIGNAL": array("i", signal),
        "NOISE": array("i", noise),
        "SMOOTHING": (bits, *shares),
    }
    loaded("sound_noise", **names).reduce_noise()
    assert [names["NOISE"].tolist(), names["SIGNAL"].tolist()] == [wanted, left]


@lru_cache
def gains(strength: float, bits: int) -> NDArray[np.int64]:
    return sound_tables.gain_table(SoundSettings(strength=strength, gain_bits=bits))


@given(
    signal=st.lists(SIGNALS, min_size=1, max_size=8),
    strength=st.sampled_from([(0.95, 21), (0.5, 20), (1.5, 22)]),
    shift=st.integers(5, 20),
    data=st.data(),
)
@examples(150)
def test_gain(
    signal: list[int], strength: tuple[float, int], shift: int, data: st.DataObject
) -> None:
    """The parabola of all tables that the exporter makes, at all noises."""
    table = gains(*strength)
    noises = st.one_of(
        st.integers(0, 3),
        st.builds(lambda n, d: min(2**n + d, 2**30 - 1), st.integers(2, 30), st.integers(-1, 1)),
        st.integers(0, 2**30 - 1),
    )
    noise = data.draw(st.lists(noises, min_size=len(signal), max_size=len(signal)))
    want = []
    for s, v in zip(signal, noise, strict=True):
        bits = v.bit_length()
        start, slope, curve = (int(x) for x in table[bits])
        place = ((v << 11) >> bits) & 1023
        gain = start + ((((curve * place >> 5) + (slope << 5)) * place + 16384) >> 15)
        gain = gain if v > 2 else int(table[v, 0])
        ratio = (s * gain) >> shift
        want.append((ratio * ratio) >> 20 if ratio < 8192 else (ratio >> 6) - 64)
    names = {
        "SIGNAL": array("i", signal),
        "NOISE": array("i", noise),
        "GAINS": array("h", table.ravel().tolist()),
        "SNR_SHIFT": shift,
    }
    loaded("sound_gain", **names).control_gain()
    assert names["SIGNAL"].tolist() == want


@given(
    signal=st.lists(
        st.one_of(st.integers(0, 2**27 - 1), SIGNALS, st.sampled_from([0, 1, 2, 3])),
        min_size=1,
        max_size=128,
    ),
    up=st.integers(2, 4),
    shift=st.integers(0, 8),
)
@examples(150)
def test_logarithm(signal: list[int], up: int, shift: int) -> None:
    names = {
        "SIGNAL": array("i", signal),
        "LOG2": array("h", sound_tables.log_table().tolist()),
        "LOG_SHIFTS": (up, shift),
    }
    loaded("sound_log", **names).logarithms()
    assert names["SIGNAL"].tolist() == logarithm(np.array(signal) << up, shift).tolist()


def test_logarithm_at_steps() -> None:
    """Numbers where the finest logarithm goes up, and those before: nothing may be left out."""
    values = np.arange(2**14, 2**17) << 2
    steps = np.flatnonzero(np.diff(logarithm(values, 8)))
    near = np.concatenate([steps, steps + 1]) + 2**14
    assert len(near) > 1000
    table = array("h", sound_tables.log_table().tolist())
    for k in range(0, len(near), 128):
        part = near[k : k + 128]
        signal = array("i", part.tolist())
        loaded("sound_log", SIGNAL=signal, LOG2=table, LOG_SHIFTS=(2, 8)).logarithms()
        assert signal.tolist() == logarithm(part << 2, 8).tolist()


@given(size=st.integers(1, 1024), data=st.data(), align=st.integers(0, 3), seed=SEEDS)
@examples(80)
def test_samples(size: int, data: st.DataObject, align: int, seed: int) -> None:
    at = data.draw(st.integers(0, size - 1))
    n = data.draw(st.one_of(st.integers(0, size), st.sampled_from([0, size - at, size])))
    begin = data.draw(st.integers(0, 3))
    pcm = of_16_bits(begin + n, "noise", seed)
    samples = array("h", [7] * size)
    board = loaded("store_bytes", SAMPLES=samples)
    board.align = align
    want = [7] * size
    for k in range(n):
        want[(at + k) % size] = int(pcm[begin + k])
    assert board.store_bytes(pcm.astype("<i2").tobytes(), begin, begin + n, at) == (at + n) % size
    assert samples.tolist() == want


@given(
    frames=st.integers(1, 5),
    signal=st.lists(st.integers(0, 700), min_size=1, max_size=128),
    levels=st.binary(min_size=1, max_size=680),
    seed=SEEDS,
)
@example(frames=3, signal=[5, 0, 679, 680], levels=bytes(range(255)), seed=0)
@examples(80)
def test_levels(frames: int, signal: list[int], levels: bytes, seed: int) -> None:
    n = len(signal)
    before = np.random.default_rng(seed).bytes(frames * n)
    names = {"SIGNAL": array("i", signal), "VALUES": bytearray(before), "SOUND_LEVELS": levels}
    loaded("sound_levels", **names).add_features()
    assert names["VALUES"] == before[n:] + bytes(levels[min(v, len(levels) - 1)] for v in signal)
    assert names["SIGNAL"].tolist() == signal
