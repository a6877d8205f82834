"""How the command line fails: one line, an exit code, no traceback, and one object with --json."""

import io
import json
import os
import subprocess
import sys

import pytest
from support.cli import COMMAND, last_json, thumbnet

from thumbnet.tools import cli
from thumbnet.tools.json_lines import print_json
from thumbnet.tools.terminal.console import Console
from thumbnet.trainer import ThumbnetError


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("fly", 2, "thumbnet: No such command 'fly'"),
        ("verify", 2, "thumbnet: Missing argument 'MODULE' (see thumbnet verify --help)"),
        ("verify x.py --target abacus", 2, "'abacus' is not one of 'cpython', 'unix'"),
        ("train digits --hidden 8,x", 2, "'8,x' is not a list of sizes like 16,8"),
        ("train digits --epochs 0", 2, "0 is not in the range x>=1"),
        ("verify x.py --target cpython --heap 8k", 2, "--heap is for the unix target"),
        ("verify none.py", 1, "thumbnet: none.py: no such module: name the file that"),
        ("bench none.py", 1, "thumbnet: none.py: no such module"),
        ("deploy none.py --port /dev/none", 1, "thumbnet: none.py: no such module"),
        ("export none.npz", 1, "none.npz"),
        ("train none.csv", 1, "none.csv"),
        ("train flowers", 1, "thumbnet: no data set 'flowers': use 'digits', 'mnist' or a file"),
        ("train digits -o model.h5", 1, "-o model.h5: a model is saved as .npz: name it model.npz"),
        ("train digits -o no/where.npz", 1, "there is no folder no: create it first"),
        (
            "train digits -o here.npz --checkpoint no/where.npz",
            1,
            "--checkpoint no/where.npz: ther",
        ),
        ("train digits --task regression", 1, "digits: a task can be chosen for CSV files only"),
        ("train digits --task guess", 2, "'guess' is not one of 'auto', 'classification', 'regr"),
        ("verify x.py --port=", 2, "Invalid value for '--port': it is empty: use a port such as"),
        ("deploy x.py --port=", 2, "Invalid value for '--port': it is empty: use a port such as"),
        ("bench x.py --port COM3 --target unix", 2, "--target unix and --port COM3: use only one"),
        ("train digits --resume", 1, "no checkpoint digits.checkpoint.npz to resume from"),
        ("train digits --learning-rate 1e38 --optimizer sgd --hidden 0", 1, "learning rate"),
    ],
)
def test_one_line(tmp_path, monkeypatch, capsys, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments.split()) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("thumbnet: ")
    assert message in said
    assert cli.main([*arguments.split(), "--json"]) == code
    said = capsys.readouterr()
    result = json.loads(said.out.splitlines()[-1])
    assert list(result) == ["error"]
    assert said.err.splitlines()[-1] == f"thumbnet: {result['error']}"
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize("name", list(cli.VERBS))
def test_help(capsys, name):
    assert cli.main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"Example:  thumbnet {name}" in " ".join(text.split("\n"))
    assert "--json" in text
    assert "--debug" in text


def test_no_verb_is_help(capsys):
    assert cli.main([]) == 0
    text = capsys.readouterr().out
    assert all(verb in text for verb in cli.VERBS)
    assert "Start with `thumbnet demo digits`." in text


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert "thumbnet" in capsys.readouterr().out


