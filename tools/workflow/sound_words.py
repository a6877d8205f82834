"""What `thumbnet train --sound` says of the sounds that it took."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.trainer import BACKGROUND, SoundExamples, SoundStream, TrainedSound

FEW_SOUNDS = 10
"""Sounds of a class below which they are few."""


def counted_sounds(data: SoundExamples) -> str:
    """Return how many examples of how many sounds there are."""
    own = int((~data.copied).sum())
    groups = len(set(data.groups.tolist())) if data.groups is not None else 0
    speakers = f" of {groups:,} speakers" if data.speakers else ""
    copies = f" and {len(data) - own:,} copies in noise" if len(data) > own else ""
    return f"{own:,} examples{copies} of {data.clips:,} sounds{speakers} ({data.seconds:,.4g} s)"


def heard(sound: TrainedSound) -> str:
    """Return what a network reads, and when."""
    front_end = sound.front_end
    every = 1000 * front_end.hop / front_end.rate
    return (
        f"sound at {front_end.rate:,} Hz; the network reads {sound.frames} frames of "
        f"{sound.shape[1]} features, one every {every:g} ms: "
        f"{sound.samples / front_end.rate:.3g} s, every {every * sound.step:g} ms"
    )


def sound_warnings(train: SoundExamples, test: SoundExamples) -> list[str]:
    """Return warnings about the sounds."""
    assert train.labels is not None
    found = []
    own = np.concatenate([data.y[~data.copied] for data in (train, test)])
    counts = np.bincount(own, minlength=len(train.labels))
    # Background is also made.
    few = [
        label
        for label, n in zip(train.labels, counts.tolist(), strict=True)
        if n < FEW_SOUNDS and label != BACKGROUND
    ]
    if few:
        found.append(
            f"fewer than {FEW_SOUNDS} sounds of {', '.join(map(repr, few))}: the accuracy says "
            "little about them, so record more"
        )
    if not train.speakers:
        found.append(
            "who speaks is not known, so one speaker may be in both parts, which flatters the "
            "accuracy: put the files of each speaker into a folder of their own, as in yes/anna/"
        )
    return found


def joined_sounds(train: SoundExamples, test: SoundExamples) -> SoundExamples:
    """Return both parts as one, without copies of sounds."""
    parts = [data.take(np.flatnonzero(~data.copied)) for data in (train, test)]
    assert parts[0].groups is not None
    assert parts[1].groups is not None
    x, y, groups, copied = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("x", "y", "groups", "copied")
    )
    return replace(train, x=x, y=y, groups=groups, copied=copied)


def keeps_up(sound: SoundStream, load: float) -> tuple[str, bool]:
    """Return whether a board keeps up with its microphone, in words, and as such.

    Parameters
    ----------
    sound
        What it does with sound.
    load
        The share of its time that this takes.

    """
    every = 1000 * sound.step * sound.front_end.hop / sound.front_end.rate
    if load <= 1:
        return (
            f"sound takes {load:.0%} of the board's time; the network runs every {every:g} ms",
            True,
        )
    return (
        f"sound takes {load:.0%} of the board's time, so the board cannot keep up with a "
        "microphone: train with another front end (--sound micro_speech has half the frames of "
        "microwakeword) or a smaller network (--conv 16,16), or take a faster board",
        False,
    )
