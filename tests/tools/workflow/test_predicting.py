"""What `predict` answers is what the module answers, row by row and sample by sample."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from support import streaming, streams
from support.motions import motion, motions, write_folder, write_table

from thumbnet.export import Artifact, StreamVotes, convert, convert_graph, load_artifact
from thumbnet.importers import IntegerNetwork, read
from thumbnet.tools.workflow.answering import Floats, Integers, load_answering, of_artifact
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.predicting import predict_file, predict_lines
from thumbnet.tools.workflow.prediction import Predicted
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.tools.workflow.tally import Tally
from thumbnet.trainer import (
    Dense,
    Normalization,
    Sequential,
    StreamSettings,
    TableOptions,
    ThumbnetError,
    read_csv,
)

TABLE = """ax,colour,on,ay,kind
1.5,red,yes,-2.25,rest
2.5,blue,no,3.5,wave
0.5,red,no,,rest
2.0,green,yes,1.75,wave
1.0,blue,yes,-1.5,rest
2.25,green,no,2.5,wave
"""


def imported(artifact: Artifact) -> ModuleType:
    """The module, as CPython runs it."""
    spec = importlib.util.spec_from_file_location(artifact.name, artifact.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network of a table, and its module."""
    folder = tmp_path_factory.mktemp("predicting")
    (folder / "train.csv").write_text(TABLE)
    data = read_csv(folder / "train.csv", options=TableOptions(missing="mean"))
    model = build(data, TrainSettings(hidden=(5,)), "table")
    model.fit(data.x, data.y, epochs=3, seed=0)
    model.save(folder / "table.npz")
    convert(model, data.x, name="table").write(folder, data.x, data.y)
    return folder


def scores(rows: list[Predicted]) -> list[Any]:
    return [None if one.answer is None else list(one.answer.scores) for one in rows]


def test_rows_of_a_table_are_answered_as_the_module_does(place: Path, tmp_path: Path) -> None:
    """Columns stand in another order, some are not of the training, and there is no label."""
    (tmp_path / "new.csv").write_text(
        "note,ay,on,colour,ax\nx,1.25,yes,green,1.5\ny,?,no,red,2.25\nz,99,no,red,2.25\n"
    )
    network = load_answering(place / "table.py", None, None)
    assert isinstance(network, Integers)
    found = predict_file(network, str(tmp_path / "new.csv"), None)
    rows = list(found.answers)
    assert not found.truth
    module = imported(load_artifact(place / "table.py"))
    mean = network.takes.table.means["ay"]  # type: ignore[union-attr]
    for one, row in zip(rows, [[1.5, "green", 1, 1.25], [2.25, "red", 0, mean]], strict=False):
        assert one.answer is not None
        assert list(one.answer.scores) == module.scores(row)
        assert list(one.answer.odds) == module.predict_proba(row)
        assert one.decision == module.predict(row)
    assert [one.place.line for one in rows] == [2, 3, 4]
    assert rows[2].answer is None
    assert rows[2].refused.startswith("column 'ay' is 99, but the board takes -")
    # The lines of the file, as they come.
    lines = (tmp_path / "new.csv").read_text().splitlines()
    assert scores(list(predict_lines(network, lines).answers)) == scores(rows)


def test_the_floats_of_a_model_are_those_that_it_was_trained_to(place: Path) -> None:
    network = load_answering(place / "table.npz", None, None)
    assert isinstance(network, Floats)
    found = predict_file(network, str(place / "train.csv"), None)
    tally = Tally(network.labels)
    rows = list(found.answers)
    for one in rows:
        tally.add(one)
    data = read_csv(place / "train.csv", like=network.takes.table)
    assert [one.decision for one in rows] == network.model.predict_classes(data.x).tolist()
    assert tally.accuracy == np.mean(network.model.predict_classes(data.x) == data.y)
    assert tally.scored == 6


LINES = {
    "1.5,red,yes": "3 values, but a row has 4: 'ax', 'colour', 'on', 'ay'",
    "1.5,pink,yes,1": "column 'colour': 'pink' was not seen in training, only 'blue', 'green', "
    "'red': correct it, or train again with it",
    "x,red,yes,1": "column 'ax': 'x' is not a number",
    "1.5,red,yes,70": "column 'ay' is 70, but the board takes -",
    "inf,red,yes,1": "column 'ax': 'inf' is not a finite number",
}


def test_a_line_that_is_no_row_is_named_and_the_next_is_answered(place: Path) -> None:
    network = load_answering(place / "table.py", None, None)
    good = "1,5;red;yes;1,5"
    lines = [good, "", *itertools.chain(*((bad, "1.5\tred\tyes\t1.5\n") for bad in LINES))]
    rows = list(predict_lines(network, lines).answers)
    assert len(rows) == 1 + 2 * len(LINES)
    for one, why in zip(rows[1::2], LINES.values(), strict=True):
        assert one.answer is None
        assert one.refused.startswith(why)
    assert len({tuple(s) for s in scores(rows[::2])}) == 1
    assert [one.place.line for one in rows[:3]] == [1, 3, 4]


