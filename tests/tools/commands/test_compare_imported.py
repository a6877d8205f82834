"""`compare` of an imported network: every way to export it, and agreement with another network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.imported import imported, mixed_net, residual_net

from thumbnet.export import best_fit, every_fit, load_board
from thumbnet.tools import cli
from thumbnet.tools.workflow.agreement import agreement
from thumbnet.trainer import Dense, Flatten, Sequential

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.tflite").write_bytes(residual_net())
    (tmp_path / "numbers.tflite").write_bytes(mixed_net())
    model = Sequential([Flatten(), Dense(4, "softmax")], seed=0)
    model.build((6, 7, 3))
    model.save(tmp_path / "floats.npz")
    rng = np.random.default_rng(0)
    y = np.arange(30) % 4
    np.savez(tmp_path / "rows.npz", x=rng.uniform(-2, 2, (30, 126)), y=y)
    np.savez(tmp_path / "some.npz", x=rng.uniform(-2, 2, (30, 126)), y=np.where(y < 2, 1, 3))
    np.savez(
        tmp_path / "others.npz", x=rng.uniform(-2, 2, (30, 126)), y=np.array(["a", "b"])[y % 2]
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capture: Capture, *arguments: str) -> dict[str, Any]:
    assert cli.main([*arguments, "--json"]) == 0, capture.readouterr().err
    found = json.loads(capture.readouterr().out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def refused(capture: Capture, *arguments: str) -> str:
    assert cli.main(list(arguments)) == 1
    (line,) = capture.readouterr().err.splitlines()
    return line


def test_every_way_on_a_board() -> None:
    graph, board = imported(residual_net()).graph, load_board("pico")
    found = list(every_fit(graph, board))
    ways = {(fit.tier, fit.weights, fit.mpy) for fit in found}
    assert ways == {
        (tier, place, mpy)
        for tier in ("thumb", "viper", "plain")
        for place in ("module", "stream")
        for mpy in (False, True)
    }
    best = best_fit(graph, board)
    assert best.estimate in [fit.estimate for fit in found]


def test_what_lacks_is_named() -> None:
    small = load_board("esp8266")
    found = list(every_fit(imported(residual_net()).graph, small))
    assert found
    for fit in found:
        assert (fit.estimate is None) == bool(fit.refusal)
    assert any("heap to import: " in fit.refusal for fit in found)


def test_an_operation_that_a_board_cannot_hold_is_a_refusal() -> None:
    """All boards are tried one by one: one of them must not end the command."""
    graph = imported(residual_net()).graph
    assert "does not run on this board" in best_fit(graph, load_board("microbit")).refusal
    assert all(
        "does not run on this board" in fit.refusal
        for fit in every_fit(graph, load_board("microbit"))
    )


def test_agreement_with_a_float_network(folder: Path, capsys: Capture) -> None:
    """The order of the files does not matter."""
    first = said(
        capsys, "compare", "net.tflite", "floats.npz", "--board", "unix", "--data", "rows.npz"
    )
    second = said(
        capsys, "compare", "floats.npz", "net.tflite", "--board", "unix", "--data", "rows.npz"
    )
    assert first == second
    found = first["agreement"]
    assert (found["rows"], found["made"]) == (30, False)
    assert 0 <= found["same"] <= 1
    assert len(found["accuracies"]) == 2


def test_a_network_agrees_with_itself() -> None:
    net = imported(residual_net())
    classes = net.answering("classifier"), net.answering("regression")
    x = np.random.default_rng(0).uniform(-2, 2, (20, 126))
    path = Path("net")
    same = agreement((classes[0], path), (classes[0], path), x, None, made=False)
    assert (same.same, same.sqnr, same.accuracies) == (1.0, None, None)
    numbers = agreement((classes[1], path), (classes[1], path), x, None, made=False)
    assert (numbers.same, numbers.sqnr) == (None, np.inf)
    right = net.answering("classifier").graph
    assert right.outputs[1] == "prediction"


@pytest.mark.parametrize("activation", ["sigmoid", "step", "tanh", "sign"])
def test_a_single_output_says_the_class_that_the_network_says(activation: str) -> None:
    model = Sequential([Dense(1, activation)], seed=1)
    model.build((3,))
    x = np.random.default_rng(0).normal(size=(50, 3))
    one = model, Path("one.npz")
    found = agreement(one, one, x, model.predict_classes(x), made=False)
    assert found.accuracies == (1.0, 1.0)


def test_rows_with_some_of_the_classes_count_by_their_number(folder: Path, capsys: Capture) -> None:
    """Classes 1 and 3 of a file are not 0 and 1 of the network."""
    from thumbnet.tools.workflow.any_network import load_rows

    net = imported(residual_net())
    for names in ((), ("a", "b", "c", "d")):
        _, y = load_rows(net.answering("classifier", names), Path("net"), "some.npz", None)
        assert {str(name) for name in y} == {"1", "3"}
    _, y = load_rows(
        net.answering("classifier", ("b", "x", "a", "y")), Path("n"), "others.npz", None
    )
    assert {str(name) for name in y} == {"a", "b"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("net.tflite --data others.npz", "has the classes 'a', 'b', but net.tflite has '0', '1'"),
        ("net.tflite numbers.tflite", "numbers.tflite takes 24 values, but the rows have 126"),
        ("numbers.tflite --data rows.npz", "answers with numbers, so --data alone says nothing"),
        ("floats.npz floats.npz", "has float weights, and is compared with its own integers"),
        ("floats.npz --board pico", "--board pico: floats.npz has float weights"),
        ("net.tflite --board nowhere", "nowhere"),
    ],
)
def test_refused_in_one_line(folder: Path, capsys: Capture, arguments: str, message: str) -> None:
    assert message in refused(capsys, "compare", *arguments.split())
