"""`thumbnet export --bits` and `--calibration`: what they make, what is said, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.narrow_digits import RARE, TEST, TRAIN, digits
from support.outlier import ROWS, unit

from thumbnet.export import Options, Program, convert, load_artifact, run_until
from thumbnet.tools import cli
from thumbnet.trainer import Model, balanced_accuracy

CALIBRATIONS = ("min_max", "percentile", "mse")


def made(model: Model, **options: Any) -> Program:
    return convert(model, TRAIN.x, name="net", **options)


def save(model: Model, rows: np.ndarray | slice = np.s_[:]) -> None:
    """In the folder where we are."""
    x, y = TEST.x[rows], TEST.y[rows]
    model.samples = {"calibration": TRAIN.x, "test_x": x, "test_y": y}
    model.save("net.npz")


class Export:
    """Exports net.npz in a folder of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, options: str = "") -> tuple[dict[str, Any], list[str]]:
        """What --json gives, and the words."""
        self._capsys.readouterr()
        assert cli.main(f"export net.npz --json {options}".split()) == 0
        out, words = self._capsys.readouterr()
        return json.loads(out.splitlines()[-1]), words.splitlines()

    def refused(self, options: str) -> str:
        """The one line that says why not."""
        self._capsys.readouterr()
        assert cli.main(f"export net.npz {options}".split()) == 1
        (line,) = self._capsys.readouterr().err.splitlines()
        return line


@pytest.fixture
def export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Export:
    monkeypatch.chdir(tmp_path)
    return Export(capsys)


def weights(program: Program) -> list[Any]:
    return [node.attributes["weight"].tolist() for node in program.graph.only("fully_connected")]


# What a network was trained for


@pytest.mark.parametrize(("width", "bits"), [(None, 8), ("int8", 8), ("int4", 4)])
def test_the_width_of_the_training_is_the_default(width: str | None, bits: int) -> None:
    model = digits(width)
    program, other = made(model), made(model, bits=12 - bits)
    assert (program.bits, other.bits) == (bits, 12 - bits)
    assert weights(program) == weights(made(model, bits=bits)) != weights(other)
    most = max(abs(w) for layer in weights(program) for row in layer for w in row)
    assert most == 2 ** (bits - 1) - 1
    graph, _ = run_until(model, TRAIN.x, Options("net"))
    (found,) = {node.attributes.get("bits", 8) for node in graph.only("fully_connected")}
    assert found == bits


def test_four_bits_by_default(export: Export) -> None:
    save(digits("int4"))
    found, words = export("-o build")
    assert found["bits"] == 4
    assert "weights of 4 bits, as in training" in words
    assert found["accuracy_integer"] == made(digits("int4")).evaluate(TEST.x, TEST.y)
    assert found["accuracy_8_bits"] == made(digits("int4"), bits=8).evaluate(TEST.x, TEST.y)
    assert export("-o four --bits 4")[0]["bits"] == 4
    assert Path("build/net.py").read_bytes() == Path("four/net.py").read_bytes()
    assert "bits" in load_artifact("build/net.py").graph.nodes[1].attributes


def test_eight_bits_by_option(export: Export) -> None:
    save(digits("int4"))
    found, words = export("--bits 8")
    assert found["bits"] == 8
    assert found["accuracy_8_bits"] is None
    assert found["accuracy_integer"] == made(digits("int4"), bits=8).evaluate(TEST.x, TEST.y)
    assert "weights of 8 bits, but it was trained for 4 (leave out --bits)" in words
    assert "bits" not in load_artifact("build/net.py").graph.nodes[1].attributes


def test_nothing_is_said_where_training_prepared_for_nothing(export: Export) -> None:
    save(digits())
    found, words = export()
    assert (found["bits"], found["accuracy_8_bits"]) == (8, None)
    assert not any("weights of" in line for line in words)


def test_train_says_what_export_makes(tmp_path: Path) -> None:
    lines = {
        width: thumbnet(f"train digits --epochs 1 {width} -o net.npz", tmp_path).stdout
        for width in ("", "--quantize int8", "--quantize int4")
    }
    saved = "saved net.npz{}; next: thumbnet export net.npz -o build/\n"
    assert lines[""].endswith(saved.format(""))
    assert lines["--quantize int8"].endswith(saved.format(", for weights of 8 bits"))
    assert lines["--quantize int4"].endswith(saved.format(", for weights of 4 bits"))
    assert last_json(thumbnet("export net.npz -o build/ --json", tmp_path))["bits"] == 4


# The ranges


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_calibration_is_passed_on(name: str, export: Export) -> None:
    model = unit()
    model.samples = {"calibration": ROWS}
    model.save("net.npz")
    export(f"--calibration {name} --resolution 0.0001")
    found = load_artifact("build/net.py").graph.tensors["dense_activation"].scale
    scales = {
        way: convert(model, ROWS, calibration=way, resolution=0.0001)
        .graph.tensors["dense_activation"]
        .scale
        for way in CALIBRATIONS
    }
    assert found == scales[name]
    assert len(set(scales.values())) == 3


def test_min_max_is_the_default(export: Export) -> None:
    save(digits())
    export("-o plain")
    export("-o named --calibration min_max")
    assert Path("plain/net.py").read_bytes() == Path("named/net.py").read_bytes()


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_no_range_to_choose(name: str, export: Export) -> None:
    save(digits("int4"))
    assert export.refused(f"--calibration {name} --bits 4") == (
        f"thumbnet: --calibration {name} has no range to choose: net.npz was trained with "
        "--quantize int4, which has fixed all ranges: leave it out"
    )
    assert not Path("build").exists()


def test_a_range_that_training_left_open(export: Export) -> None:
    """What goes into a tanh is observed: it is no tensor of the training's."""
    save(digits("int8", "tanh"))
    files = []
    for name in CALIBRATIONS:
        export(f"--calibration {name}")
        files.append(Path("build/net.py").read_bytes())
    assert len(set(files)) > 1


# The accuracy beside it


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_four_bits_with_the_accuracy_of_eight_beside(name: str, export: Export) -> None:
    save(digits())
    found, words = export(f"--bits 4 --calibration {name}")
    four, eight = (
        made(digits(), calibration=name, bits=bits).evaluate(TEST.x, TEST.y) for bits in (4, 8)
    )
    assert (found["accuracy_integer"], found["accuracy_8_bits"]) == (four, eight)
    assert four < eight
    assert f"with weights of 8 bits it would be {eight:.4f} (--bits 8)" in words
    assert "balanced" not in " ".join(words)
    assert found["balanced_integer"] is found["balanced_float"] is found["balanced_8_bits"] is None


def test_balanced_where_classes_are_uneven(export: Export) -> None:
    save(digits(), RARE)
    x, y = TEST.x[RARE], TEST.y[RARE]
    found, words = export("--bits 4")
    four, eight = (
        balanced_accuracy(y, made(digits(), bits=bits).predict(x), 10) for bits in (4, 8)
    )
    real = balanced_accuracy(y, digits().predict_classes(x), 10)
    assert found["balanced_integer"] == pytest.approx(four)
    assert found["balanced_float"] == pytest.approx(real)
    assert found["balanced_8_bits"] == pytest.approx(eight)
    assert (
        f"balanced accuracy (the mean over the classes): {four:.4f} in integers, "
        f"{real:.4f} in float"
    ) in words
    plain = made(digits(), bits=8).evaluate(x, y)
    assert (
        f"with weights of 8 bits it would be {plain:.4f}, balanced {eight:.4f} (--bits 8)" in words
    )