def test_names_of_other_columns_end_it(place: Path) -> None:
    network = load_answering(place / "table.py", None, None)
    with pytest.raises(ThumbnetError, match="line 1: the header lacks 'colour', 'on', 'ay'"):
        list(predict_lines(network, ["ax,bx", "1,2"]).answers)


@pytest.mark.parametrize("features", ["raw", ("mean", "crossings")])
def test_windows_are_decided_as_the_stream_of_the_module_does(
    features: str | tuple[str, ...], tmp_path: Path
) -> None:
    made = streams.program(features, vote=(2, 3))
    artifact = made.write(tmp_path / "build")
    network = of_artifact(artifact)
    one = streams.joined([motion("wave", 7), motion("rest", 8), motion("shake", 9)])
    stream = imported(artifact).Stream()
    pushed = [stream.push(row) for row in one.values.tolist()]
    ends = range(streams.WINDOW - 1, len(one), streams.HOP)
    expected = [pushed[k] for k in ends]
    assert len({*expected}) > 1

    lines = [",".join(f"{v:.3f}" for v in row) for row in one.values]
    live = list(predict_lines(network, lines).answers)
    assert [row.decision for row in live] == expected
    assert [row.place.line for row in live] == [k + 1 for k in ends]
    seconds = [(k + 1) / one.rate for k in ends]
    assert [row.place.end for row in live] == pytest.approx(seconds)

    file = tmp_path / "new.csv"
    file.write_text("\n".join(["x,y,z", *lines]) + "\n")
    rows = predict_file(network, str(file), None)
    found = list(rows.answers)
    assert [row.decision for row in found] == expected
    assert scores(found) == scores(live)
    assert not rows.truth


def test_labels_of_recordings_are_what_is_right(tmp_path: Path) -> None:
    network = of_artifact(streams.program("raw").write(tmp_path / "build"))
    folder = write_folder(tmp_path / "rec", motions(1))
    rows = predict_file(network, str(folder), None)
    assert rows.truth
    assert {one.truth for one in rows.answers} == {0, 1, 2}
    (tmp_path / "rec" / "wave").rename(tmp_path / "rec" / "unknown")
    rows = predict_file(network, str(folder), None)
    assert {one.truth for one in rows.answers} == {0, 1, None}
    assert rows.notices[-1].startswith("the network has no class 'unknown'")
    table = write_table(tmp_path / "table.csv", motions(1))
    assert {one.truth for one in predict_file(network, str(table), None).answers} == {0, 1, 2}


def test_a_network_with_states_goes_on_from_line_to_line(tmp_path: Path) -> None:
    (tmp_path / "kept.tflite").write_bytes(streaming.windows())
    network = read(tmp_path / "kept.tflite")
    assert isinstance(network, IntegerNetwork)
    artifact = convert_graph(network.graph, network.task, network.layers).write(tmp_path)
    expected = [answer["scores"] for answer in artifact.expected()]
    rows, answering = np.array(artifact.inputs), of_artifact(artifact)
    assert [list(answering.answer(row[None])[0].scores) for row in rows] == expected
    assert [list(one.scores) for one in of_artifact(artifact).answer(rows)] == expected


def test_votes_are_those_of_the_firmware() -> None:
    settings = StreamSettings(4, 2, ("x",), 10, (1,), 100, vote=(2, 3))
    votes = StreamVotes(settings, ("a", "b", "c"))
    assert [votes.decide(k) for k in (0, 1, 1, 2, 0, 0)] == [None, None, 1, 1, None, 0]


def test_numbers_have_r_squared(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(
        "a,b,y\n" + "".join(f"{k},{k % 3},{2 * k}.5\n" for k in range(30))
    )
    data = read_csv(tmp_path / "d.csv")
    model = Sequential([Normalization().adapt(data.x), Dense(1)], seed=0)
    model.compile("adam", "mse")
    model.fit(data.x, data.y, epochs=2, seed=0)
    network = of_artifact(convert(model, data.x, name="n").write(tmp_path, data.x, data.y))
    tally = Tally(network.labels)
    found = list(predict_file(network, str(tmp_path / "d.csv"), None).answers)
    for one in found:
        tally.add(one)
    errors = tally.errors
    assert errors is not None
    program = convert(model, data.x, name="n")
    assert errors[0] == pytest.approx(program.evaluate(data.x, data.y))
    assert [one.answer.numbers[0] for one in found if one.answer] == program.predict(
        data.x
    ).tolist()
