"""`thumbnet predict`: what it prints and writes, its exit codes, lines as they come."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.cli import COMMAND
from support.imported import residual_net

from thumbnet.export import convert
from thumbnet.tools.cli import main
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.trainer import read_csv

HEADER = "ax,ay,kind\n"
ROWS = [f"{k % 2}.{k % 5},{-(k % 2)}.{k % 7},{'wave' if k % 2 else 'rest'}\n" for k in range(30)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("predict")
    (place / "train.csv").write_text(HEADER + "".join(ROWS))
    data = read_csv(place / "train.csv")
    model = build(data, TrainSettings(hidden=(4,)), "net")
    model.fit(data.x, data.y, epochs=30, seed=0)
    model.save(place / "net.npz")
    convert(model, data.x, name="net").write(place / "build", data.x, data.y)
    (place / "new.csv").write_text("ay,ax\n0.5,0.1\n-99,0.2\n-1.5,1.2\n")
    (place / "float.tflite").write_bytes(residual_net())
    return place


@pytest.fixture(autouse=True)
def _inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def run(
    line: str, capsys: pytest.CaptureFixture[str], code: int = 0
) -> tuple[list[str], list[str]]:
    """The lines of both outputs."""
    assert main(["predict", *line.split()]) == code
    out, err = capsys.readouterr()
    return out.splitlines(), err.splitlines()


def test_a_refused_row_is_named_and_all_others_are_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, err = run("build/net.py new.csv --proba", capsys, code=1)
    assert out[0].split() == ["line", "answer", "probability", "rest", "wave"]
    assert [line.split()[:2] for line in out[1:4]] == [
        ["2", "rest"],
        ["3", "refused:"],
        ["4", "wave"],
    ]
    assert "refused: column 'ay' is -99, but the board takes -" in out[2]
    assert out[-1] == "3 rows: rest (1), wave (1)  [integers, as on the board]"
    assert err == ["thumbnet: 1 of 3 rows was refused, as said above"]
    out, _ = run("net.npz new.csv", capsys)  # floats have no range
    assert out[-1].endswith("[floats, as trained]")


def test_an_object_a_row_and_a_last_one(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run("build/net.py new.csv --json --proba", capsys, code=1)
    one, refused, _, last = map(json.loads, out)
    assert (one["row"], one["line"], one["answer"], one["index"]) == (1, 2, "rest", 0)
    assert one["probability"] == one["probabilities"]["rest"] > 0.5
    assert len(one["scores"]) == 2
    assert {*refused} == {"row", "line", "refused"}
    assert (last["rows"], last["answered"], last["refused"], last["accuracy"]) == (3, 2, 1, None)
    assert "1 of 3 rows was refused" in last["error"]
    assert any(line.startswith("line 3: refused: column 'ay' is -99") for line in err)


def test_labels_give_an_accuracy_and_a_confusion(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "labelled.csv"
    table.write_text("ax,ay,kind\n0.1,0.5,rest\n0.1,0.5,wave\n1.2,-1.5,wave\n0.1,77,rest\n")
    out, _ = run(f"build/net.py {table}", capsys, code=1)
    assert "accuracy on 3 rows: 66.67%; with 1 refused row counted as wrong, 50.00%" in out
    assert [line.split() for line in out[-2:]] == [["rest", "1", "0"], ["wave", "1", "1"]]
    assert out[2].endswith("wave  wrong")
    last = json.loads(run(f"build/net.py {table} --json", capsys, code=1)[0][-1])
    assert last["confusion"] == [[1, 0], [1, 1]]
    assert last["accuracy_refused_as_wrong"] == 0.5


def test_a_file_has_every_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    out, err = run(f"build/net.py new.csv -o {path} --proba", capsys, code=1)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [*rows[0]] == ["line", "answer", "probability", "p(rest)", "p(wave)", "refused"]
    assert [row["answer"] for row in rows] == ["rest", "", "wave"]
    assert rows[1]["refused"].startswith("column 'ay' is -99")
    assert "line 3: refused: column 'ay'" in out[0]
    _, err = run(f"build/net.py new.csv -o {tmp_path}", capsys, code=1)
    assert err[-1].startswith(f"thumbnet: cannot write {tmp_path}: ")
    _, err = run("build/net.py new.csv -o new.csv", capsys, code=1)
    assert err == ["thumbnet: -o new.csv is the data itself: choose another name"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("new.csv new.csv", "new.csv: name a network (.npz, .onnx, "),
        ("build/net.py new.csv --names a,b", "build/net.py: a module has its classes: leave out"),
        ("net.npz nothing.csv", "nothing.csv: no such file: check the name and the folder"),
        ("net.npz nwe.csv", "nwe.csv: no such file: did you mean 'new.csv'?"),
        ("net.npz sound.wav", "sound.wav is sound, but net.npz takes no sound"),
        ("net.npz digits", "digits has rows of 64 values, but net.npz takes 2: use rows like"),
    ],
)
def test_what_does_not_fit(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line, capsys, code=1)[1][0].startswith(f"thumbnet: {message}")


def test_a_network_from_elsewhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(0, 1, (3, 6, 7, 3))
    np.save(tmp_path / "rows.npy", rows)
    out, _ = run(f"float.tflite {tmp_path / 'rows.npy'} --names a,b,c,d", capsys)
    assert out[0].split()[0] == "row"
    assert out[-1].endswith("[integers of the int8 .tflite]")
    answers = [line.split()[1] for line in out[1:4]]
    np.savez(tmp_path / "rows.npz", x=rows, y=["d"] * 3)
    out, _ = run(f"float.tflite {tmp_path / 'rows.npz'} --names a,b,c,d --json", capsys)
    assert [json.loads(line)["answer"] for line in out[:3]] == answers
    assert json.loads(out[-1])["accuracy"] == answers.count("d") / 3


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT there")
def test_lines_are_answered_as_they_come_until_ctrl_c() -> None:
    command = [*COMMAND, "predict", "build/net.py", "-", "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for k, line in enumerate(["0.1,0.5\n", "1.2,-1.5\n"], 1):
            child.stdin.write(line)
            child.stdin.flush()  # and stays open
            assert json.loads(child.stdout.readline())["row"] == k
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert err == "thumbnet: interrupted: 2 rows were answered\n"
    assert json.loads(out) == {"error": "interrupted: 2 rows were answered"}


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGPIPE there")
def test_a_closed_pipe_is_quiet() -> None:
    line = f"{' '.join(COMMAND)} predict net.npz train.csv | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)
    assert done.stderr == ""
