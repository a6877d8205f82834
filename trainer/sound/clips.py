"""Sounds in folders: a folder for each label, and folders of speakers inside them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..datasets.class_labels import check_names, class_names
from ..errors import ThumbnetError, quoted
from ..signals.trees import File, Folder, open_tree
from .audio_files import OTHER_SUFFIXES, SUFFIXES, Samples, read_audio

NOISE_FOLDER = "_background_noise_"
"""A folder beside those of the labels, as in Google's Speech Commands: noise to mix with."""

BACKGROUND = "background"
BACKGROUNDS = (BACKGROUND, "_background_", "silence", "_silence_", "noise", "_noise_")
"""The label of sounds that are none of the others, and names of folders that have it."""

SPEAKER = "speaker "
"""How the names of groups begin that are speakers."""

MOST_SAMPLES = 2**29
"""Samples of all files: a gigabyte."""

_SILENT = 16
_SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
_NO_HASH = "_nohash_"


@dataclass(frozen=True, eq=False)
class Clip:
    """A file of sound.

    Attributes
    ----------
    name, label : str
        For messages, and what it is.
    group : str
        Who speaks, or the file itself: clips of one group stay together wherever data are split.
    samples : ndarray
        int16.
    """

    name: str
    label: str
    group: str
    samples: Samples


@dataclass(frozen=True, eq=False)
class Sounds:
    """What was read of a folder.

    Attributes
    ----------
    clips, noises
        Labelled sounds, and noise to mix with them.
    rate : int
        Samples a second, in Hz.
    notices : tuple of str
        What a user should know about how it was read.
    """

    clips: tuple[Clip, ...]
    noises: tuple[Clip, ...]
    rate: int
    notices: tuple[str, ...] = field(default=())


def read_sounds(
    path: str | os.PathLike[str],
    rate: int,
    noise: str | os.PathLike[str] | None = None,
    fewest_labels: int = 2,
) -> Sounds:
    """Read a folder with a folder of sounds for each label.

    A folder inside that of a label holds the sounds of one speaker, or of one place; so do files
    that are named SPEAKER_nohash_0.wav, as in Google's Speech Commands.

    Parameters
    ----------
    path : path
        The folder, or a zip archive of it.
    rate : int
        Samples a second, in Hz; other rates are resampled.
    noise : path, optional
        A folder of noise, instead of `_background_noise_` inside.
    fewest_labels : int
        How many labels there have to be.

    Returns
    -------
    Sounds

    Raises
    ------
    ThumbnetError
        If there are too few labels, or a file is damaged; the message names it.
    """
    tree = _folder(path, f"{path}", "give one with a folder of sounds for each label in it")
    notes: Counter[str] = Counter()
    labels = [one for one in tree.folders if one.name != NOISE_FOLDER]
    if labels and {one.name.lower() for one in labels} <= _SPLITS:
        raise ThumbnetError(
            f"{path}: {quoted([one.name for one in labels])} are no labels: give one of these "
            f"folders, such as {Path(path) / labels[0].name}, with a folder for each label in it"
        )
    budget = [MOST_SAMPLES]
    clips: list[Clip] = []
    for folder in labels:
        found = [*_sounds_below(folder)]
        if not found:
            notes[f"there are no sounds in {folder.where}: it is left out"] += 1
        for file, inner in found:
            speaker = inner or _speaker(file)
            group = f"{SPEAKER}{speaker}" if speaker else f"file {file.shown}"
            clips += _clip(file, sound_label(folder.name), group, rate, budget, notes)
    if not clips:
        raise ThumbnetError(_nothing(path, tree))
    for file in tree.files:
        if file.suffix in (*SUFFIXES, *OTHER_SUFFIXES):
            notes["a sound beside the folders of the labels: it is left out, as it has none"] += 1
    noises = _noises(tree, noise, rate, budget, notes)
    clips = _joined_copies(clips, notes)
    names = class_names([one.label for one in clips])
    check_names(str(path), names)
    if len(names) < fewest_labels:
        raise ThumbnetError(
            f"{path}: every sound has label {names[0]!r}: make another folder beside "
            f"{names[0]}/, such as {'other' if names[0] == BACKGROUND else BACKGROUND}/, with "
            "sounds that are something else"
        )
    return Sounds(tuple(clips), tuple(noises), rate, tuple(_told(notes)))


