"""From clips to examples: sound of the length that a network reads, placed, mixed and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.dataset import Dataset
from ..datasets.input_spec import InputSpec
from ..errors import ThumbnetError
from .clips import BACKGROUND, SPEAKER, Clip
from .front_end import features_of_clips
from .made_noise import FAINTEST, LOUDEST, QUIET, Floats, loudness, made_noise
from .trained import TOP, TrainedSound

LEAD = 25
"""Frames before each example, in which the front end learns how loud the background is."""

_BLOCK = 50
"""Blocks of a second, by whose loudness the sound of a clip is found."""
_QUIETEST = 1e-3
_KEPT = 0.1
_MARGIN = 2

_GAIN = (-24.0, 6.0)
_RATIO = (3.0, 25.0)
"""Decibels by which a copy is louder, and by which it is louder than the noise with it."""
_CLEAN = 0.2


@dataclass(frozen=True, eq=False, kw_only=True)
class SoundExamples(Dataset):
    """Levels of the features of sounds: a `Dataset`, (n, frames, features), of whole numbers.

    Parameters
    ----------
    x, y, labels, input_spec, name, groups, notices, image_shape, table, lines, answered
        As in `Dataset`; groups are speakers, or files.
    sound : TrainedSound
        How a board makes the same of what its microphone hears.
    seconds : float
        Length of all clips.
    clips : int
        How many there are.
    speakers : int
        How many of them are known; 0 if each file stands for itself.
    copied : ndarray, shape (n,)
        bool: copies with other noise, to train with only.
    """

    sound: TrainedSound
    seconds: float
    clips: int
    speakers: int
    copied: NDArray[np.bool_]

    def take(self, indices: Sequence[int] | NDArray[Any]) -> SoundExamples:
        """Return the examples at `indices`, in that order."""
        chosen = np.asarray(indices, dtype=np.int64)
        groups = None if self.groups is None else self.groups[chosen]
        return replace(
            self, x=self.x[chosen], y=self.y[chosen], groups=groups, copied=self.copied[chosen]
        )


def cut_clip(samples: NDArray[Any], length: int, rate: int, whole: bool) -> list[Floats]:
    """Return the sounds of a clip, each at most `length` samples long.

    The quiet before and behind a sound is left out. A longer sound is cut into windows, each half a
    window after the one before; those much quieter than the loudest are left out.

    Parameters
    ----------
    samples : ndarray
        The clip.
    length : int
        Samples that a network reads.
    rate : int
        Samples a second.
    whole : bool
        Whether everything counts, also what is quiet.

    Returns
    -------
    list of ndarray
    """
    sound = samples.astype(np.float64)
    if not whole:
        block = rate // _BLOCK
        energy = np.add.reduceat(sound**2, np.arange(0, len(sound), block))
        (loud,) = np.nonzero(energy > _QUIETEST * energy.max())
        sound = sound[max(0, loud[0] - _MARGIN) * block : (loud[-1] + 1 + _MARGIN) * block]
    if len(sound) <= length:
        return [sound]
    count = 1 + -(-(len(sound) - length) * 2 // length)
    starts = np.linspace(0, len(sound) - length, count).astype(np.int64)
    windows = [sound[k : k + length] for k in starts]
    loudest = max(float(np.sum(one**2)) for one in windows)
    return [one for one in windows if whole or float(np.sum(one**2)) >= _KEPT * loudest]


def make_examples(
    clips: Sequence[Clip],
    noises: Sequence[Clip],
    labels: tuple[str, ...],
    groups: Sequence[str],
    sound: TrainedSound,
    copies: int,
    seed: int,
) -> tuple[SoundExamples, NDArray[np.int64]]:
    """Describe sounds by the features that a board computes.

    Parameters
    ----------
    clips, noises
        Sounds, and noise to mix with copies of them.
    labels, groups
        All labels, and all groups, in the order of their indices.
    sound : TrainedSound
        What the network reads; its unit is not used yet.
    copies : int
        Copies of each sound with another gain, at another place and in noise.
    seed : int
        The same seed gives the same examples.

    Returns
    -------
    examples : SoundExamples
        Their x is empty until `with_levels` fills it.
    features : ndarray, shape (n, frames, features)
        What the front end computes.

    Raises
    ------
    ThumbnetError
        If there are no clips.
    """
    if not clips:
        raise ThumbnetError("there are no sounds: give some")
    random = np.random.default_rng([seed, len(clips), copies])
    rate, length = sound.front_end.rate, sound.samples
    placed, rows = [], []
    for clip in clips:
        whole = clip.label == BACKGROUND
        for one in cut_clip(clip.samples, length, rate, whole):
            for copy in range(1 + copies):
                mixed = _mixed(one, noises, sound, random) if copy else _placed(one, sound, random)
                placed.append(np.rint(mixed).clip(-32768, 32767).astype(np.int16))
                rows.append((labels.index(clip.label), groups.index(clip.group), copy > 0))
    features = features_of_clips(np.stack(placed), sound.front_end)[:, -sound.frames :]
    y, group, copied = (np.array(column) for column in zip(*rows, strict=True))
    spec = InputSpec(sound.shape, None, 1.0, 0, TOP)
    made = SoundExamples(
        np.zeros(features.shape, np.uint8),
        y,
        labels,
        spec,
        groups=group,
        sound=sound,
        seconds=sum(len(clip.samples) for clip in clips) / rate,
        clips=len(clips),
        speakers=len({clip.group for clip in clips if clip.group.startswith(SPEAKER)}),
        copied=copied.astype(bool),
    )
    return made, features


def with_levels(
    data: SoundExamples, features: NDArray[np.int64], sound: TrainedSound
) -> SoundExamples:
    """Return the examples with levels for their features.

    Parameters
    ----------
    data : SoundExamples
        What `make_examples` returned.
    features : ndarray
        The same.
    sound : TrainedSound
        With its unit.

    Returns
    -------
    SoundExamples
    """
    return replace(data, x=sound.levels(features).astype(np.uint8), sound=sound)


def background_clips(
    noises: Sequence[Clip], count: int, length: int, seed: int, group: str
) -> list[Clip]:
    """Make sounds of the background: pieces of noise, and noise that is made, down to silence.

    Parameters
    ----------
    noises
        Recorded noise; of each piece half is from it.
    count, length : int
        How many, and of how many samples.
    seed : int
        The same seed gives the same sounds.
    group : str
        The beginning of the names of their groups: each is one of its own.

    Returns
    -------
    list of Clip
    """
    random = np.random.default_rng([seed, count])
    found = []
    for k in range(count):
        if noises and k % 2:
            sound = _noise(noises, length, random)
        else:
            sound = made_noise(length, random) * loudness(random.uniform(FAINTEST, LOUDEST))
        samples = np.rint(sound).clip(-32768, 32767).astype(np.int16)
        found.append(Clip(f"noise {k}", BACKGROUND, f"{group} {k}", samples))
    return found


def _noise(noises: Sequence[Clip], length: int, random: np.random.Generator) -> Floats:
    """Return a piece of noise, from its beginning again where it is too short."""
    one = noises[int(random.integers(len(noises)))].samples
    start = int(random.integers(len(one)))
    return np.take(one, np.arange(start, start + length), mode="wrap").astype(np.float64)


def _placed(one: Floats, sound: TrainedSound, random: np.random.Generator) -> Floats:
    """Return a sound in the middle of what a network reads, in the noise of a microphone."""
    buffer = random.normal(0, QUIET, _lead(sound) + sound.samples)
    at = _lead(sound) + (sound.samples - len(one)) // 2
    buffer[at : at + len(one)] += one
    return buffer


def _mixed(
    one: Floats, noises: Sequence[Clip], sound: TrainedSound, random: np.random.Generator
) -> Floats:
    """Return a sound at any place of what a network reads, of any loudness, in noise."""
    size = _lead(sound) + sound.samples
    own = one * 10 ** (random.uniform(*_GAIN) / 20)
    loud = float(np.sqrt(np.mean(own**2)))
    if random.random() < _CLEAN:
        buffer = random.normal(0, QUIET, size)
    elif noises and random.random() < 0.5:
        buffer = _noise(noises, size, random)
        buffer /= max(float(np.sqrt(np.mean(buffer**2))), 1.0)
        buffer *= loud * 10 ** (-random.uniform(*_RATIO) / 20)
    else:
        buffer = made_noise(size, random) * loud * 10 ** (-random.uniform(*_RATIO) / 20)
        buffer += random.normal(0, QUIET, size)
    # What fits lies anywhere; of a sound as long as the window a tenth may be missing.
    slack = max(sound.samples - len(one), sound.samples // 10)
    at = _lead(sound) + (sound.samples - len(one)) // 2 + int(random.integers(-slack, slack)) // 2
    end = min(size, at + len(own))
    buffer[at:end] += own[: end - at]
    return buffer


def _lead(sound: TrainedSound) -> int:
    return LEAD * sound.front_end.hop