class Broken(cli.click.Command):
    def __init__(self, error):
        super().__init__("boards")
        self.error = error

    def invoke(self, ctx):
        raise self.error

    def parse_args(self, ctx, args):
        return args


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ThumbnetError("two\nlines"), 1, "thumbnet: two lines\n"),
        (KeyboardInterrupt(), 130, "thumbnet: interrupted\n"),
        (KeyboardInterrupt("go on with this"), 130, "thumbnet: interrupted: go on with this\n"),
        (ZeroDivisionError("oh"), 1, "thumbnet: internal error: ZeroDivisionError: oh (--debug"),
    ],
)
def test_exceptions(monkeypatch, capsys, error, code, message):
    monkeypatch.setattr(cli.Verbs, "get_command", lambda self, ctx, name: Broken(error))
    assert cli.main(["boards"]) == code
    said = capsys.readouterr()
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert cli.main(["boards", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_json_has_what_is_not_finite_as_null():
    stream = io.StringIO()
    print_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": "\u2192"}, stream)
    assert json.loads(stream.getvalue()) == {"a": None, "b": [None, 1.5], "c": "\u2192"}
    assert stream.getvalue().isascii()


def test_console_knows_what_it_can_write(monkeypatch):
    for encoding, able in (("utf-8", True), ("ascii", False), ("cp1252", False), ("cp437", True)):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        assert Console().unicode is able


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_will_do(tmp_path, encoding):
    (tmp_path / "größe.csv").write_text("a,b\n" + "1,ä\n2,ö\n" * 20, encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "train", "größe.csv", "--epochs", "1", "-o", "größe.npz"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"saved gr" in done.stdout


def test_pipe_gets_no_colour(tmp_path):
    done = thumbnet("boards", tmp_path)
    assert "\x1b" not in done.stdout


def test_place_that_cannot_be_written_is_found_before_training(tmp_path, monkeypatch, capsys):
    import errno

    def read_only(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("thumbnet.trainer.files.atomic._beside", read_only)
    assert cli.main(["train", "digits", "--epochs", "1", "-o", "model.npz"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "thumbnet: -o model.npz cannot be written (Read-only file system): choose another folder\n"
    )
    (tmp_path / "folder.npz").mkdir()
    assert cli.main(["train", "digits", "--epochs", "1", "-o", "folder.npz"]) == 1
    assert "-o folder.npz is a folder: add the name" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["folder.npz"]


def test_probing_a_place_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", "digits", "--epochs", "1", "-o", "model.npz"]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_checkpoint_of_a_regression_is_not_exported(tmp_path):
    rows = "".join(f"{n},{n * 2.5}\n" for n in range(40))
    (tmp_path / "line.csv").write_text("x,y\n" + rows)
    done = thumbnet("train line.csv --epochs 2 --checkpoint kept.npz", tmp_path)
    assert done.returncode == 0, done.stderr
    done = thumbnet("export kept.npz", tmp_path)
    assert done.returncode == 1
    assert "is the checkpoint of an unfinished training" in done.stderr


def test_output_is_not_the_data(tmp_path):
    import numpy as np

    np.savez(tmp_path / "data.npz", x=np.eye(30, 3), y=np.arange(30) % 2)
    done = thumbnet("train data.npz --epochs 1", tmp_path)
    assert done.returncode == 1
    assert "is the data itself: choose another name" in done.stderr


def test_model_without_rows_needs_data(tmp_path):
    from thumbnet.trainer import Dense, Sequential

    model = Sequential([Dense(10, "softmax")], seed=0)
    model.build((64,))
    model.save(tmp_path / "bare.npz")
    done = thumbnet("export bare.npz", tmp_path)
    assert done.returncode == 1
    assert "carries no rows to choose the range of each layer with: add --data FILE" in done.stderr
    done = thumbnet("export bare.npz --data digits --json", tmp_path)
    assert done.returncode == 0
    assert "these rows also chose the ranges, so the accuracy on others may be lower" in done.stderr
    assert last_json(done)["held_out"] is False
    # Nothing calls these rows held out: neither the module nor those who read its .json.
    assert "held-out" not in done.stderr
    header = (tmp_path / "build" / "bare.py").read_text()[:1000]
    assert "Accuracy on 1,797 calibration rows" in " ".join(header.replace("#", " ").split())
    done = thumbnet("verify build/bare.py --target cpython --rows 20 --json", tmp_path)
    assert "on the first 20 of 1,797 calibration rows" in done.stderr
    assert last_json(done)["rows_held_out"] is None
    done = thumbnet("compare bare.npz --data digits", tmp_path)
    assert "all of them on the same 1,797 rows, which also chose the ranges" in done.stdout


def test_truncated_model(tmp_path):
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 and no more")
    done = thumbnet("export cut.npz", tmp_path)
    assert done.returncode == 1
    assert "cut.npz" in done.stderr
    assert len(done.stderr.splitlines()) == 1
