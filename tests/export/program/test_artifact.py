"""The files that an export writes, and reading them back."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from support.networks import random_model, run_module

from thumbnet.export import Program, convert, load_artifact
from thumbnet.export.program import artifact as artifact_module
from thumbnet.trainer import InputSpec, ThumbnetError


@pytest.fixture
def program() -> Program:
    model, x = random_model(np.random.default_rng(5), [3, 4, 2], "relu", "softmax", "standard")
    return convert(model, x, name="net")


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(6).uniform(-1, 0.5, (30, 3))


def test_round_trip(program: Program, rows: np.ndarray, tmp_path: Path) -> None:
    y = program.predict(rows)
    written = program.write(tmp_path / "build", rows, y)
    read = load_artifact(tmp_path / "build" / "net.py")
    assert read.expected() == written.expected()
    assert [a["predict"] for a in read.expected()[:30]] == y.tolist()
    assert read.targets == [*y.tolist(), None, None, None, None]
    assert read.info == {
        "samples": 30,
        "refused": 0,
        "float": pytest.approx(1, abs=0.1),
        "integer": 1.0,
    }
    assert read.intact
    assert read.kind == "classifier"
    assert read.macs == 20
    assert list(read.files) == ["net.py"]
    module = run_module(read.files["net.py"].decode())
    assert module["scores"](read.inputs[0]) == read.expected()[0]["scores"]


def test_vectors_are_on_the_grid_and_reach_the_ends(tmp_path: Path) -> None:
    model, _ = random_model(np.random.default_rng(5), [2, 2], "relu", "softmax", "none")
    model.input_spec = InputSpec((2,), resolution=(0.1, 0.5), minimum=(-1.0, 0.0), maximum=9.0)
    x = np.random.default_rng(0).uniform(0, 9, (50, 2))
    artifact = convert(model, x, name="net").write(tmp_path, x)
    assert artifact.inputs[-4:] == [[-1.0, 0.0], [9.0, 9.0], [-1.0, 9.0], [9.0, 0.0]]
    grid = np.array(artifact.inputs) * [10, 2]
    assert np.abs(grid - np.round(grid)).max() < 1e-9


def test_rows_out_of_range_are_left_out_and_counted(
    program: Program, rows: np.ndarray, tmp_path: Path
) -> None:
    y = program.predict(rows)
    rows[3], rows[7, 1] = 1e6, np.nan
    artifact = program.write(tmp_path, rows, y)
    assert artifact.info["refused"] == 2
    assert artifact.info["samples"] == 28
    assert len(artifact.inputs) == 32
    assert artifact.targets[:28] == np.delete(y, [3, 7]).tolist()
    assert "28 held-out rows" in artifact.path.read_text()
    assert "2 more were out of the accepted range" in " ".join(artifact.path.read_text().split())


def test_fewer_vectors(program: Program, rows: np.ndarray, tmp_path: Path) -> None:
    assert len(program.write(tmp_path, rows, vectors=5).inputs) == 9
    assert len(program.write(tmp_path, rows, vectors=None).inputs) == 34
    assert len(program.write(tmp_path).inputs) == 4


def test_fewer_vectors_have_fewer_targets(
    program: Program, rows: np.ndarray, tmp_path: Path
) -> None:
    y = program.predict(rows)
    artifact = program.write(tmp_path, rows, y, vectors=5)
    assert artifact.targets == [*y[:5].tolist(), None, None, None, None]
    assert artifact.info["samples"] == 30


def test_edited_module_is_noticed(program: Program, tmp_path: Path) -> None:
    path = program.write(tmp_path).path
    path.write_bytes(path.read_bytes() + b"# mine\n")
    assert not load_artifact(path).intact


def test_missing_files(program: Program, tmp_path: Path) -> None:
    with pytest.raises(ThumbnetError, match=r"net\.py: no such module"):
        load_artifact(tmp_path / "net.py")
    path = program.write(tmp_path).path
    path.with_suffix(".json").unlink()
    with pytest.raises(ThumbnetError, match=r"net\.json is not next to it"):
        load_artifact(path)


@pytest.mark.parametrize(
    "spoil",
    ["cut", "no graph", "format", "weights", "binary", "list", "inputs", "targets", "graph", "row"],
)
def test_damaged_vectors(spoil: str, program: Program, tmp_path: Path) -> None:
    path = program.write(tmp_path).path
    sidecar = path.with_suffix(".json")
    text = sidecar.read_text()
    document = json.loads(text)
    if spoil == "cut":
        text = text[: len(text) // 2]
    elif spoil == "no graph":
        text = json.dumps({k: v for k, v in document.items() if k != "graph"})
    elif spoil == "format":
        document["graph"]["format"] = 99
        text = json.dumps(document)
    elif spoil == "weights":
        document["graph"]["nodes"][1]["attributes"]["weight"]["data"].pop()
        text = json.dumps(document)
    elif spoil == "list":
        text = "[]"
    elif spoil == "row":
        document["inputs"][0][0] = 1e9
        text = json.dumps(document)
    elif spoil in ("inputs", "targets", "graph"):
        document[spoil] = "abc"
        text = json.dumps(document)
    if spoil == "binary":
        sidecar.write_bytes(b"\xff\xfe\x00")
    else:
        sidecar.write_text(text)
    with pytest.raises(ThumbnetError) as caught:
        load_artifact(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(sidecar))
    assert "export again" in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "said"), [("shift", "a shift is outside"), ("format", "the graph has format 99")]
)
def test_unsound_graph_is_refused_even_with_its_digest(
    spoil: str, said: str, program: Program, tmp_path: Path
) -> None:
    path = program.write(tmp_path).path
    sidecar = path.with_suffix(".json")
    document = json.loads(sidecar.read_text())
    if spoil == "shift":
        document["graph"]["nodes"][1]["attributes"]["shift"]["data"][0] = 45
    else:
        document["graph"]["format"] = 99
    document["digest"] = artifact_module._digest(document)
    sidecar.write_text(json.dumps(document))
    with pytest.raises(ThumbnetError, match=said):
        load_artifact(path)


def test_renamed_module(program: Program, tmp_path: Path) -> None:
    path = program.write(tmp_path).path
    for old in (path, path.with_suffix(".json")):
        old.rename(old.with_stem("other"))
    with pytest.raises(ThumbnetError, match=r"other.py contains the network 'net': rename it"):
        load_artifact(tmp_path / "other.py")


def test_full_disk_leaves_the_old_files(
    program: Program, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ThumbnetError, match="No space left on device: choose another folder"):
        program.write(tmp_path, rows)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_failure_of_the_second_file_leaves_both_old_ones(
    program: Program, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Module and vectors belong together: a new one next to an old one would prove nothing."""
    program.write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    other, x = random_model(np.random.default_rng(9), [3, 4, 2], "relu", "softmax", "standard")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ThumbnetError, match="No space left on device"):
        convert(other, x, name="net").write(tmp_path, x)
    assert len(calls) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_what_is_written(program: Program, tmp_path: Path) -> None:
    path = program.write(tmp_path).path
    for written in (path, path.with_suffix(".json")):
        assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert sorted(file.name for file in tmp_path.iterdir()) == ["net.json", "net.py"]


