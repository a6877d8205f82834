"""What the examples with recorded motions share: windows, training, votes, the live stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thumbnet.export import Program
from thumbnet.trainer import Adam, Model, OneCycle, Recording, Windows, cut, load_motions

from .common import Array, TrainedExample, accuracy, prove, report, size_report

WINDOW, HOP = 50, 10
"""In samples: five seconds, once a second."""

VOTE = 6
"""Windows of a recording of ten seconds: its last decision is the vote of all of them."""


@dataclass(frozen=True)
class Motions:
    """BasicMotions in windows, with its authors' split, and the test recordings as they are."""

    train: Windows
    test: Windows
    recordings: list[Recording]


def motions() -> Motions:
    train, test = load_motions()
    return Motions(cut(train, WINDOW, HOP), cut(test, WINDOW, HOP), test)


def fitted(model: Model, data: Motions, epochs: int) -> TrainedExample:
    """Train a network on the windows, ready for a `Stream`; facts: the share right by vote."""
    model.build(data.train.x.shape[1:])
    data.train.prepare(model, vote=VOTE)
    model.compile(Adam(), "sparse_categorical_crossentropy")
    model.fit(data.train.x, data.train.y, batch_size=32, epochs=epochs, callbacks=[OneCycle(0.01)])
    facts = {
        "params": model.count_params(),
        "test_accuracy": accuracy(model, data.test.x, data.test.y),
        "recordings": by_recording(model.predict_classes(data.test.x), data.test),
    }
    return TrainedExample(model, data.train.x, data.test.x, data.test.y, facts)


def story(example: TrainedExample, data: Motions) -> None:
    """Print the result: the network, its accuracies, the proof, the size."""
    print(example.model.summary())
    proof = prove(example, example.model.name)
    print(f"\n{example.facts['recordings']:.1%} of 40 unseen recordings are right, in float;")
    print(f"{live(proof.program, data.recordings):.1%} sample by sample through the Stream.")
    print(report(proof))
    print(size_report(proof.program))


def by_recording(predicted: Array, windows: Windows) -> float:
    """Return the share of recordings for which most windows get the right label."""
    right = []
    for index in np.unique(windows.recording):
        rows = np.flatnonzero(windows.recording == index)
        most = np.bincount(predicted[rows]).argmax()
        right.append(most == windows.y[rows[0]])
    return float(np.mean(right))


def live(program: Program, recordings: list[Recording]) -> float:
    """Return the share of recordings that the module's `Stream` gets right, sample after sample."""
    module: dict[str, object] = {}
    exec(program.module(), module)
    right = 0
    for recording in recordings:
        stream = module["Stream"]()  # type: ignore[operator]
        for sample in recording.values.tolist():
            stream.push(sample)
        right += stream.label == recording.label
    return right / len(recordings)
