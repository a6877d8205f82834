"""The example networks: their goals, and parity on MicroPython."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.sharp import sharp

from thumbnet.trainer import Dataset
from thumbnet.trainer.examples import (
    digits_16x16,
    generator,
    linear_regression,
    logistic_regression,
    mnist_16,
    mnist_512,
    perceptron,
    pixels_4x3,
    weighted_decision,
    xor,
)
from thumbnet.trainer.examples.common import Proof, TrainedExample

SEEDS = (0, 1, 2)
Prover = Callable[..., Proof]
Mnist = tuple[Dataset, Dataset]


def test_linear_regression(proven: Prover) -> None:
    example = linear_regression.train()
    slope, intercept = example.facts["least_squares"]
    assert example.facts["slope"] == pytest.approx(slope, rel=0.01)
    assert example.facts["intercept"] == pytest.approx(intercept, rel=0.01)
    proof = proven(example, "exam")
    assert proof.kind == "regression"
    assert proof.integer_score == pytest.approx(proof.float_score, abs=0.003)
    # Points on the board, at most a half from the line.
    line = slope * example.test_x[:, 0] + intercept
    assert np.max(np.abs(np.array(proof.predictions[: len(line)]) - line)) < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_perceptron(seed: int, proven: Prover) -> None:
    example = perceptron.train(seed)
    facts = example.facts
    assert facts["and"].tolist() == [0, 0, 0, 1]
    assert facts["or"].tolist() == [0, 1, 1, 1]
    assert facts["separated"]
    assert facts["train_accuracy"] == 1
    assert facts["test_accuracy"] >= 0.95
    assert not facts["xor_separated"]
    assert facts["xor_accuracy"] == 0.75  # no line does better
    assert example.model.labels == ("-1", "1")
    assert proven(example, "perceptron").integer_score >= 0.95


def test_mcculloch_pitts_neurons_on_the_board(proven: Prover) -> None:
    x = perceptron.CORNERS
    for name, threshold, wanted in (("both", 1.5, [0, 0, 0, 1]), ("either", 0.5, [0, 1, 1, 1])):
        neuron = perceptron.mcculloch_pitts(threshold)
        proof = proven(TrainedExample(neuron, x, x, np.array(wanted)), name)
        assert proof.predictions[:4] == wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_logistic_regression(seed: int, proven: Prover) -> None:
    example = logistic_regression.train(seed)
    assert example.facts["train_accuracy"] == 1
    assert example.facts["test_accuracy"] >= 0.95
    assert not example.facts["xor_separated"]
    assert example.facts["xor_probabilities"] == pytest.approx([0.5] * 4, abs=0.01)
    assert proven(example, "logistic").integer_score >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_decision(seed: int, proven: Prover) -> None:
    example = weighted_decision.train(seed)
    facts = example.facts
    assert facts["weights"] == pytest.approx(weighted_decision.RULE, rel=0.15)
    assert facts["threshold"] == pytest.approx(weighted_decision.THRESHOLD, rel=0.15)
    assert facts["test_accuracy"] >= 0.97
    proof = proven(example, "watering")
    wanted = example.model.predict_classes(example.test_x)
    assert proof.predictions[: len(wanted)] == wanted.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_xor(seed: int, proven: Prover) -> None:
    example = xor.train(seed)
    assert example.facts["accuracy"] == 1
    assert proven(example, "xor").predictions[:4] == [0, 1, 1, 0]


def test_xor_with_weights_set_by_hand() -> None:
    by_corner = dict(zip(map(tuple, xor.X.tolist()), xor.train().facts["hidden"], strict=True))
    for corner, values in (
        ((0, 0), (0.5, 0.5)),
        ((1, 1), (0.88, 0.27)),
        ((0, 1), (0.73, 0.38)),
        ((1, 0), (0.73, 0.38)),
    ):
        assert np.round(by_corner[corner], 2).tolist() == pytest.approx(values)


def test_the_64_pictures() -> None:
    x, y = pixels_4x3.pictures()
    assert x.shape == (64, 12)
    assert set(np.unique(x)) == {0, 1}
    assert len(np.unique(x, axis=0)) == 64
    assert np.bincount(y).tolist() == [32, 32]


@pytest.mark.parametrize("seed", SEEDS)
def test_pixels(seed: int, proven: Prover) -> None:
    example = pixels_4x3.train(seed)
    assert example.facts["right"] == 64
    drawn = pixels_4x3.weight_pictures(example.facts["weights"]).splitlines()
    assert len(drawn) == 4
    assert all([len(part) for part in line.split("  |  ")] == [6, 6, 6] for line in drawn)
    proof = proven(example, "pixels")
    assert proof.predictions[:64] == example.test_y.tolist()


@pytest.mark.parametrize("seed", sharp(SEEDS, [0]))
def test_digits_16x16(seed: int, proven: Prover) -> None:
    example = digits_16x16.train(seed)
    assert example.model.input_shape == (256,)
    assert (float(example.test_x.min()), float(example.test_x.max())) == (-1, 1)
    counts = example.test_x * 128
    assert np.array_equal(counts, np.round(counts)), "the resolution expresses every pixel"
    assert example.facts["test_accuracy"] >= 0.95
    proof = proven(example, "digits_16x16", limit=None if seed == 0 else 50)
    assert proof.integer_score >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_generator(seed: int, proven: Prover) -> None:
    example = generator.train(seed)
    facts = example.facts
    assert facts["critic_accuracy"] >= 0.95
    assert facts["recognized"] >= 0.95
    assert facts["taught_accuracy"] >= 0.82
    assert facts["spread"] >= 0.6  # each drawing is another
    proof = proven(example, "generator")
    assert generator.recognized(example, proof.program) == pytest.approx(
        facts["recognized"], abs=0.01
    )
    pixels = proof.program.predict(example.test_x).reshape(len(example.test_x), -1)
    assert proof.predictions[: len(pixels)] == pixels.tolist()
    assert proof.integer_score >= 0.999


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_mnist_16(seed: int, mnist: Mnist, proven: Prover) -> None:
    example = mnist_16.train(seed, mnist)
    assert example.facts["params"] == 12_730
    assert "Total params: 12,730" in example.model.summary()
    assert example.facts["test_accuracy"] >= 0.95
    proof = proven(example, "mnist_16", limit=500 if seed == 0 else 20)
    assert proof.integer_score >= 0.95


@pytest.mark.slow
def test_mnist_512(mnist: Mnist, proven: Prover) -> None:
    example = mnist_512.train(0, mnist)
    assert example.facts["test_accuracy"] >= 0.978
    assert example.facts["train_accuracy"] >= 0.989
    proof = proven(example, "mnist_512", limit=100, board="unix")
    assert proof.integer_score == pytest.approx(proof.float_score, abs=0.001)


@pytest.mark.parametrize(
    "name",
    [
        "linear_regression",
        "perceptron",
        "logistic_regression",
        "weighted_decision",
        "xor",
        "pixels_4x3",
        "digits_16x16",
    ],
)
def test_the_stories(name: str, proven: Prover, capsys: pytest.CaptureFixture[str]) -> None:
    importlib.import_module(f"thumbnet.trainer.examples.{name}").main()
    out = capsys.readouterr().out
    assert "answers equal, integer for integer" in out
    assert "nan" not in out.split()
    assert max(map(len, out.splitlines())) <= 105


@pytest.mark.parametrize("name", ["gestures", "anomaly", "motions_gru"])
def test_what_lacks_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    without = "import runpy, sys; sys.modules['aeon'] = None; runpy.run_module(sys.argv[1], None, "
    command = [sys.executable, "-c", f"{without}'__main__')", f"thumbnet.trainer.examples.{name}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("pip install 'thumbnet[motions]'")
    assert "Traceback" not in done.stderr
