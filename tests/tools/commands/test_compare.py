"""`compare`: each line is what `convert` makes so, tried on the held-out rows."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.narrow_digits import RARE, TEST, TRAIN, digits
from support.outlier import ROWS, unit

from thumbnet.export import Options, Program, convert
from thumbnet.export.program.compare import (
    QuantizationResult,
    compare_quantizations,
    float_accuracy,
    quantization_choices,
)
from thumbnet.export.program.paired_test import paired_test
from thumbnet.export.program.quality import float_predict
from thumbnet.tools import cli
from thumbnet.tools.commands.compare import recommended
from thumbnet.trainer import Adam, Dense, Model, Rescaling, Sequential, balanced_accuracy

EVERY = [(name, bits) for bits in (8, 4) for name in ("min_max", "percentile", "mse")]


@cache
def program(calibration: str, bits: int) -> Program:
    return convert(digits(), TRAIN.x, name="net", calibration=calibration, bits=bits)


@cache
def table() -> list[QuantizationResult]:
    return list(compare_quantizations(digits(), TRAIN.x, TEST.x, TEST.y, Options("net")))


def test_every_way_once() -> None:
    assert [(way.calibration, way.bits) for way in table()] == EVERY
    assert quantization_choices(digits(), TRAIN.x, Options("net")) == EVERY
    assert len({way.accuracy for way in table()}) > 2, "the lines must be told apart"


@pytest.mark.parametrize("row", range(len(EVERY)))
def test_a_line_is_what_convert_makes(row: int) -> None:
    way, made = table()[row], program(*EVERY[row])
    assert way.accuracy == made.evaluate(TEST.x, TEST.y)
    answers = float_predict(made.floats, made.task, TEST.x.reshape(len(TEST), -1))
    assert way.agreement == np.mean(made.predict(TEST.x) == answers)
    quality = {layer.tensor: layer.sqnr for layer in made.quality(TEST.x[:500])}
    assert way.sqnr == quality["scores"]
    assert way.worst == min(quality.values())
    assert way.worst < max(quality.values()) - 3
    products = 64 * 8 + 8 * 8 + 8 * 8 + 8 * 10
    assert way.weight_bytes == products * way.bits // 8
    assert way.balanced is None
    assert way.score == way.accuracy


def test_each_calibration_has_its_own_range() -> None:
    y = (ROWS[:, 0] < 0).astype(int)
    options = Options("net", resolution=0.0001)
    found = list(compare_quantizations(unit(), ROWS, ROWS[:500], y[:500], options))
    for way, (name, bits) in zip(found, EVERY, strict=True):
        made = convert(unit(), ROWS, resolution=0.0001, calibration=name, bits=bits)
        layers = made.quality(ROWS[:500])
        assert way.worst == min(layer.sqnr for layer in layers)
    assert len({way.worst for way in found}) == 3


def test_the_float_model() -> None:
    found = float_accuracy(digits(), TRAIN.x, TEST.x, TEST.y, Options("net"))
    assert found == (np.mean(digits().predict_classes(TEST.x) == TEST.y), None)


def test_balanced_where_classes_are_uneven() -> None:
    x, y = TEST.x[RARE], TEST.y[RARE]
    found = list(compare_quantizations(digits(), TRAIN.x, x, y, Options("net")))
    for way, key in zip(found, EVERY, strict=True):
        answers = program(*key).predict(x)
        assert way.accuracy == np.mean(answers == y)
        assert way.balanced == pytest.approx(balanced_accuracy(y, answers, 10))
        assert way.score == way.balanced
    _, in_float = float_accuracy(digits(), TRAIN.x, x, y, Options("net"))
    answers = digits().predict_classes(x)
    assert in_float == pytest.approx(balanced_accuracy(y, answers, 10))


@pytest.mark.parametrize(("most", "told"), [(14, False), (15, True), (16, True)])
def test_uneven_from_one_and_a_half_times_on(most: int, told: bool) -> None:
    model, rng = digits(), np.random.default_rng(0)
    own = [np.flatnonzero(TEST.y == k)[: most if k == 3 else 10] for k in range(10)]
    rows = rng.permutation(np.concatenate(own))
    (way,) = compare_quantizations(
        model, TRAIN.x, TEST.x[rows], TEST.y[rows], Options("net"), [("min_max", 8)]
    )
    assert (way.balanced is not None) == told


def regression() -> tuple[Model, np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).uniform(-1, 1, (300, 3)).round(2)
    y = x @ [3.0, -2.0, 1.0] + x[:, 0] ** 2
    model = Sequential([Dense(6, "relu"), Dense(1)], seed=0)
    model.compile(Adam(0.02), "mse")
    model.fit(x, y[:, None], epochs=10)
    return model, x, y


def test_numbers_are_compared_by_r_squared() -> None:
    model, x, y = regression()
    for way in compare_quantizations(model, x, x, y, Options("net")):
        made = convert(model, x, name="net", calibration=str(way.calibration), bits=way.bits)
        assert way.accuracy == made.evaluate(x, y)
        assert (way.agreement, way.balanced) == (None, None)
        assert way.weight_bytes == (24 if way.bits == 8 else 9 + 3)


def test_rows_out_of_range_are_left_out() -> None:
    model, x, y = regression()
    (usual,) = compare_quantizations(model, x, x, y, Options("net"), [("mse", 8)])
    more_x, more_y = np.concatenate([x, 100 + x[:9]]), np.append(y, np.zeros(9))
    assert list(compare_quantizations(model, x, more_x, more_y, Options("net"), [("mse", 8)])) == [
        usual
    ]


# The command


def saved(folder: Path, model: Model, x: np.ndarray, y: np.ndarray) -> None:
    model.samples = {"calibration": TRAIN.x, "test_x": x, "test_y": y}
    model.save(folder / "net.npz")


def run(line: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a command that succeeds prints."""
    assert cli.main(line.split()) == 0
    return capsys.readouterr().out.splitlines()