def _folder(path: str | os.PathLike[str], where: str, remedy: str) -> Folder:
    place = Path(path)
    if not place.exists():
        raise ThumbnetError(f"{where}: no such folder: {remedy}")
    tree = open_tree(place)
    if isinstance(tree, File):
        raise ThumbnetError(f"{where}: this is a file: {remedy}")
    return tree


def _nothing(path: str | os.PathLike[str], tree: Folder) -> str:
    """Return why there are no sounds."""
    loose = any(file.suffix in SUFFIXES for file in tree.files)
    what = "its sounds lie in no folder" if loose else "there are no folders with sounds in it"
    return (
        f"{path}: {what}: make a folder for each label, as in {Path(path).name}/yes/1.wav and "
        f"{Path(path).name}/no/1.wav"
    )


def _sounds_below(folder: Folder) -> Iterator[tuple[File, str]]:
    """Yield the sounds of a label, with the name of the folder inside it that they are from."""
    for file in folder.files:
        if file.suffix in (*SUFFIXES, *OTHER_SUFFIXES):
            yield file, ""
    for inner in folder.folders:
        for place in (inner, *inner.below()):
            for file in place.files:
                if file.suffix in (*SUFFIXES, *OTHER_SUFFIXES):
                    yield file, inner.name


def _speaker(file: File) -> str:
    return file.stem.split(_NO_HASH)[0] if _NO_HASH in file.stem else ""


def sound_label(name: str) -> str:
    """Return the label that a folder gives its sounds.

    Parameters
    ----------
    name : str
        Of the folder.

    Returns
    -------
    str
    """
    return BACKGROUND if name.lower() in BACKGROUNDS else name


def _clip(
    file: File, label: str, group: str, rate: int, budget: list[int], notes: Counter[str]
) -> list[Clip]:
    """Read a file; none if it is silent, which only a background may be."""
    audio = read_audio(file, rate)
    budget[0] -= len(audio.samples)
    if budget[0] < 0:
        raise ThumbnetError(
            f"{file.where}: this and the files before it have more than {MOST_SAMPLES:,} samples: "
            "train with fewer of them"
        )
    notes.update(audio.notes)
    if np.abs(audio.samples.astype(np.int32)).max() < _SILENT and label != BACKGROUND:
        notes[f"{file.where} is silent: it is left out"] += 1
        return []
    return [Clip(file.shown, label, group, audio.samples)]


def _noises(
    tree: Folder,
    noise: str | os.PathLike[str] | None,
    rate: int,
    budget: list[int],
    notes: Counter[str],
) -> list[Clip]:
    inside = next((one for one in tree.folders if one.name == NOISE_FOLDER), None)
    folder = inside
    if noise is not None:
        folder = _folder(noise, f"--noise {noise}", "give a folder of noise")
    if folder is None:
        return []
    found = [
        *((file, "") for file in folder.files if file.suffix in SUFFIXES),
        *(pair for inner in folder.folders for pair in _sounds_below(inner)),
    ]
    if noise is not None and not found:
        raise ThumbnetError(f"--noise {noise}: there are no sounds in it: give a folder of noise")
    return [
        clip
        for file, _ in found
        for clip in _clip(file, BACKGROUND, f"noise {file.shown}", rate, budget, notes)
    ]


def _joined_copies(clips: Sequence[Clip], notes: Counter[str]) -> list[Clip]:
    """Return the clips, without files that are the same as one before under the same label."""
    first: dict[bytes, Clip] = {}
    kept: list[Clip] = []
    for clip in clips:
        same = first.setdefault(hashlib.sha256(clip.samples.tobytes()).digest(), clip)
        if same is clip or clip.label == BACKGROUND:
            kept.append(clip)
        elif same.label != clip.label:
            raise ThumbnetError(
                f"{clip.name} is the same sound as {same.name}, under another label: delete one"
            )
        else:
            notes["the same sound as another file: it is left out"] += 1
    return kept


def _told(notes: Counter[str]) -> Iterator[str]:
    for note, count in notes.items():
        yield f"{note} ({count:,} files)" if count > 1 else note
