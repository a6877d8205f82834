"""The sound front end in assembly on an emulated core: integers of the PC, memory, cycles."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.asm_thumb import Firmware
from support.examples import examples
from support.kernel_words import FIRMWARE
from support.sound_modules import module
from support.sounds import overflowing, sounds
from support.thumb_machine import assemble
from support.thumb_text import data_lines, opcodes

from thumbnet.export.cost.sound_cycles import assembly_cycles
from thumbnet.export.emit.firmware_source import inlined
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, SoundSettings, sine_table, sound_tables
from thumbnet.trainer.sound import fourier
from thumbnet.trainer.sound.front_end import logarithm
from thumbnet.trainer.sound.settings import FFT_SIZES

THUMB = FIRMWARE / "thumb"
BYTES = {
    "join_pairs": ("sound_fourier", 50),
    "join_ones": ("sound_fourier", 210),
    "join_fours": ("sound_fourier", 430),
    "unpack": ("sound_fourier", 170),
    "fill_frame": ("sound_frame", 230),
    "mel_sides": ("sound_mel", 20),
    "mel_roots": ("sound_mel", 260),
    "subtract_noise": ("sound_noise", 130),
    "multiply_gain": ("sound_gain", 180),
    "take_logarithms": ("sound_log", 150),
    "copy_samples": ("store_bytes", 40),
    "move_values": ("sound_levels", 40),
    "look_up_levels": ("sound_levels", 30),
}
"""The functions in assembly: their file, and at most how many bytes of machine code they have."""

FILES = sorted({name for name, _ in BYTES.values()})

SETTINGS = {
    "microwakeword": FRONT_ENDS["microwakeword"],
    "256": SoundSettings(window=256, hop=256, channels=1, high=2000.0, smoothing_bits=0),
    "1024": SoundSettings(
        window=1023, hop=1000, channels=128, shape="hamming", strength=0, log_shift=8
    ),
    "short": SoundSettings(window=17, hop=17, channels=20, high=8000.0, floor=0.9, gain_bits=20),
}


@pytest.mark.parametrize("name", FILES)
def test_opcodes_are_those_of_the_comments(name: str) -> None:
    found = list(data_lines(inlined(THUMB / f"{name}.py")))
    assert found
    for line, given_, comment, frame in found:
        assert given_ == opcodes(comment, frame, {}), f"{name}.py:{line}"


@pytest.mark.parametrize("function", BYTES)
def test_machine_code(function: str) -> None:
    """The same for all processors, and not longer than it was."""
    name, most = BYTES[function]
    text = inlined(THUMB / f"{name}.py")
    code = {assemble(text, function, arch) for arch in ("armv6m", "armv7m", "armv7em")}
    assert len(code) == 1
    assert len(code.pop()) <= most


def frames_of(settings: SoundSettings) -> NDArray[np.int64]:
    """Frames of sounds of all kinds, one behind the other."""
    length = settings.window
    loud = overflowing(settings, settings.fft // 8, 6)[:length]
    few = ("noise", "whisper", "silence", "lowest", "square", "clicks")
    return np.concatenate([*(sounds(length)[name] for name in few), loud])


@pytest.mark.parametrize("name", SETTINGS)
def test_front_end(name: str, tmp_path: Path) -> None:
    """From bytes to features, frame by frame, as the Stream calls it."""
    settings = SETTINGS[name]
    pcm = frames_of(settings)
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
        got.append(list(board.SIGNAL))
    assert got == SoundFrontEnd(settings).push(pcm).tolist()
    assert len(got) >= 7
    if settings.hop > 100:  # and so what is estimated matters
        assert board.cycles / len(got) == pytest.approx(assembly_cycles(settings), rel=0.1)


def loaded(name: str, **literals: Any) -> Firmware:
    return Firmware(THUMB / f"{name}.py", **literals)


EXTREMES = (-32768, -32767, -16385, -1, 0, 1, 16384, 32766, 32767)


def of_16_bits(size: int, kind: str, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    if kind == "extremes":
        return rng.choice(EXTREMES, size)
    if kind == "few":
        return rng.choice(EXTREMES, size) * (rng.random(size) < 3 / size)
    return rng.integers(-32768, 32768, size)


KINDS = st.sampled_from(["extremes", "few", "noise"])
SEEDS = st.integers(0, 2**32 - 1)


@given(
    n=st.one_of(st.integers(2, 40), st.integers(2, 1024)),
    kind=KINDS,
    shift=st.integers(0, 15),
    turn=st.floats(0, 1, exclude_max=True),
    seed=SEEDS,
)
@example(n=512, kind="extremes", shift=0, turn=0.0, seed=0)
@example(n=256, kind="extremes", shift=3, turn=0.5, seed=0)
@example(n=1024, kind="extremes", shift=15, turn=0.999, seed=0)
@examples(60)
def test_frame(n: int, kind: str, shift: int, turn: float, seed: int) -> None:
    size = next(size for size in FFT_SIZES if size >= n)
    samples = of_16_bits(n, kind, seed) >> shift
    window = np.random.default_rng(seed).integers(0, 4097, n)
    at = int(n * turn)
    windowed = (np.roll(samples, -at) * window) >> 12
    largest = max(0 if v == -32768 else abs(v) for v in windowed.tolist())
    up = 15 - largest.bit_length()
    padded = np.zeros(size, np.int64)
    padded[:n] = (windowed << up).astype(np.int16)
    names = {
        "FFT": size,
        "SAMPLES": array("h", samples.tolist()),
        "COEFFICIENTS": array("h", window.tolist()),
        "REAL": array("h", [-1] * (size // 2)),
        "IMAGINARY": array("h", [-1] * (size // 2)),
    }
    assert loaded("sound_frame", **names).load_frame(at) == up
    order = fourier.order(size // 2)
    assert names["REAL"].tolist() == padded[0::2][order].tolist()
    assert names["IMAGINARY"].tolist() == padded[1::2][order].tolist()
    assert names["SAMPLES"].tolist() == samples.tolist()


@pytest.mark.parametrize("size", [256, 512, 1024])
@given(kind=KINDS, seed=SEEDS)
@example(kind="extremes", seed=1)
@examples(24)
def test_fourier(size: int, kind: str, seed: int) -> None:
    """Any 16 bits, far beyond what sound makes of them: every sum wraps as on the PC."""
    samples = of_16_bits(size, kind, seed)
    order = fourier.order(size // 2)
    re, im = array("h", samples[0::2][order].tolist()), array("h", samples[1::2][order].tolist())
    sines = array("h", list(sine_table(size, size)))
    loaded("sound_fourier", REAL=re, IMAGINARY=im, SINES=sines).transform()
    want = fourier.transform(samples[None])
    assert [re.tolist()[1:], im.tolist()[1:]] == [part[0, 1:].tolist() for part in want]


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