def cells(lines: list[str]) -> list[list[str]]:
    return [line.split() for line in lines if line.endswith((" 720", " 360"))]


def expected(way: QuantizationResult) -> list[str]:
    shares = [way.accuracy, *([] if way.balanced is None else [way.balanced])]
    return [
        way.calibration or "trained",
        str(way.bits),
        *(f"{100 * share:.2f}%" for share in shares),
        f"{way.sqnr:.1f}",
        f"{way.worst:.1f}",
        str(way.weight_bytes),
    ]


def test_six_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, digits(), TEST.x, TEST.y)
    lines = run("compare net.npz", capsys)
    assert cells(lines) == [expected(way) for way in table()]
    (head,) = [line.split("  ") for line in lines if "--calibration " in line and "SQNR" in line]
    assert [word.strip() for word in head if word] == [
        *("--calibration", "--bits", "accuracy", "SQNR dB", "worst layer", "bytes")
    ]
    right = float(np.mean(digits().predict_classes(TEST.x) == TEST.y))
    assert f"in float: {right:.2%}" in lines
    assert f"all of them on the same {len(TEST.y)} held-out rows" in lines
    assert lines[-2] == (
        "no way is better than the usual one by more than chance on these rows (paired test)"
    )
    assert lines[-1] == "next: thumbnet export net.npz --calibration min_max --bits 8"
    result = json.loads(run("compare net.npz --json", capsys)[-1])
    assert result["float"] == right
    assert result["balanced_float"] is None
    assert (result["rows"], result["refused"], result["held_out"]) == (len(TEST.y), 0, True)
    assert [QuantizationResult(**way) for way in result["ways"]] == table()


def test_balanced_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    x, y = TEST.x[RARE], TEST.y[RARE]
    saved(tmp_path, digits(), x, y)
    found = list(compare_quantizations(digits(), TRAIN.x, x, y, Options("net")))
    lines = run("compare net.npz", capsys)
    assert cells(lines) == [expected(way) for way in found]
    assert any("accuracy   balanced   SQNR dB" in line for line in lines)
    answers = digits().predict_classes(x)
    assert (
        f"in float: {np.mean(answers == y):.2%}, balanced {balanced_accuracy(y, answers, 10):.2%}"
    ) in lines
    best = recommended(found, digits())
    assert lines[-1].endswith(f"--calibration {best.calibration} --bits {best.bits}")