def test_folder_that_is_a_file(program: Program, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ThumbnetError, match="cannot write"):
        program.write(tmp_path / "taken")


def test_json_is_readable(program: Program, rows: np.ndarray, tmp_path: Path) -> None:
    text = program.write(tmp_path, rows).path.with_suffix(".json").read_text()
    assert '"op": "fully_connected"' in text
    assert max(len(line) for line in text.splitlines()) < 2000


def test_regression_keeps_its_targets(tmp_path: Path) -> None:
    model, x = random_model(np.random.default_rng(5), [3, 1], "relu", "linear", "standard")
    y = model.predict(x)[:, 0].astype(float)
    artifact = convert(model, x, name="net").write(tmp_path, x[:5], y[:5])
    assert artifact.kind == "regression"
    assert artifact.targets == [*y[:5].tolist(), None, None, None, None]
    assert set(artifact.expected()[0]) == {"scores"}
    assert "R squared on 5 held-out rows" in artifact.path.read_text()


def test_regression_leaves_out_the_targets_of_refused_rows(tmp_path: Path) -> None:
    model, x = random_model(np.random.default_rng(5), [3, 1], "relu", "linear", "standard")
    y = model.predict(x)[:, 0].astype(float)
    program = convert(model, x, name="net")
    x[1] = 1e6
    artifact = program.write(tmp_path, x[:4], y[:4])
    assert artifact.targets[:3] == [y[0], y[2], y[3]]
    assert artifact.info["refused"] == 1


def test_names_become_class_indices(program: Program, rows: np.ndarray, tmp_path: Path) -> None:
    y = program.predict(rows)
    artifact = program.write(tmp_path, rows, np.array(["0", "1"])[y])
    assert artifact.targets[:30] == y.tolist()
    assert artifact.info["integer"] == 1.0
