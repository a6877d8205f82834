"""The numbers of `thumbnet report`: held-out examples, layers, boards, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import reports
from support.reports import report

from thumbnet.export import best_fit, convert, list_boards, load_board
from thumbnet.export.cost.network_size import macs, parameters
from thumbnet.tools.report.analysis.fitting_boards import export_options, fit_as_json, fits
from thumbnet.tools.report.analysis.held_out import HeldOut, WholeTestSet, whole_test_set
from thumbnet.tools.report.collect import collect
from thumbnet.trainer import Dataset, Dense, Sequential, ThumbnetError

MODELS = ("pictures", "features", "windows", "numbers", "deep", "stream", "many")


# Held-out examples


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_those_of_the_exporter(name: str) -> None:
    model = getattr(reports, name)()
    program = convert(model, model.samples["calibration"], board="unix")
    x, y = model.samples["test_x"], model.samples["test_y"]
    held = report(name).held_out
    assert held is not None
    assert held.integers is not None
    assert held.refused == 0
    assert held.score(held.integers) == pytest.approx(program.evaluate(x, y))
    if held.labels:
        assert held.score(held.floats) == model.evaluate(x, y)["accuracy"]


def test_mistakes_are_the_surest_wrong_answers() -> None:
    found = report("pictures")
    held = found.held_out
    assert held is not None
    assert held.odds is not None
    assert held.wrong > 12
    assert len(found.worst) == len(set(found.worst)) == 12
    assert all(held.predicted[k] != held.truth[k] for k in found.worst)
    sure = [held.odds[k, held.predicted[k]] for k in found.worst]
    assert sure == sorted(sure, reverse=True)
    wrong = np.flatnonzero(held.predicted != held.truth)
    assert sure[0] == max(held.odds[k, held.predicted[k]] for k in wrong)


def judged(said: list[int], odds: list[list[float]], probable: bool = True) -> HeldOut:
    answers = np.array(said)
    x, truth = np.zeros((len(said), 2)), np.zeros(len(said), dtype=int)
    return HeldOut(x, truth, answers, answers, np.array(odds), probable, ("a", "b", "c"))


def test_the_least_sure_comes_next() -> None:
    held = judged([0, 0, 1], [[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.2, 0.5, 0.3]])
    assert np.argsort(-held.margins).tolist() == [2, 1, 0]
    held = judged([0, 0, 1], [[90, -5, 5], [4, 3, -300], [2, 4, 3]], probable=False)
    assert np.argsort(-held.margins).tolist() == [2, 1, 0]


def test_numbers_are_judged_by_their_distance() -> None:
    found = report("numbers")
    held = found.held_out
    assert held is not None
    off = np.abs(held.predicted - held.truth)[:, 0]
    assert found.worst[0] == off.argmax()
    assert held.error(held.predicted) == pytest.approx(off.mean())
    assert found.confusion is None


def test_recordings_are_judged_by_most_of_their_windows() -> None:
    held = replace(
        judged([0, 0, 1, 1, 1, 0], [[1.0, 0.0, 0.0]] * 6),
        recordings=np.array(["x", "x", "x", "y", "y", "y"]),
    )
    assert held.by_recording == (1, 2)
    found = report("windows").held_out
    assert found is not None
    assert found.by_recording is not None
    assert found.by_recording[1] == 6


def test_other_data_may_be_brought() -> None:
    model = reports.features()
    x, y = model.samples["test_x"], model.samples["test_y"]
    # The same classes in another order.
    order = [2, 0, 1]
    labels = tuple(reports.NASTY[k] for k in order)
    data = Dataset(x, np.array([order.index(k) for k in y]), labels)
    assert collect(model, "features", [], data).as_json() == report("features").as_json()


def test_other_data_are_no_part_of_what_was_held_out() -> None:
    model = reports.many()
    x, y = model.samples["test_x"][:70], model.samples["test_y"][:70]
    found = collect(model, "many", [], Dataset(x, y, reports.NASTY))
    assert found.whole_test_set is None
    assert found.as_json()["samples"] == 70


def test_examples_out_of_range_are_no_rest() -> None:
    model = reports.features()
    held = report("features").held_out
    assert held is not None
    rows = model.info["test_rows"]
    assert rows == len(held.x)
    assert whole_test_set(model.info, replace(held, x=held.x[:-3], refused=3)) is None
    found = whole_test_set({**model.info, "test_rows": rows + 1}, held)
    assert found == WholeTestSet(rows + 1, model.info["accuracy"], model.info["balanced_accuracy"])
    assert whole_test_set({"test_rows": 999, "accuracy": "high"}, held) == WholeTestSet(
        999, None, None
    )
    assert whole_test_set({"test_rows": "999"}, held) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (Dataset(np.zeros((4, 3)), np.zeros(4), ("a", "b")), "label 'a' was not in training"),
        (Dataset(np.zeros((4, 3)), np.zeros(4), reports.NASTY), "rows have 3 values"),
        (Dataset(np.zeros((4, 5)), np.full(4, 7.0)), "is of class 7, but the network knows 0 to 2"),
    ],
)
def test_other_data_must_fit(data: Dataset, message: str) -> None:
    with pytest.raises(ThumbnetError, match=message):
        collect(reports.features(), "features", [], data)


def test_readings_out_of_range_are_counted() -> None:
    model = reports.numbers()
    x, y = model.samples["test_x"].copy(), model.samples["test_y"]
    x[:7] += 1000
    held = collect(model, "numbers", [], Dataset(x, y)).held_out
    assert held is not None
    assert (held.refused, len(held.x)) == (7, len(x) - 7)
    found = collect(model, "numbers", [], Dataset(x + 1000, y))
    assert found.held_out is None
    assert "outside the range" in found.no_held_out


# What is missing


def test_nothing_is_known_of_a_bare_network() -> None:
    found = report("bare", "pico")
    assert found.held_out is found.input_format is found.macs is None
    assert "carries no held-out examples" in found.no_held_out
    assert "no examples to calibrate with" in found.no_integers
    assert [(layer.name, layer.parameters) for layer in found.layers] == [("dense", 650)]
    assert found.curves == found.fits == found.worst == []


def test_a_network_without_integers_is_judged_in_float() -> None:
    model = Sequential([Dense(4, "relu"), Dense(3, "leaky_relu")], seed=0)
    model.build((5,))
    x = reports.features().samples["test_x"]
    model.labels = reports.NASTY
    model.samples = {"test_x": x, "test_y": reports.features().samples["test_y"]}
    found = collect(model, "leaky", [load_board("pico")])
    assert "leaky_relu cannot be the last activation" in found.no_integers
    assert found.held_out is not None
    assert found.held_out.integers is None
    assert found.fits == []
    assert [layer.shape for layer in found.layers] == [(4,), (3,)]


# Layers and boards


@pytest.mark.parametrize("name", MODELS)
def test_layers_sum_up(name: str) -> None:
    model = getattr(reports, name)()
    graph = convert(model, model.samples["calibration"], board="unix").graph
    found = report(name)
    assert [layer.name for layer in found.layers] == [node.output for node in graph.nodes]
    assert sum(layer.macs or 0 for layer in found.layers) == found.macs == macs(graph)
    assert sum(layer.parameters for layer in found.layers) == found.parameters == parameters(graph)
    scores = next(layer for layer in found.layers if layer.name == "scores")
    assert scores.sqnr is not None
    assert scores.sqnr > 25
    assert scores.low is not None
    assert scores.high is not None
    assert scores.low < scores.high


@pytest.fixture(scope="module")
def large() -> Any:
    """A graph of 20,000 weights."""
    model = Sequential([Dense(75, "relu"), Dense(3, "softmax")], seed=0)
    model.build((280,))
    x = np.random.default_rng(0).integers(0, 256, (20, 280)).astype(np.uint8)
    return convert(model, x, name="large", board="unix").graph


def test_boards_come_by_time_and_then_those_that_are_too_small(large: Any) -> None:
    found = fits(large, map(load_board, ("microbit_v2", "generic", "unix", "pico", "microbit")))
    assert [f.board.name for f in found] == ["unix", "pico", "generic", "microbit", "microbit_v2"]
    assert [f.estimate is None for f in found] == [False] * 3 + [True] * 2
    assert "board microbit_v2 has" in found[-1].refusal
    pico = fit_as_json(found[1])
    assert (pico["tier"], pico["weights"], pico["fits"]) == ("thumb", "module", True)
    assert fit_as_json(found[-1]) == {
        "board": "microbit_v2",
        "fits": False,
        "reason": found[-1].refusal,
    }


def test_a_module_is_compiled_where_its_source_is_too_large(large: Any) -> None:
    pico = replace(load_board("pico"), stream=0, romfs=0)
    source = best_fit(large, pico).estimate
    assert source is not None
    tight = best_fit(large, replace(pico, heap=source.import_heap - 1, tiers=("thumb",)))
    assert tight.mpy
    assert export_options(tight) == "--board pico --mpy"
    assert not best_fit(large, pico).mpy
    assert best_fit(large, replace(pico, heap=30_000)).estimate is None


def test_a_slower_tier_is_said() -> None:
    graph = convert(reports.numbers(), reports.numbers().samples["calibration"], board="unix").graph
    found = best_fit(graph, load_board("pico"))
    assert export_options(found) == "--board pico"
    assert export_options(replace(found, tier="viper")) == "--board pico --tier viper"


def test_every_board_has_a_place() -> None:
    found = collect(reports.numbers(), "numbers", list_boards())
    assert {fit.board.name for fit in found.fits} == {board.name for board in list_boards()}
    assert found.chosen is not None
    assert found.chosen.board.name == "generic"
