"""`thumbnet train FOLDER --window 32` chooses a network, says why, and can be overruled."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import last_json, thumbnet
from support.motions import motions, write_folder

from thumbnet.trainer import load_model

pytestmark = pytest.mark.emulated

TRAIN = "train motions --window 32 --epochs 2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choice")
    write_folder(folder / "motions", motions(3))
    return folder


def test_the_table_the_reason_and_resuming(folder: Path) -> None:
    done = thumbnet(f"{TRAIN} --board pico --checkpoint c.npz --json", folder)
    assert done.returncode == 0, done.stderr
    assert "network    right" in done.stderr
    assert "right: windows of 6 recordings that the network had not seen" in done.stderr
    assert "next: thumbnet export motions.npz --board pico -o build/" in done.stderr
    result = last_json(done)["search"]
    name = result["chosen"]
    assert f"chosen: {name}, because " in done.stderr
    assert "(--architecture NAME chooses another)" in done.stderr
    assert [one["name"] for one in result["candidates"]] == ["features", "conv", "gru"]
    first = result["candidates"][0]
    assert first["board"]["fits"]
    assert first["board"]["seconds"] < first["board"]["seconds_between_decisions"] == 0.32
    assert 0 <= first["accuracy"] <= 1
    assert len(first["scores"]) == result["folds"] == 2
    assert load_model(folder / "motions.npz").info["search"] == result
    again = thumbnet(f"{TRAIN[:-1]}4 --checkpoint c.npz --resume", folder)
    assert again.returncode == 0, again.stderr
    assert "trying networks" not in again.stdout, "the checkpoint knows the network"


@pytest.mark.parametrize(
    ("options", "layer"),
    [
        ("--architecture gru", "GRU"),
        ("--architecture conv --hidden 5", "Conv1D"),
        ("--hidden 5", "Normalization"),
    ],
)
def test_overruled(options: str, layer: str, folder: Path) -> None:
    done = thumbnet(f"{TRAIN} {options} --board pico -o other.npz --json", folder)
    assert done.returncode == 0, done.stderr
    assert "trying networks" not in done.stderr
    assert "on pico, about " in done.stderr
    assert "search" not in last_json(done)
    kinds = [type(one).__name__ for one in load_model(folder / "other.npz").layers]
    assert layer in kinds
    assert "over 5 seeds, each with its own split: mean " in done.stderr, "few recordings"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ("--architecture conv --gru 3", 2,
         "--architecture conv and --gru both say what the network is: leave out one"),
        ("--architecture gru --hop 1 --board generic", 1,
         "but they are 20 ms apart: take a larger --hop"),
        ("--board nothing", 1, "nothing"),
    ],
)  # fmt: skip
def test_refused(options: str, code: int, said: str, folder: Path) -> None:
    done = thumbnet(f"{TRAIN} {options} -o no.npz", folder)
    assert done.returncode == code
    assert said in done.stderr.splitlines()[-1]
    assert not (folder / "no.npz").exists()


def test_only_for_windows(folder: Path) -> None:
    for option in ("--board pico", "--architecture conv"):
        done = thumbnet(f"train digits {option}", folder)
        assert done.returncode == 2
        assert f"{option.split()[0]} is for windows of recordings: add --window" in done.stderr
