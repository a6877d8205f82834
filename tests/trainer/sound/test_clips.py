"""Folders of sounds: labels, speakers, and what is left out or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.audio import beep, beeps, write_wave

from thumbnet.trainer import (
    FRONT_ENDS,
    SoundFrontEnd,
    SoundOptions,
    ThumbnetError,
    read_sounds,
    split_sounds,
)
from thumbnet.trainer.sound import examples
from thumbnet.trainer.sound.examples import cut_clip

RATE = 16_000
OPTIONS = SoundOptions(FRONT_ENDS["micro_speech"], seconds=0.5, copies=1)


def test_labels_and_speakers(tmp_path: Path) -> None:
    for k, speaker in enumerate(("anna", "ben", "anna", "carl")):
        for label in ("no", "yes"):
            write_wave(tmp_path / label / speaker / f"{k}.wav", beep(500 + 300 * k, 0.3, k))
    write_wave(tmp_path / "no" / "0132a06d_nohash_2.wav", beep(700, 0.3))
    write_wave(tmp_path / "no" / "alone.wav", beep(800, 0.3))
    write_wave(tmp_path / "_background_noise_" / "fan.wav", beep(100, 1))
    (tmp_path / "README.md").write_text("by me")
    (tmp_path / "no" / "notes.txt").write_text("none")
    with pytest.raises(ThumbnetError, match=r"yes/anna/0\.wav is the same sound as no/anna/0\.wav"):
        read_sounds(tmp_path, RATE)
    for k, path in enumerate(sorted((tmp_path / "yes").rglob("*.wav"))):
        write_wave(path, beep(3000, 0.3, k))
    sounds = read_sounds(tmp_path, RATE)
    assert {clip.label for clip in sounds.clips} == {"no", "yes"}
    assert {clip.group for clip in sounds.clips} == {
        *("speaker anna", "speaker ben", "speaker carl", "speaker 0132a06d", "file no/alone.wav")
    }
    assert [noise.name for noise in sounds.noises] == ["_background_noise_/fan.wav"]


@pytest.mark.parametrize("seed", range(5))
def test_no_speaker_is_on_both_sides(seed: int, tmp_path: Path) -> None:
    for k, speaker in enumerate("abcdef"):
        for label in ("no", "yes", "stop")[: 2 + k % 2]:
            write_wave(tmp_path / label / speaker / "0.wav", beep(500, 0.2, 10 * k + len(label)))
    train, test = split_sounds(read_sounds(tmp_path, RATE), OPTIONS, 0.3, seed)
    assert train.groups is not None
    assert test.groups is not None
    assert not {*train.groups.tolist()} & {*test.groups.tolist()}
    assert {*train.y.tolist()} == {*test.y.tolist()} == {0, 1, 2, 3}
    assert (train.speakers, test.speakers) == (4, 2)
    assert train.copied.sum() == len(train) // 2
    assert not test.copied.any()


def test_the_same_seed_gives_the_same_examples(tmp_path: Path) -> None:
    sounds = read_sounds(beeps(tmp_path, 3), RATE)
    first, again, other = (split_sounds(sounds, OPTIONS, 0.3, seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        assert (a.x == b.x).all()
    assert not np.array_equal(first[0].x, other[0].x)


def test_levels_are_those_of_the_front_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test example is its clip, in the middle, behind the noise of a microphone."""
    monkeypatch.setattr(examples, "QUIET", 0.0)
    sounds = read_sounds(beeps(tmp_path, 2), RATE)
    _, test = split_sounds(sounds, OPTIONS, 0.3, 0)
    settings = OPTIONS.front_end
    assert test.x.shape[1:] == test.sound.shape == (25, 40)
    assert test.sound.background == 0
    (example,) = test.x[test.y == 1]
    wanted = []
    for clip in (clip for clip in sounds.clips if clip.label == "high"):
        heard = np.zeros(examples.LEAD * settings.hop + test.sound.samples)
        (sound,) = cut_clip(clip.samples, test.sound.samples, RATE, whole=False)
        at = examples.LEAD * settings.hop + (test.sound.samples - len(sound)) // 2
        heard[at : at + len(sound)] = sound
        features = SoundFrontEnd(settings).push(heard.astype(np.int64))[-25:]
        wanted.append(np.rint(features * test.sound.unit * 255).clip(0, 255).tolist())
    assert test.sound.zero_point == 0
    assert example.tolist() in wanted
    assert wanted[0] != wanted[1]


