"""The front end of the PC: every integer is that of TensorFlow's microfrontend."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.sounds import Samples, overflowing, sounds, speech

from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, SoundSettings, ThumbnetError
from thumbnet.trainer.sound.fourier import transform
from thumbnet.trainer.sound.front_end import features_of_clips

pymicro_features = pytest.importorskip("pymicro_features", reason="pip install pymicro-features")
SETTINGS = FRONT_ENDS["microwakeword"]
HOP = SETTINGS.hop


def of_the_wheel(pcm: Samples) -> list[list[int]]:
    """The features that pymicro-features finds; it takes pieces of 10 ms, and says 25.6 steps."""
    frontend = pymicro_features.MicroFrontend()
    rows = []
    for k in range(0, len(pcm) - HOP + 1, HOP):
        answer = frontend.process_samples(pcm[k : k + HOP].astype("<i2").tobytes())
        if answer.features:
            rows.append([round(feature / 0.0390625) for feature in answer.features])
    return rows


def ours(pcm: Samples, settings: SoundSettings = SETTINGS) -> list[list[int]]:
    found: list[list[int]] = SoundFrontEnd(settings).push(pcm).tolist()
    return found


@pytest.mark.parametrize("name", sounds())
def test_equal_to_pymicro_features(name: str) -> None:
    pcm = sounds()[name]
    assert ours(pcm) == of_the_wheel(pcm)


def test_speech_is_equal() -> None:
    pcm = speech("okay nabu, turn on the light in the kitchen")
    found = ours(pcm)
    assert found == of_the_wheel(pcm)
    assert np.ptp(found) > 600


@pytest.mark.parametrize("shift", [2, 5, 8])
@pytest.mark.parametrize("frequency", [37, 100, 128])
def test_sums_beyond_16_bits_wrap(frequency: int, shift: int) -> None:
    pcm = overflowing(SETTINGS, frequency, shift)
    assert ours(pcm) == of_the_wheel(pcm)


@given(st.integers(0, 2**32), st.integers(0, 15), st.integers(0, 400))
@examples(40)
def test_any_sound(seed: int, bits: int, silent: int) -> None:
    random = np.random.default_rng(seed)
    pcm = random.integers(-(1 << bits), 1 << bits, 5 * HOP)
    pcm[random.integers(0, len(pcm), silent)] = 0
    assert ours(pcm) == of_the_wheel(pcm)


@given(st.lists(st.integers(0, 3000), max_size=5))
@examples(30)
def test_pieces_of_any_length(cuts: list[int]) -> None:
    pcm = sounds(3000)["swelling"]
    front_end = SoundFrontEnd(SETTINGS)
    places = [0, *sorted(cuts), len(pcm)]
    rows = [row for a, b in pairwise(places) for row in front_end.push(pcm[a:b]).tolist()]
    assert rows == ours(pcm)
    front_end.reset()
    assert front_end.push(pcm).tolist() == rows


def test_micro_speech_has_the_same_frames_less_often() -> None:
    # The wheel knows only 10 ms: of a sound that repeats after 10 ms, all frames are alike.
    loop = np.random.default_rng(1).integers(-9000, 9000, HOP)
    pcm = np.tile(loop, 40)
    found = ours(pcm, FRONT_ENDS["micro_speech"])
    assert len(found) == (len(pcm) - 480) // 320 + 1
    assert found == of_the_wheel(pcm)[: len(found)]
    one_second = SoundFrontEnd(FRONT_ENDS["micro_speech"]).push(np.zeros(16_000, np.int64))
    assert one_second.shape == (49, 40)


class Fourier(ctypes.Structure):
    """FftState of the wheel."""

    _fields_ = [
        *(("input", ctypes.c_void_p), ("output", ctypes.c_void_p)),
        *(("fft_size", ctypes.c_size_t), ("input_size", ctypes.c_size_t)),
        *(("scratch", ctypes.c_void_p), ("scratch_size", ctypes.c_size_t)),
    ]


@pytest.mark.parametrize("size", [256, 512, 1024])
def test_transform_is_that_of_the_wheel(size: int) -> None:
    import micro_features_cpp

    library = ctypes.CDLL(micro_features_cpp.__file__)
    if not hasattr(library, "FftCompute"):
        pytest.fail("the wheel hides its Fourier transform: test_equal_to_... remains")
    state = Fourier()
    library.FftPopulateState.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    library.FftCompute.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    assert library.FftPopulateState(ctypes.addressof(state), size) == 1
    random = np.random.default_rng(size)
    for k in range(20):
        top = 32768 >> (k % 10)
        row = random.integers(-top, top, size)
        samples = row.astype(np.int16)
        library.FftCompute(ctypes.addressof(state), samples.ctypes.data, 0)
        output = ctypes.cast(state.output, ctypes.POINTER(ctypes.c_int16))
        want = np.ctypeslib.as_array(output, (size // 2 + 1, 2))[:-1].astype(np.int64)
        assert np.array_equal(np.stack(transform(row[None]), axis=2)[0], want)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"window": 1025}, "frames of 1025 samples: give 2 to 1024"),
        ({"hop": 481}, "the hop is at least 16 and not longer than a frame"),
        ({"high": 8001.0}, "they lie between 0 and 8000"),
        ({"even": 1.5}, "shares from 0 to 1"),
        ({"shape": "han"}, "hann"),
        ({"gain_bits": 2}, "gain_bits 2: give 20 to 35 for frames of 480 samples"),
    ],
)
def test_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ThumbnetError, match=message):
        SoundSettings(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("pcm", [[0.5], [[1, 2]], [40_000], [-32769]])
def test_what_is_no_sound_is_refused(pcm: list[float]) -> None:
    with pytest.raises(ThumbnetError, match="sound"):
        SoundFrontEnd(SETTINGS).push(pcm)


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_clips_together_are_clips_one_by_one(name: str) -> None:
    random = np.random.default_rng(2)
    settings = FRONT_ENDS[name]
    length = settings.window + 45 * settings.hop + 7
    loud = 4.0 ** np.arange(1, 9)[:, None]
    clips = np.rint(random.normal(0, 1, (8, length)) * loud).clip(-32768, 32767).astype(np.int16)
    one_by_one = [SoundFrontEnd(settings).push(clip) for clip in clips]
    assert np.array_equal(features_of_clips(clips, settings), one_by_one)
    assert features_of_clips(clips[:, :50], settings).shape == (8, 0, settings.features)
    # A long sound is computed in blocks; pieces are not.
    whole, pieces = SoundFrontEnd(settings), SoundFrontEnd(settings)
    cut = [pieces.push(piece) for piece in np.array_split(clips.ravel(), 5)]
    assert np.array_equal(whole.push(clips.ravel()), np.concatenate(cut))
