"""`thumbnet train --resume`: what Ctrl-C leaves, and what a checkpoint refuses."""

import signal
import subprocess
import sys
import time

import pytest
from support.cli import COMMAND, thumbnet

from thumbnet.tools import __main__ as entry
from thumbnet.tools import cli
from thumbnet.trainer import load_checkpoint, load_model


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_ctrl_c_keeps_the_last_epoch_and_resumes(tmp_path):
    arguments = "train digits --hidden 8 --epochs 5000 --seed 3 -o net.npz"
    state = tmp_path / "net.checkpoint.npz"
    process = subprocess.Popen(
        [*COMMAND, *arguments.split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 600
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert errors == (
        "thumbnet: interrupted: the last checkpoint is kept: continue with "
        f"`thumbnet {arguments} --resume`\n"
    )
    assert state.exists()
    assert not (tmp_path / "net.npz").exists()
    _, epochs = load_checkpoint(state)
    done = thumbnet(f"{arguments} --resume --epochs {epochs + 5}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"epoch {epochs + 1}/{epochs + 5}" in done.stdout
    assert "epoch 1/" not in done.stdout  # it went on where it was
    assert not state.exists()
    assert load_model(tmp_path / "net.npz").info["epochs"] == epochs + 5


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """A folder with data, and the checkpoint of a training that was stopped after two epochs."""
    rows = "".join(f"{n},{n * n % 17},{n % 3}\n" for n in range(90))
    (tmp_path / "some.csv").write_text("a,b,kind\n" + rows)
    monkeypatch.chdir(tmp_path)
    line = "train some.csv --seed 3 --epochs 2 -o other.npz --checkpoint net.checkpoint.npz"
    assert cli.main(line.split()) == 0
    return tmp_path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "--seed 4",
            "was started with seed 3, not 4: resume with --seed 3, or train without --res",
        ),
        (
            "--seed 3 --learning-rate 0.5",
            "was started with learning rate 0.001, not 0.5: resume with",
        ),
        ("--seed 3 --batch-size 7", "batch size 32, not 7: resume with --batch-size 32, or train"),
        ("--seed 3 --test-size 0.5", "other data (72 rows of 'some', here 45 rows of 'some'): res"),
        ("--seed 3 --hidden 8", "its layers are Normalization, Dense(16, relu), Dense(3, softmax)"),
        ("--seed 3 --epochs 2", "is already trained for 2 epochs: set --epochs 3 or more to"),
        ("--seed 3 --epochs 1", "is already trained for 2 epochs: set --epochs 3 or more to"),
    ],
)
def test_resume_says_what_differs(stopped, capsys, options, message):
    state, model = stopped / "net.checkpoint.npz", stopped / "net.npz"
    model.write_bytes(b"from before")
    before = state.read_bytes()
    assert cli.main(f"train some.csv -o net.npz --resume {options}".split()) == 1
    error = capsys.readouterr().err
    assert error.startswith("thumbnet: net.checkpoint.npz")
    assert message in error
    assert error.count("\n") == 1
    assert (state.read_bytes(), model.read_bytes()) == (before, b"from before")


def test_resume_finds_one_changed_reading(stopped, capsys):
    text = (stopped / "some.csv").read_text()
    (stopped / "some.csv").write_text(text.replace("\n40,", "\n41,"))
    assert (
        cli.main(["train", "some.csv", "-o", "net.npz", "--resume", "--seed", "3", "--epochs", "3"])
        == 1
    )
    assert "net.checkpoint.npz was started with other data" in capsys.readouterr().err
    (stopped / "some.csv").write_text(text)
    assert (
        cli.main(["train", "some.csv", "-o", "net.npz", "--resume", "--seed", "3", "--epochs", "3"])
        == 0
    )


def test_task_can_be_chosen(stopped, capsys):
    assert (
        cli.main(["train", "some.csv", "-o", "net.npz", "--task", "regression", "--epochs", "1"])
        == 0
    )
    assert "mean absolute error" in capsys.readouterr().out


def test_ctrl_c_before_anything_is_loaded_is_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "run", interrupted)
    assert entry.main() == 130
    assert capsys.readouterr().err == "thumbnet: interrupted\n"
