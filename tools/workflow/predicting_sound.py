"""The answers of a network to sound: what a `Stream` would say of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from thumbnet.export import hear
from thumbnet.trainer import (
    AUDIO_SUFFIXES,
    QUIET,
    SoundFrontEnd,
    SoundStream,
    ThumbnetError,
    TrainedSound,
    read_audio,
    sound_files,
)

from .answering import Answer, Floats, Integers, Network
from .class_names import class_of
from .prediction import Place, Predicted, Rows
from .settings import Array

Q15 = 32768

Sound = SoundStream | TrainedSound
Moments = list[tuple[Answer, int | None]]


def has_sound(place: Path) -> bool:
    """Return whether a name is that of a file of sound, or of a folder with one in it."""
    if place.is_dir():
        return any(path.suffix.lower() in AUDIO_SUFFIXES for path in place.rglob("[!.]*"))
    return place.suffix.lower() in AUDIO_SUFFIXES


def predict_sounds(network: Network, sound: Sound, place: Path) -> Rows:
    """Return the answers to a file of sound, or to those of a folder or a zip archive.

    Parameters
    ----------
    network
        The network.
    sound
        What it takes.
    place
        What to read.

    Raises
    ------
    ThumbnetError
        If there is no sound. Of a single file, the iterator raises it where it cannot be read.

    """
    files = sound_files(place)
    if not files:
        raise ThumbnetError(f"{place}: there are no sounds in it: name a WAV file or a folder")
    labels = {str(file.where): class_of(label, network.labels) for file, label in files if label}
    background = 0 if _of_one_word(network) else None if sound.background < 0 else sound.background
    done: Counter[str] = Counter()

    def answers() -> Iterator[Predicted]:
        row = 0
        for file, _ in files:
            try:
                audio = read_audio(file, sound.front_end.rate)
            except ThumbnetError as error:
                if len(files) == 1:
                    raise
                row += 1
                why = str(error).removeprefix(f"{file.where}: ")
                yield Predicted(Place(row, None, file.where), None, refused=why)
                continue
            quiet = _quiet(len(audio.samples), sound)
            done.update(audio.notes)
            if len(quiet):
                done[
                    "shorter than a decision takes: heard with near silence before and behind"
                ] += 1
            heard = _moments(network, sound, np.concatenate([quiet, audio.samples, quiet]))
            for k, (answer, decision) in enumerate(heard):
                row += 1
                begin = k * sound.step * sound.front_end.hop - len(quiet)
                seconds = (at / sound.front_end.rate for at in (begin, begin + _samples(sound)))
                yield Predicted(Place(row, None, file.where, *seconds), answer, decision)

    known = {where: k for where, k in labels.items() if k is not None}
    return Rows("sound", (), answers(), sounds=known, background=background, done=done)


def _of_one_word(network: Network) -> bool:
    """Return whether one output says that a word was heard: class 1."""
    if isinstance(network, Integers):
        return network.graph.tensors["scores"].shape == (1,)
    return isinstance(network, Floats) and network.model.output_shape == (1,)


def _samples(sound: Sound) -> int:
    """Return how many samples the network reads at once."""
    return sound.front_end.window + (sound.frames - 1) * sound.front_end.hop


def _quiet(samples: int, sound: Sound) -> Array:
    """Return what lies around a sound that is too short to decide about: near silence.

    A board has listened before, and goes on listening.
    """
    needed = _samples(sound) + (sound.mean_of - 1) * sound.step * sound.front_end.hop
    count = _samples(sound) if samples < needed else 0
    quiet = np.random.default_rng(0).normal(0, QUIET, count)
    return np.rint(quiet).astype(np.int64)


def _moments(network: Network, sound: Sound, pcm: Array) -> Moments:
    """Return the answer of each inference, and what the last ones decide."""
    if isinstance(sound, TrainedSound):
        return _by_floats(network, sound, pcm)
    assert isinstance(network, Integers)
    heard = hear(network.graph, sound, pcm)
    counts = np.minimum(np.arange(1, len(heard.sums) + 1), sound.mean_of)
    one = _of_one_word(network)
    if one:
        scale = np.ravel(network.graph.tensors["scores"].scale)[0]  # type: ignore[arg-type]
        share = heard.sums / counts * float(scale)
        means = np.stack([1 - share, share], axis=1)
    else:
        means = heard.sums / (counts[:, None] * Q15)
    # One word is heard or is not: there is nothing between.
    decisions = np.maximum(heard.decisions, 0) if one else heard.decisions
    return _answers(means, decisions, heard.scores.reshape(len(means), -1).tolist())


def _by_floats(network: Network, sound: TrainedSound, pcm: Array) -> Moments:
    """Return the same by floats, as the sound was trained."""
    levels = sound.levels(SoundFrontEnd(sound.front_end).push(pcm))
    count = max(0, (len(levels) - sound.frames) // sound.step + 1)
    rows = np.arange(count)[:, None] * sound.step + np.arange(sound.frames)
    answers = network.answer(levels[rows]) if count else []
    if any(not one.odds for one in answers):
        raise ThumbnetError(
            f"{network.takes.path}: its last layer gives no probabilities: let it end with softmax"
        )
    odds = np.array([one.odds for one in answers]).reshape(count, -1 if count else 2)
    added = odds.cumsum(axis=0)
    sums = added.copy()
    sums[sound.mean_of :] -= added[: -sound.mean_of]
    means = sums / np.minimum(np.arange(1, count + 1), sound.mean_of)[:, None]
    one = _of_one_word(network)
    best = np.ones(count, np.int64) if one else means.argmax(axis=1)
    leading = np.take_along_axis(means, best[:, None], axis=1)[:, 0]
    decisions = np.where(leading > sound.cutoff, best, 0 if one else sound.background)
    decisions[: sound.mean_of - 1] = 0 if one else -1
    return _answers(means, decisions, [()] * count)


def _answers(means: Array, decisions: Array, scores: Sequence[Sequence[int]]) -> Moments:
    """Return what is shown: the probability is that of the decision, or of what leads."""
    found: Moments = []
    for odds, decision, score in zip(means.tolist(), decisions.tolist(), scores, strict=True):
        index = decision if decision >= 0 else int(np.argmax(odds))
        answer = Answer(index, odds=tuple(odds), scores=tuple(score))
        found.append((answer, decision if decision >= 0 else None))
    return found
