"""A folder of sounds as examples to train and to test with: no speaker is in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..datasets.class_labels import class_names
from ..errors import ThumbnetError, quoted
from .clips import BACKGROUND, Clip, Sounds
from .examples import SoundExamples, background_clips, make_examples, with_levels
from .front_ends import FrontEndSettings
from .trained import TrainedSound

SECONDS = 1.0
"""What a network reads at once, by default."""

EVERY = 0.2
"""Seconds from one inference to the next, by default."""

MOST_COPIES, ENOUGH = 4, 4000
"""Copies of each sound by default: fewer, if there are as many examples as this anyway."""

_TRIES = 200


@dataclass(frozen=True)
class SoundOptions:
    """How examples are made of sounds.

    Attributes
    ----------
    front_end : SoundSettings or LogMelSettings
        How features are made.
    seconds : float
        What a network reads at once.
    copies : int, optional
        Copies of each sound to train with; None for a number that suits how many there are.
    background : bool
        Whether to add a class for sounds that are none of the others, if no folder has them.
    """

    front_end: FrontEndSettings
    seconds: float = SECONDS
    copies: int | None = None
    background: bool = True

    @property
    def sound(self) -> TrainedSound:
        """What the network reads; its unit follows from the features."""
        front_end = self.front_end
        frames = 1 + round((self.seconds * front_end.rate - front_end.window) / front_end.hop)
        step = min(max(1, frames), max(1, round(EVERY * front_end.rate / front_end.hop)))
        return TrainedSound(front_end, max(1, frames), step, 1.0)


def split_sounds(
    sounds: Sounds, options: SoundOptions, test_size: float, seed: int
) -> tuple[SoundExamples, SoundExamples]:
    """Return examples to train and to test with.

    Parameters
    ----------
    sounds : Sounds
        What was read.
    options : SoundOptions
        What to make of it.
    test_size : float
        Share of the speakers, or files, to hold out.
    seed : int
        The same seed gives the same examples.

    Returns
    -------
    train, test : SoundExamples
        Only examples to train with have copies.

    Raises
    ------
    ThumbnetError
        If a label has one speaker or file only.
    """
    sound = options.sound
    clips = _with_two_backgrounds(sounds.clips, test_size)
    held_out = _held_out(clips, test_size, seed)
    parts = [[clip for clip in clips if (clip.group in held_out) == test] for test in (False, True)]
    noises = [*_split_noise(sounds.noises, test_size, seed)]
    if options.background:
        for k, name in enumerate(("train", "test")):
            parts[k] += _backgrounds(parts[k], noises[k], sound, seed + k, f"noise to {name}")
    labels = class_names([clip.label for part in parts for clip in part])
    if BACKGROUND in labels:
        sound = replace(sound, background=labels.index(BACKGROUND))
    groups = sorted({clip.group for part in parts for clip in part})
    copies = options.copies
    if copies is None:
        copies = min(MOST_COPIES, max(1, ENOUGH // len(parts[0])))
    made = [
        make_examples(*(part, noise, labels, groups, sound, 0 if test else copies, seed))
        for test, (part, noise) in enumerate(zip(parts, noises, strict=True))
    ]
    sound = sound.for_features(made[0][1])
    train, test = (with_levels(*one, sound) for one in made)
    return replace(train, notices=sounds.notices), test


def examples_like(
    sounds: Sounds, sound: TrainedSound, labels: tuple[str, ...], name: str
) -> SoundExamples:
    """Return examples as a trained network reads them, without copies.

    Parameters
    ----------
    sounds : Sounds
        What was read.
    sound : TrainedSound
        The settings of the network.
    labels : tuple of str
        Its classes.
    name : str
        For messages.

    Returns
    -------
    SoundExamples

    Raises
    ------
    ThumbnetError
        If there are other labels.
    """
    unknown = sorted({clip.label for clip in sounds.clips} - {*labels})
    if unknown:
        raise ThumbnetError(
            f"{name}: label {quoted(unknown)} was not seen in training, only {quoted(labels)}: "
            "rename the folder, or train again with it"
        )
    groups = sorted({clip.group for clip in sounds.clips})
    made = make_examples(sounds.clips, (), labels, groups, sound, 0, 0)
    return replace(with_levels(*made, sound), name=name)


def _with_two_backgrounds(clips: Sequence[Clip], test_size: float) -> list[Clip]:
    """Return the clips, a single long one of the background as two: its beginning and its end."""
    own = [clip for clip in clips if clip.label == BACKGROUND]
    if len({clip.group for clip in own}) != 1:
        return list(clips)
    one = max(own, key=lambda clip: len(clip.samples))
    at = max(1, int(len(one.samples) * (1 - test_size)))
    ends = [
        replace(one, group=f"{one.group}, its {name}", samples=samples)
        for name, samples in (("beginning", one.samples[:at]), ("end", one.samples[at:]))
        if len(samples)
    ]
    return [*(clip for clip in clips if clip is not one), *ends]


def _held_out(clips: Sequence[Clip], test_size: float, seed: int) -> set[str]:
    """Return the groups to hold out: about a share of each label, and never all of one."""
    if not 0 < test_size < 1:
        raise ThumbnetError(f"test_size is {test_size}: give a share between 0 and 1, such as 0.2")
    labels = class_names([clip.label for clip in clips])
    of_label = {label: sorted({c.group for c in clips if c.label == label}) for label in labels}
    for label, groups in of_label.items():
        if len(groups) < 2:
            who = groups[0].partition(" ")
            raise ThumbnetError(
                f"label {label!r} has one {who[0]}, {who[2]}: a test needs another, so record it "
                "once more, or leave the label out"
            )
    random = np.random.default_rng(seed)
    every = sorted({clip.group for clip in clips})
    if sum(map(len, of_label.values())) == len(every):  # each group has one label
        held: set[str] = set()
        for groups in of_label.values():
            count = min(max(1, round(len(groups) * test_size)), len(groups) - 1)
            held.update(groups[k] for k in random.permutation(len(groups))[:count])
        return held
    count = min(max(1, round(len(every) * test_size)), len(every) - 1)
    best: set[str] = set()
    for _ in range(_TRIES):
        chosen = {every[k] for k in random.permutation(len(every))[:count]}
        if all(not chosen.issuperset(groups) for groups in of_label.values()):
            best = best or chosen
            if all(not chosen.isdisjoint(groups) for groups in of_label.values()):
                return chosen
    if best:
        return best
    raise ThumbnetError(
        f"cannot hold out {count} of {len(every)} speakers with each label left to train on: "
        "record more speakers, or let each say every label"
    )


def _split_noise(
    noises: Sequence[Clip], test_size: float, seed: int
) -> tuple[Sequence[Clip], Sequence[Clip]]:
    """Return noise to train and to test with: whole files, or the end of a single one."""
    if len(noises) > 1:
        order = np.random.default_rng(seed).permutation(len(noises))
        held = {int(k) for k in order[: max(1, round(len(noises) * test_size))]}
        if len(held) < len(noises):
            return (
                [one for k, one in enumerate(noises) if k not in held],
                [one for k, one in enumerate(noises) if k in held],
            )
    if not noises:
        return (), ()
    at = [int(len(one.samples) * (1 - test_size)) for one in noises]
    both = list(zip(noises, at, strict=True))
    return (
        [replace(one, samples=one.samples[:k]) for one, k in both if k],
        [replace(one, samples=one.samples[k:]) for one, k in both if k < len(one.samples)],
    )


def _backgrounds(
    clips: Sequence[Clip], noises: Sequence[Clip], sound: TrainedSound, seed: int, group: str
) -> list[Clip]:
    """Return as many sounds of the background as another class has, less those that are there."""
    others = [clip for clip in clips if clip.label != BACKGROUND]
    labels = len({clip.label for clip in others})
    if not labels:
        return []
    missing = -(-len(others) // labels) - (len(clips) - len(others))
    return background_clips(noises, max(0, missing), sound.samples, seed, group)
