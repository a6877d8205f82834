"""`thumbnet train`: ordinary mistakes, and what it says about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.cli import thumbnet

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("mistakes")
    x = RNG.normal(size=(120, 2)).round(3)
    names = np.array(["no", "yes"])[(x.sum(axis=1) > 0).astype(int)]
    for name, factors, targets in (
        ("fine", (1, 1), names),
        ("zeros", (0, 0), names),
        ("tiny", (1e-30, 1), names),
        ("huge", (1, 1), x[:, 0] * 1e200),
    ):
        rows = [f"{a:.6g},{b:.6g},{y}" for (a, b), y in zip(x * factors, targets, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join(["a,b,label", *rows, ""]))
    return folder


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "fine.csv --optimizer sgd --learning-rate 1000",
            ": try a tenth of the learning rate (100 instead of 1000)",
        ),
        ("tiny.csv", "vary by less than 1e-12, the finest step of the board's integers there: mul"),
        ("huge.csv", "is above 1e+30"),
    ],
)
def test_refused(folder: Path, line: str, said: str) -> None:
    done = thumbnet(f"train {line} -o net.npz", folder)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (folder / "net.npz").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("zeros.csv", "no feature varies in the rows to train"),
        ("fine.csv", ""),
    ],
)
def test_the_same_answer_for_every_row(folder: Path, line: str, said: str) -> None:
    done = thumbnet(f"train {line} --epochs 2 -o net.npz", folder)
    assert done.returncode == 0, done.stderr
    warned = "every held-out row gets the same answer, so nothing was learned: "
    if said:
        assert warned + said in " ".join(done.stdout.split())
    else:
        assert "nothing was learned" not in done.stdout
    (folder / "net.npz").unlink()