def way(wrong: range, rows: int = 60, **fields: Any) -> QuantizationResult:
    """A way that answers these rows wrongly."""
    losses = np.zeros(rows)
    losses[[*wrong]] = 1
    return replace(table()[0], **{"accuracy": 1 - losses.mean(), "losses": losses, **fields})


def test_only_what_is_better_beyond_chance_is_recommended() -> None:
    usual = way(range(12))
    for wrong, better in ((range(10), False), (range(7), False), (range(6), True)):
        other = way(wrong, calibration="mse")
        assert recommended([usual, other], digits()) is (other if better else usual)
    # With five others, a difference that two rows in a hundred show by chance is none.
    lucky = [way(range(6), calibration=name, bits=4) for name in ("mse", "percentile", "min_max")]
    assert recommended([usual, *lucky], digits()) is usual
    assert recommended([usual, lucky[0]], digits()) is lucky[0]
    assert recommended([lucky[0], usual], digits()) is lucky[0]
    # Classes count the same.
    worse = way(range(2), balanced=0.8, calibration="mse")
    uneven = replace(usual, balanced=0.9)
    assert recommended([uneven, worse], digits()) is uneven


@pytest.mark.parametrize(
    ("fewer", "more", "chance"),
    [(0, 0, 1), (3, 3, 1), (0, 5, 2 / 32), (1, 7, 2 * 9 / 256), (0, 2000, 0), (990, 1011, 0.65)],
)
def test_the_paired_test(fewer: int, more: int, chance: float) -> None:
    one = np.array([0.0] * fewer + [1.0] * more + [1.0] * 9)
    other = np.array([1.0] * fewer + [0.0] * more + [1.0] * 9)
    assert paired_test(one, other) == pytest.approx(chance, abs=0.02 if fewer > 900 else 1e-9)
    assert paired_test(other, one) == paired_test(one, other)


@pytest.mark.parametrize(("width", "bits"), [("int4", 4), ("int8", 8)])
def test_a_network_trained_for_a_width(
    width: str,
    bits: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its ranges are fixed: a line for each width, and the next step is what it was trained for."""
    monkeypatch.chdir(tmp_path)
    model = digits(width)
    assert quantization_choices(model, TRAIN.x, Options("net")) == [(None, 8), (None, 4)]
    found = list(compare_quantizations(model, TRAIN.x, TEST.x, TEST.y, Options("net")))
    for way in found:
        made = convert(model, TRAIN.x, name="net", bits=way.bits)
        assert way.accuracy == made.evaluate(TEST.x, TEST.y)
    saved(tmp_path, model, TEST.x, TEST.y)
    lines = run("compare net.npz", capsys)
    assert cells(lines) == [expected(way) for way in found]
    assert f"trained for {width}: the ranges are from training" in lines
    assert lines[-1] == f"next: thumbnet export net.npz --bits {bits}"
    assert recommended(found, model).bits == bits


def test_a_network_whose_training_left_a_range_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goes into a tanh is no tensor of training's."""
    monkeypatch.chdir(tmp_path)
    model = Sequential([Rescaling(1 / 16), Dense(8, "tanh"), Dense(10, "softmax")], seed=0)
    model.compile(Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(TRAIN.x, TRAIN.y, epochs=2, quantize="int4")
    model.labels, model.input_spec = TRAIN.labels, TRAIN.input_spec
    assert quantization_choices(model, TRAIN.x, Options("net")) == EVERY
    saved(tmp_path, model, TEST.x, TEST.y)
    lines = run("compare net.npz", capsys)
    said = "trained for int4: the ranges are from training, except for some that it left open"
    assert said in lines
    best = lines[-1].removeprefix("next: thumbnet export net.npz --calibration ")
    assert best in {f"{name} --bits 4" for name, _ in EVERY}
    assert cli.main(f"export net.npz --calibration {best} --json".split()) == 0


def test_numbers_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model, x, y = regression()
    model.samples = {"calibration": x, "test_x": x, "test_y": y}
    model.save(tmp_path / "net.npz")
    lines = run("compare net.npz", capsys)
    found: list[Any] = list(compare_quantizations(model, x, x, y, Options("net")))
    shown = [line.split()[2] for line in lines if line.startswith(("min_max", "perc", "mse"))]
    assert shown == [f"{way.accuracy:.4f}" for way in found]
    assert any("R squared" in line for line in lines)
