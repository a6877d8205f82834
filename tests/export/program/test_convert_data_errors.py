"""Data that does not fit: samples, rows and targets of the wrong kind, each with one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.handmade import drawn

from thumbnet.export import Program, convert
from thumbnet.trainer import Dense, InputSpec, ThumbnetError

X = np.random.default_rng(0).normal(size=(40, 3))


def classes() -> Program:
    model = drawn(Dense(3, activation="softmax"), inputs=3)
    model.labels = ("red", "green", "blue")
    return convert(model, X, name="net")


@pytest.mark.parametrize("resolution", [(0.1, 0.1, 0.1), (0.1, 0.5, 0.1)])
def test_resolution_of_each_feature_where_all_are_alike(resolution: tuple[float, ...]) -> None:
    model = drawn(Dense(2), inputs=3)
    units = [round(1 / step) for step in resolution]
    by_option = convert(model, X, name="net", resolution=resolution)
    model.input_spec = InputSpec((3,), resolution=resolution)
    by_spec = convert(model, X, name="net")
    for program in (by_option, by_spec):
        got = program.graph.nodes[0].attributes["units"]
        assert np.broadcast_to(got, 3).tolist() == units


def test_resolutions_of_another_number_where_features_are_alike() -> None:
    with pytest.raises(ThumbnetError, match="2 resolutions for 3 features"):
        convert(drawn(Dense(2), inputs=3), X, name="net", resolution=(0.1, 0.5))


@pytest.mark.parametrize(
    ("minimum", "maximum"), [(5.0, 9.0), (-9.0, -5.0), ((-5.0, -5.0, 5.0), (5.0, 5.0, 9.0))]
)
def test_samples_outside_the_declared_range(minimum: Any, maximum: Any) -> None:
    model = drawn(Dense(2), inputs=3)
    model.input_spec = InputSpec((3,), resolution=0.01, minimum=minimum, maximum=maximum)
    with pytest.raises(ThumbnetError, match="declared range"):
        convert(model, X, name="net")


def test_ragged_samples() -> None:
    with pytest.raises(ThumbnetError, match="the samples are not numbers"):
        convert(drawn(Dense(2), inputs=3), [[1, 2, 3], [1, 2]], name="net")


def test_samples_of_next_to_no_range() -> None:
    with pytest.raises(ThumbnetError, match="export: "):
        convert(drawn(Dense(2), inputs=3), X * 1e-300, name="net")


@pytest.mark.parametrize("rows", [[["a", "b", "c"]], [[1, 2, 3], [1, 2]]])
def test_rows_that_are_no_numbers(rows: Any, tmp_path: Path) -> None:
    with pytest.raises(ThumbnetError, match="numbers"):
        classes().scores(rows)
    with pytest.raises(ThumbnetError, match="numbers"):
        classes().write(tmp_path, rows)


def test_no_rows() -> None:
    assert classes().scores(np.zeros((0, 3))).shape == (0, 3)


def test_names_as_objects_or_in_a_column() -> None:
    names = np.array(["red", "green"] * 20)
    program = classes()
    wanted = program.evaluate(X, names)
    assert program.evaluate(X, names.astype(object)) == wanted
    assert program.evaluate(X, names[:, None]) == wanted


@pytest.mark.parametrize("y", [3, ["high"] * 40, np.zeros((40, 2))])
def test_targets_that_do_not_fit_a_regression(y: Any) -> None:
    program = convert(drawn(Dense(1), inputs=3), X, name="net")
    with pytest.raises(ThumbnetError):
        program.evaluate(X, y)
