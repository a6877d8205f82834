"""The sound front end in assembly on an emulated core: integers of the PC, memory, cycles."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.asm_thumb import Firmware
from support.examples import examples
from support.sound_kernels import KINDS, SEEDS, THUMB, loaded, of_16_bits
from support.sound_modules import module
from support.sounds import overflowing, sounds
from support.thumb_machine import assemble
from support.thumb_text import data_lines, opcodes

from thumbnet.export.cost.sound_cycles import assembly_cycles
from thumbnet.export.emit.firmware_source import inlined
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, SoundSettings, sine_table
from thumbnet.trainer.sound import fourier
from thumbnet.trainer.sound.frame_settings import FFT_SIZES

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
    "join_wide": ("sound_fourier_wide", 410),
    "unpack_wide": ("sound_fourier_wide", 240),
    "free_bits": ("sound_frame_wide", 40),
    "fill_wide": ("sound_frame_wide", 220),
    "mel_sums": ("sound_mel_wide", 550),
    "scale_logarithms": ("sound_log_wide", 80),
    "sum_cosines": ("sound_cosines", 60),
    "scale_levels": ("sound_levels_wide", 50),
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
