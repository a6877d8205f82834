"""Networks for pictures and recordings: their goals on real data, in float and in integers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from support.sharp import sharp

from thumbnet.export import Program, beyond_chance
from thumbnet.trainer import Dataset, Model, load_gestures
from thumbnet.trainer.examples import (
    anomaly,
    gestures,
    mnist_conv,
    mnist_small,
    motions_conv,
    motions_gru,
    motions_transformer,
)
from thumbnet.trainer.examples.common import Proof, size
from thumbnet.trainer.examples.recorded import Motions, by_recording, live, motions

pytestmark = pytest.mark.emulated

SEEDS = (0, 1, 2)
CLOSE = 0.005
"""How far float and integer accuracy may be apart."""

Array = npt.NDArray[Any]
Prover = Callable[..., Proof]
Mnist = tuple[Dataset, Dataset]


@pytest.fixture(scope="module")
def recorded(aeon: None) -> Motions:
    return motions()


@pytest.fixture(scope="module")
def people(aeon: None) -> tuple[Dataset, Dataset, dict[str, float]]:
    return gestures.gestures()


@pytest.mark.slow
def test_mnist_conv(mnist: Mnist, proven: Prover) -> None:
    example = mnist_conv.train(0, mnist)
    assert example.facts["test_accuracy"] >= 0.98
    proof = proven(example, "mnist_conv", limit=200, board="unix")
    assert proof.integer_score >= 0.98
    assert proof.integer_score == pytest.approx(proof.float_score, abs=CLOSE)
    taken = size(proof.program)
    assert taken.weights + taken.words < 4500


@pytest.mark.slow
def test_mnist_small(mnist: Mnist, proven: Prover) -> None:
    example = mnist_small.train(0, mnist)
    proof = proven(example, "mnist_small", limit=200, board="unix")
    assert proof.integer_score >= 0.992
    assert proof.integer_score == pytest.approx(proof.float_score, abs=CLOSE)
    taken = size(proof.program)
    assert taken.weights + taken.words < 32 * 1024
    assert taken.ram < 16 * 1024


@pytest.mark.parametrize("network", [motions_conv, motions_gru, motions_transformer])
@pytest.mark.parametrize("seed", sharp(SEEDS, [0]))
def test_motions(seed: int, network, recorded: Motions, proven: Prover) -> None:
    example = network.train(seed, recorded)
    assert example.facts["recordings"] >= 0.97
    proof = proven(example, example.model.name, limit=None if seed == 0 else 60)
    assert proof.integer_score == pytest.approx(proof.float_score, abs=CLOSE)
    assert by_recording(proof.program.predict(recorded.test.x), recorded.test) >= 0.97
    some = recorded.recordings if seed == 0 else recorded.recordings[::5]
    assert live(proof.program, some) >= 0.97


def test_most_windows_decide(recorded: Motions) -> None:
    truth = recorded.test.y
    assert by_recording(truth, recorded.test) == 1
    wrong = truth.copy()
    first = np.flatnonzero(recorded.test.recording == recorded.test.recording[0])
    wrong[first[:2]] = (truth[0] + 1) % 4  # two of six
    assert by_recording(wrong, recorded.test) == 1
    wrong[first[:4]] = (truth[0] + 1) % 4
    assert by_recording(wrong, recorded.test) == 39 / 40


@pytest.mark.parametrize("seed", sharp(SEEDS, [0]))
def test_gestures(seed: int, people, proven: Prover) -> None:
    example = gestures.train(seed, people)
    nearest = max(example.facts["nearest"].values())
    assert nearest == pytest.approx(0.7)
    assert example.facts["test_accuracy"] > nearest
    proof = proven(example, "gestures")
    assert proof.integer_score > nearest
    assert not harmed(example.model, proof.program, example.test_x, example.test_y)
    # 50 recordings show only great harm: 2,000 variants of them tell more.
    _, test = load_gestures()
    random = np.random.default_rng(1)
    more = [gestures.variant(one.values[:, 0], random) for _ in range(40) for one in test]
    x, y = gestures.windows(more), np.tile(example.test_y, 40)
    assert not harmed(example.model, proof.program, x, y)
    assert np.mean(example.model.predict_classes(x) != proof.program.predict(x)) < 0.03


def harmed(model: Model, program: Program, x: Array, y: Array) -> bool:
    """Whether integers are wrong more often, by more than `CLOSE`, and by more than chance.

    The last bits of the weights depend on how a computer adds up, and rounding then decides about
    other recordings: even two of 50 that differ, in either direction, tell nothing.
    """
    floats, integers = (one(x) != y for one in (model.predict_classes, program.predict))
    return integers.mean() > floats.mean() + CLOSE and beyond_chance(floats, integers)


def test_harm() -> None:
    y = np.zeros(100, dtype=int)

    class Answers:
        """A float network with two wrong answers, and integers with some."""

        def __init__(self, wrong: range) -> None:
            self.answers = np.isin(np.arange(100), wrong).astype(int)

        def predict(self, x: Array) -> Array:
            return self.answers

        predict_classes = predict

    def compared(wrong: range) -> bool:
        return harmed(Answers(range(2)), Answers(wrong), y, y)  # type: ignore[arg-type]

    assert not compared(range(7)), "five more may be chance"
    assert compared(range(9))
    assert not compared(range(50, 52))
    assert not compared(range(0)), "better is no harm"


def test_the_published_baseline(people) -> None:
    """The archive says 0.56, of series filled with zeros and standardized."""
    assert people[2]["filled with zeros, standardized"] == pytest.approx(0.56)


@pytest.mark.slow
def test_anomaly(aeon: None, proven: Prover) -> None:
    example = anomaly.train()
    abnormal = example.facts["abnormal"]
    assert 0 < abnormal.sum() < len(abnormal) / 5
    assert example.facts["auc"] > 0.995
    proof = proven(example, "anomaly", limit=40, weights="stream", heap=anomaly.HEAP)
    assert proof.program.build.weights == "stream"
    error = anomaly.errors(proof.program.predict(example.test_x), example.test_x)
    assert anomaly.auc(error, abnormal) > 0.995
    assert proof.integer_score == pytest.approx(proof.float_score, abs=CLOSE)


def test_auc() -> None:
    positive = np.array([True, False, True, False])
    assert anomaly.auc(np.array([3.0, 1.0, 4.0, 2.0]), positive) == 1
    assert anomaly.auc(np.array([1.0, 3.0, 4.0, 2.0]), positive) == 0.5
    assert anomaly.auc(np.zeros(4), positive) == 0.5


@pytest.mark.slow
@pytest.mark.usefixtures("aeon", "proven")
@pytest.mark.parametrize("name", ["motions_conv", "motions_gru", "motions_transformer", "gestures"])
def test_the_stories(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    importlib.import_module(f"thumbnet.trainer.examples.{name}").main()
    out = capsys.readouterr().out
    assert "answers equal, integer for integer" in out
    assert "bytes of weights" in out
    assert max(map(len, out.splitlines())) <= 105
