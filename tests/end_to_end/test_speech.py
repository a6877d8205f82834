"""Words that espeak-ng says: learnt, and heard from voices that no training knew."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.sound_modules import run_beside
from support.sounds import Samples
from support.spoken import SPEAKERS, STRANGERS, spoken

from thumbnet.export import Program, convert, hear
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.baseline import baselines
from thumbnet.tools.workflow.settings import SOUND_CONV, SOUND_HIDDEN, TrainSettings
from thumbnet.tools.workflow.training import fit
from thumbnet.trainer import (
    FRONT_ENDS,
    Model,
    SoundExamples,
    SoundOptions,
    Sounds,
    examples_like,
    read_sounds,
    split_sounds,
)

pytestmark = pytest.mark.slow

WORDS = ("go", "no", "stop", "yes")


@cache
def learnt(place: Path) -> tuple[Model, SoundExamples, SoundExamples, Sounds]:
    """The network, what it learnt from, and what strangers say."""
    options = SoundOptions(FRONT_ENDS["micro_speech"], copies=2)
    sounds = read_sounds(spoken(place / "known", SPEAKERS, WORDS), 16_000)
    train, test = split_sounds(sounds, options, 0.1, 0)
    settings = TrainSettings(SOUND_HIDDEN, conv=SOUND_CONV, epochs=40)
    model = build(train, settings, name="words")
    fit(model, train, test, settings)
    others = read_sounds(spoken(place / "strangers", STRANGERS, WORDS), 16_000)
    assert train.labels is not None
    return model, train, examples_like(others, train.sound, train.labels, "strangers"), others


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("speech")


def program(model: Model) -> Program:
    return convert(
        *(model, model.samples["calibration"]), name="words", board="unix", tier="viper", mpy=True
    )


def test_unseen_voices(place: Path) -> None:
    model, train, strangers, _ = learnt(place)
    floats = float(np.mean(model.predict_classes(strangers.x) == strangers.y))
    integers = program(model).evaluate(strangers.x, strangers.y)
    linear = {one.name: one.score for one in baselines(train, strangers)}.get("linear model", 0.0)
    print(f"floats {floats:.3f}, integers {integers:.3f}, linear {linear:.3f}")
    assert integers >= 0.85
    assert abs(floats - integers) <= 0.05
    assert linear > 0.5  # shown beside it, although it has many numbers


def sentence(others: Sounds) -> Samples:
    """Words of strangers, one after the other, in near silence."""
    random = np.random.default_rng(0)
    parts: list[Samples] = []
    for label in (*WORDS, *WORDS[::-1]):
        said = [clip.samples for clip in others.clips if clip.label == label]
        word = said[int(random.integers(len(said)))].astype(np.int64)
        parts += [np.rint(random.normal(0, 4, 16_000)).astype(np.int64), word]
    return np.concatenate([*parts, np.zeros(16_000, np.int64)])


RUN = """
import words
stream = words.Stream()
piece = bytearray(640)
with open("sound.raw", "rb") as file:
    while file.readinto(piece) == 640:
        found = stream.push(piece)
        if found is not None:
            print(found, stream.score)
"""


def test_the_whole_chain_in_a_small_heap(place: Path) -> None:
    model, _, _, others = learnt(place)
    made = program(model)
    made.write(place / "build", vectors=0)
    pcm = sentence(others)
    pcm = pcm[: len(pcm) // 320 * 320]
    (place / "build" / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    lines = run_beside(place / "build", RUN, "128k").splitlines()
    assert made.graph.sound is not None
    heard = hear(made.graph, made.graph.sound, pcm)
    best = heard.sums.max(axis=1)
    decided = heard.decisions >= 0
    wanted = zip(heard.decisions[decided].tolist(), best[decided].tolist(), strict=True)
    assert lines == [f"{decision} {score}" for decision, score in wanted]
    # Each word is heard, in its turn, and hardly anything between them.
    labels = [made.task.labels[k] for k in heard.decisions if k >= 0]
    changes = [one for k, one in enumerate(labels) if k and one != labels[k - 1]]
    said = [label for label in changes if label != "background"]
    print(said)
    assert sum(a == b for a, b in zip(said, (*WORDS, *WORDS[::-1]), strict=False)) >= 6