@pytest.mark.parametrize(("seconds", "count"), [(0.3, 1), (0.5, 1), (0.6, 2), (1.0, 3), (1.3, 5)])
def test_long_clips_are_cut(seconds: float, count: int) -> None:
    sound = np.random.default_rng(0).normal(0, 1000, int(seconds * RATE))
    assert len(cut_clip(sound, RATE // 2, RATE, whole=False)) == count


def test_quiet_parts_are_left_out() -> None:
    sound = np.concatenate([np.zeros(8000), np.full(2000, 900), np.zeros(9000)])
    (one,) = cut_clip(sound, 6000, RATE, whole=False)
    assert 2000 <= len(one) <= 4000
    sound[-2000:] = 40.0  # a whisper far behind a loud sound
    pieces = cut_clip(sound, 6000, RATE, whole=False)
    assert all(np.abs(piece).max() == 900 for piece in pieces)
    assert len(cut_clip(sound, 6000, RATE, whole=True)) > len(pieces)


def test_a_single_recording_of_the_background_is_on_both_sides(tmp_path: Path) -> None:
    beeps(tmp_path, 2)
    write_wave(tmp_path / "silence" / "room.wav", np.random.default_rng(0).normal(0, 9, 80_000))
    train, test = split_sounds(read_sounds(tmp_path, RATE), OPTIONS, 0.3, 0)
    assert train.labels == ("background", "high", "low")
    assert 0 in train.y
    assert 0 in test.y


def test_notices(tmp_path: Path) -> None:
    beeps(tmp_path, 2)
    write_wave(tmp_path / "low" / "dead.wav", np.zeros(4000))
    write_wave(tmp_path / "low" / "again.wav", beep(400, 0.4, 400))
    for name in ("lost.wav", "found.wav"):
        write_wave(tmp_path / name, beep(500, 0.2))
    (tmp_path / "spare").mkdir()
    notices = read_sounds(tmp_path, RATE).notices
    assert notices == (
        f"{tmp_path / 'low' / 'dead.wav'} is silent: it is left out",
        f"there are no sounds in {tmp_path / 'spare'}: it is left out",
        "a sound beside the folders of the labels: it is left out, as it has none (2 files)",
        "the same sound as another file: it is left out",
    )


def test_refused(tmp_path: Path) -> None:
    def refused(message: str) -> None:
        with pytest.raises(ThumbnetError, match=message):
            split_sounds(read_sounds(tmp_path, RATE), OPTIONS, 0.2, 0)

    refused("there are no folders with sounds in it: make a folder for each label")
    write_wave(tmp_path / "a.wav", beep(400, 0.2))
    refused("its sounds lie in no folder: make a folder for each label")
    write_wave(tmp_path / "yes" / "a.wav", beep(400, 0.2))
    refused("every sound has label 'yes': make another folder beside yes/, such as background/")
    write_wave(tmp_path / "no" / "a.wav", beep(600, 0.2))
    refused("label 'no' has one file, no/a.wav: a test needs another")
    with pytest.raises(ThumbnetError, match="--noise b: no such folder: give a folder of noise"):
        read_sounds(tmp_path, RATE, noise="b")
    (tmp_path / "no").rename(tmp_path / "train")
    (tmp_path / "yes").rename(tmp_path / "test")
    refused("are no labels: give one of these folders, such as .*test, with a folder for each")
    with pytest.raises(ThumbnetError, match=r"a\.wav: this is a file: give one with a folder"):
        read_sounds(tmp_path / "a.wav", RATE)
    with pytest.raises(ThumbnetError, match="no such folder: give one with a folder of sounds for"):
        read_sounds(tmp_path / "b", RATE)
