"""What `thumbnet report` counts and draws from: scores, curves, forms; and its text_format."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from support import reports

from thumbnet.tools.report import text_format
from thumbnet.tools.report.analysis.error_analysis import Confusion, confusion, r_squared
from thumbnet.tools.report.analysis.input_format import input_format
from thumbnet.tools.report.analysis.training_history import curves
from thumbnet.trainer import Model, Rescaling, Sequential, is_uneven

# Scores


def table(truth: list[int], said: list[int], classes: int = 3) -> Confusion:
    return confusion(np.array(truth), np.array(said), tuple("abcdef"[:classes]))


def test_confusions_are_counted() -> None:
    found = table([0, 0, 0, 0, 1, 1, 2], [0, 0, 1, 2, 1, 0, 2])
    assert found.matrix.tolist() == [[2, 1, 1], [1, 1, 0], [0, 0, 1]]
    assert found.rows.tolist() == [4, 2, 1]
    assert found.total == 7
    assert found.accuracy == 4 / 7
    np.testing.assert_allclose(found.recall, [1 / 2, 1 / 2, 1])
    np.testing.assert_allclose(found.precision, [2 / 3, 1 / 2, 1 / 2])
    assert found.balanced_accuracy == pytest.approx(2 / 3)
    assert found.guessing == 4 / 7
    assert found.uneven
    assert found.mixed_up() == [("a", "b", 1), ("a", "c", 1), ("b", "a", 1)]


def test_accuracy_may_mislead() -> None:
    found = table([0] * 95 + [1] * 5, [0] * 100, 2)
    assert (found.accuracy, found.guessing, found.balanced_accuracy) == (0.95, 0.95, 0.5)
    assert found.uneven
    assert not table([0, 1, 0, 1], [0, 1, 0, 1], 2).uneven
    assert found.balanced_guessing == 1 / 2
    assert table([0, 0, 1], [0, 0, 0]).balanced_guessing == 1 / 2  # of one there are no examples


def test_classes_are_uneven_as_they_are_in_training() -> None:
    for counts in ((3, 2), (15, 10), (14, 10), (10, 10), (5, 0)):
        truth = [0] * counts[0] + [1] * counts[1]
        assert table(truth, truth, 2).uneven == is_uneven(counts) == (counts[0] / 1.5 >= counts[1])


def test_a_class_without_examples_is_left_out() -> None:
    found = table([0, 0, 1], [0, 0, 0])
    assert math.isnan(found.recall[2])
    assert math.isnan(found.precision[1])
    assert found.balanced_accuracy == 0.5
    assert found.mixed_up() == [("b", "a", 1)]


def test_r_squared() -> None:
    truth = np.array([[1.0], [2.0], [3.0]])
    assert r_squared(truth, truth) == 1
    assert r_squared(truth, np.full((3, 1), 2.0)) == 0
    assert r_squared(np.ones((3, 1)), truth) is None


# Words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12340.0, "12,340"),
        (-0.001234, "\u22120.001234"),
        (0.1 + 0.2, "0.3"),
        (99.994, "99.99"),
        (1.5e-9, "1.500e\u221209"),
        (2e12, "2.000e+12"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert text_format.number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (4.41e-6, "4.41 µs"),
        (0.0182, "18.2 ms"),
        (2.5, "2.5 s"),
        (1234.5, "1,234 s"),
    ],
)
def test_times(seconds: float, text: str) -> None:
    assert text_format.duration(seconds).replace("\u202f", " ") == text


def test_shares() -> None:
    assert text_format.percent(0.98054).replace("\u202f", " ") == "98.05 %"
    assert [text_format.whole_percent(s).replace("\u202f", " ") for s in (0, 0.001, 0.5, 1)] == [
        *("0 %", "<1 %", "50 %", "100 %")
    ]
    assert text_format.decibels(math.inf) == "exact"


# Training


def test_curves_pair_training_and_validation() -> None:
    history = {
        "zeta": [1, 2],
        "accuracy": [0.5, 0.75],
        "val_loss": [3.0, 2.5],
        "loss": [2.0, 1.0],
        "val_accuracy": [0.5],
    }
    found = curves({"history": history})
    assert [curve.name for curve in found] == ["loss", "accuracy", "zeta"]
    assert found[0].held_out is not None
    assert found[0].held_out.tolist() == [3.0, 2.5]
    assert found[1].held_out is None  # of another length
    assert [curve.best for curve in found] == [1, 1, 0]


@pytest.mark.parametrize(
    "history",
    [
        *(None, 3, [], {"loss": "abc"}, {"loss": [1, "a"]}, {"loss": []}, {"val_loss": [1.0]}),
        *({"loss": [10**400]}, {"loss": [1e300]}, {"loss": [True]}),
    ],
)
def test_what_is_no_history_is_none(history: Any) -> None:
    assert curves({"history": history}) == []


def test_training_leaves_its_course_in_the_model() -> None:
    info = reports.pictures().info
    assert sorted(info["history"]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(len(values) == info["epochs"] == 12 for values in info["history"].values())
    assert info["history"]["val_accuracy"][-1] == pytest.approx(info["accuracy"])
    assert info["image_shape"] == [8, 8]
    assert info["test_rows"] == 359


def test_the_loss_of_a_regression_is_in_real_units() -> None:
    model = reports.numbers()
    samples = model.samples
    real = model.evaluate(samples["test_x"], samples["test_y"])["loss"]
    assert model.info["history"]["val_loss"][-1] == pytest.approx(real, rel=1e-3)


# What an example is


def built(shape: tuple[int, ...], **info: Any) -> Model:
    model = Sequential([Rescaling(0.5)], seed=0)
    model.build(shape)
    model.info = info
    return model


@pytest.mark.parametrize(
    ("shape", "dtype", "info", "kind", "form"),
    [
        ((64,), float, {"image_shape": [8, 8]}, "picture", (8, 8, 1)),
        ((64,), float, {"image_shape": [9, 9]}, "features", (64,)),
        ((64,), float, {"image_shape": "8x8"}, "features", (64,)),
        ((8, 8), np.uint8, {}, "picture", (8, 8, 1)),
        ((8, 6, 3), float, {}, "picture", (8, 6, 3)),
        ((8, 6, 4), float, {}, "features", (192,)),
        ((50, 6), float, {"stream": {"rate": 25}}, "window", (50, 6)),
        ((50, 6), float, {"stream": 7}, "window", (50, 6)),
        ((1, 6), float, {}, "features", (6,)),
        ((5,), float, {}, "features", (5,)),
    ],
)
def test_forms(
    shape: tuple[int, ...], dtype: type, info: dict[str, Any], kind: str, form: tuple[int, ...]
) -> None:
    found = input_format(
        built(shape, **info), np.arange(3 * math.prod(shape)).reshape(3, *shape).astype(dtype)
    )
    assert (found.kind, found.shape) == (kind, form)
    assert found.seconds == (2 if info.get("stream") == {"rate": 25} else None)


def test_features_of_windows_are_said_to_be() -> None:
    found = input_format(built((9,), stream={"window": 32}), np.zeros((2, 9)))
    assert found.description == "9 numbers of windows of 32 samples"
    assert input_format(built((1,)), np.zeros((2, 1))).description == "one number"


def test_ink_is_told_from_light() -> None:
    strokes = np.zeros((4, 8, 8, 1))
    strokes[:, 3] = 255
    assert input_format(built((8, 8, 1)), strokes).ink
    assert not input_format(built((8, 8, 1)), 255 - strokes).ink
