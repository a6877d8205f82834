"""Columns of texts: the exported module takes a row of the table, and verify proves it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.micropython import needs_micropython

from thumbnet.export import convert, load_artifact
from thumbnet.export.board_fit.estimate import estimate
from thumbnet.export.program.text_columns import check_texts, with_texts
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import open_target
from thumbnet.tools.targets.microbit import MicrobitTarget
from thumbnet.trainer import Dataset, Dense, Model, Sequential, ThumbnetError, read_csv

TEXTS = ((1, "red"), (1, "rosé"), (3, "it's"), (3, 'a "b"'))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Dataset]:
    folder: Path = tmp_path_factory.mktemp("table")
    rng = np.random.default_rng(0)
    colours = rng.choice(["red", "rosé"], 40)
    lines = [
        f"{a:.2f},{colour},{b:.1f},{word},{'xy'[int(a + (colour == 'red') > 0.5)]}"
        for a, colour, b, word in zip(
            rng.normal(size=40), colours, rng.normal(size=40), ["it's", "ab"] * 20, strict=True
        )
    ]
    (folder / "d.csv").write_text("\n".join(["a,colour,b,word,label", *lines]))
    data = read_csv(folder / "d.csv")
    model = Sequential([Dense(4, "relu"), Dense(2, "softmax")], seed=0)
    model.build(data.x.shape[1:])
    model.labels, model.input_spec = data.labels, data.input_spec
    assert data.table is not None
    model.info["table"] = data.table.get_config()
    return model, data


@pytest.fixture(scope="module")
def module(trained: tuple[Model, Dataset], tmp_path_factory: pytest.TempPathFactory) -> Path:
    model, data = trained
    folder = tmp_path_factory.mktemp("texts")
    return convert(model, data.x, name="wine").write(folder, data.x, data.y).path


@pytest.mark.parametrize("target", ["cpython", "unix", "microbit"])
def test_rows_with_texts_are_proven(
    module: Path, trained: tuple[Model, Dataset], tmp_path: Path, target: str
) -> None:
    if target == "unix":
        needs_micropython()
    if target == "microbit":
        needs_qemu()
        model, data = trained
        made = convert(model, data.x, name="wine", board="microbit")
        module = made.write(tmp_path, data.x, data.y).path
    artifact = load_artifact(module)
    assert artifact.rows[0][1] in ("red", "rosé")
    assert len(artifact.rows[0]) == 4
    with open_target(target, None, None, None, None) as place:
        verdict = finish(verify(place, artifact))
    assert verdict.ok, verdict.reason()
    assert verdict.equal == 44


def test_a_micro_bit_without_memory_for_the_texts(trained: tuple[Model, Dataset]) -> None:
    """It takes the inputs as numbers then, which need less."""
    model, data = trained
    made = convert(model, data.x, name="wine", board="microbit")
    assert made.facts.texts
    need = estimate(made.graph, made.board, "thumb", "flash", facts=made.facts).import_heap
    tight = convert(model, data.x, name="wine", board=replace(made.board, heap=need - 1))
    assert tight.facts.texts == ()
    assert convert(model, data.x, name="wine", board=replace(made.board, heap=need)).facts.texts


def test_what_is_no_text_on_a_micro_bit(trained: tuple[Model, Dataset], tmp_path: Path) -> None:
    needs_qemu()
    model, data = trained
    made = convert(model, data.x, name="wine", board="microbit").write(tmp_path, data.x)
    rows = [[0.5, "blue", 1, "ab"], [0.5, "red"], [0.5, 1, 0, 1, 1, 0]]
    with MicrobitTarget() as target:
        target.put({made.path.name: made.files[made.path.name]})
        lines = [*target.run("selftest", "wine", rows)]
    said = " ".join(map(str, lines))
    assert "input 1 is 'blue', not one of TEXTS" in said
    assert "expected 4 readings, got 2" in said


def test_what_is_no_text_of_the_column(module: Path) -> None:
    space: dict[str, object] = {"__name__": "wine"}
    exec(module.read_text(), space)
    predict = space["predict"]
    assert callable(predict)
    assert predict([0.5, "red", 1, "ab"]) == predict([0.5, 1, 0, 1, 1, 0])
    with pytest.raises(ValueError, match="input 1 is 'blue', which is not one of TEXTS"):
        predict([0.5, "blue", 1, "ab"])
    with pytest.raises(ValueError, match="input 1 is 1, which is not one of TEXTS"):
        predict([0.5, 1, 1, "ab"])
    with pytest.raises(ValueError, match="expected 4 readings, got 3"):
        predict([0.5, "red", 1])
    with pytest.raises(ValueError, match="expected 4 readings, got 7"):
        predict(7)


def test_rows_and_inputs() -> None:
    assert with_texts([5, 1, 0, 6, 0, 1], TEXTS) == [5, "red", 6, 'a "b"']
    assert with_texts([5, 1, 1, 6, 0, 1], TEXTS) == [5, 1, 1, 6, 0, 1]  # no row of the table
    assert check_texts([list(pair) for pair in TEXTS], 6) == TEXTS
    assert check_texts([], 6) == ()


@pytest.mark.parametrize(
    "texts",
    [
        "red",
        [["red", 1]],
        [[1, "x" * 1001]],
        [[2, "a"], [1, "b"]],
        [[1, "a"], [1, "a"]],
        [[9, "a"], [9, "b"]],
        [[-1, "a"]],
        [[0, str(i)] for i in range(7)],
    ],
)
def test_forged_texts(texts: object) -> None:
    with pytest.raises(ValueError, match="its texts"):
        check_texts(texts, 6)


def test_texts_belong_to_the_digest(module: Path, tmp_path: Path) -> None:
    for file in (module, module.with_suffix(".json")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    sidecar = tmp_path / "wine.json"
    document = json.loads(sidecar.read_text())
    document["texts"][0][1] = "blue"
    sidecar.write_text(json.dumps(document))
    with pytest.raises(ThumbnetError, match="truncated or edited"):
        load_artifact(tmp_path / module.name)
