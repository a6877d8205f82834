"""A network with one output says whether its word was heard; and what was heard in each file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.audio import write_wave
from support.sounds import speech
from support.tflite_files import installed_files

from thumbnet.export import convert_graph, hear, with_sound
from thumbnet.importers import IntegerNetwork, read
from thumbnet.tools.workflow.answering import Answer, load_answering
from thumbnet.tools.workflow.predicting import predict_file
from thumbnet.tools.workflow.prediction import Place, Predicted
from thumbnet.tools.workflow.sound_tally import SoundTally

pytest.importorskip("pymicro_wakeword", reason="pip install pymicro-wakeword")


def test_a_wake_word(tmp_path: Path) -> None:
    made = read(installed_files()["okay_nabu"])
    assert isinstance(made, IntegerNetwork)
    graph = with_sound(made.named("okay_nabu").graph, cutoff=0.85, mean_of=5)
    assert graph.sound is not None
    convert_graph(graph, made.task, made.layers, board="unix").write(tmp_path, vectors=0)
    pcm = speech("okay nabu")
    write_wave(tmp_path / "said.wav", pcm)
    heard = hear(graph, graph.sound, pcm)
    network = load_answering(next(tmp_path.glob("*.py")), None, None)
    rows = predict_file(network, str(tmp_path), None)
    moments = list(rows.answers)
    assert [one.decision for one in moments] == heard.detected.astype(int).tolist()
    answers = [one.answer for one in moments if one.answer is not None]
    assert [one.scores for one in answers] == [(score,) for score in heard.scores.tolist()]
    # The mean of up to five scores, in steps of 1 / 256.
    shares = heard.sums / (256 * np.minimum(np.arange(1, len(moments) + 1), 5))
    assert [one.odds[1] for one in answers] == pytest.approx(shares.tolist())
    tally = SoundTally(rows.background, rows.sounds)
    for one in moments:
        tally.add(one)
    assert [network.labels[k or 0] for k in tally.heard().values()] == ["heard"]


def test_a_sound_is_the_most_probable_class_that_was_decided() -> None:
    tally = SoundTally(0, {"a": 1, "b": 2, "d": 1})
    moments = {
        "a": [(0, 0.9), (1, 0.7), (2, 0.8), (1, 0.85)],
        "b": [(0, 0.9), (None, 0.99)],
        "c": [(None, 0.9)],
    }
    for name, found in moments.items():
        for decision, share in found:
            odds = tuple(share if k == decision else 0.0 for k in range(3))
            tally.add(Predicted(Place(1, source=name), Answer(decision or 0, odds=odds), decision))
    tally.add(Predicted(Place(2, source="d"), None, refused="damaged"))
    assert tally.heard() == {"a": 1, "b": 0, "c": None, "d": None}
    assert tally.pairs() == [(1, 1), (2, 0), (1, None)]
    undecided = SoundTally(None, {})
    undecided.add(Predicted(Place(1, source="a"), Answer(0, odds=(0.7, 0.3)), 0))
    assert undecided.heard() == {"a": 0}
