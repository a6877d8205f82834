"""Figures of `export` and `verify`: of how many rows, and what the board refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.cli import last_json, thumbnet

from thumbnet.trainer import load_model

ROWS = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier and a regression; some held-out rows of the first are out of range."""
    folder: Path = tmp_path_factory.mktemp("figures")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 3)).round(2)
    kinds = np.where(x[:, 0] + 0.5 * rng.normal(size=ROWS) > 0, "up", "down")
    for name, label in (("kinds", kinds), ("sums", (x @ [3.0, 2.0, 1.0]).round(2))):
        rows = (",".join(map(str, [*row, y])) for row, y in zip(x.tolist(), label, strict=True))
        (folder / f"{name}.csv").write_text("\n".join(["a,b,c,label", *rows]))
        line = f"train {name}.csv --hidden 0 --epochs 9 --test-size 0.25 --json"
        assert thumbnet(line, folder).returncode == 0
    model = load_model(folder / "kinds.npz")
    model.samples["test_x"][:6] += 1000
    model.save(folder / "kinds.npz")
    return folder


def test_refused_rows_are_never_left_out_silently(folder: Path) -> None:
    done = thumbnet("export kinds.npz --vectors 20 --json", folder)
    found = last_json(done)
    assert (found["rows"], found["refused"]) == (54, 6)
    as_wrong = found["accuracy_refused_as_wrong"]
    assert as_wrong == pytest.approx(found["accuracy_integer"] * 54 / 60)
    assert "6 more, which are outside the accepted range (see --margin); counted as wrong: " in (
        done.stderr
    )
    verified = thumbnet("verify build/kinds.py --target cpython --json", folder)
    result = last_json(verified)
    assert (result["rows_scored"], result["rows_held_out"], result["rows_refused"]) == (20, 54, 6)
    assert "on the first 20 of 54 held-out rows (on all of them, export measured " in (
        verified.stderr
    )
    assert "it refuses 6 more" in verified.stderr


def test_r_squared_is_called_that(folder: Path) -> None:
    found = last_json(thumbnet("export sums.npz --json", folder))
    assert not [name for name in found if name.startswith("accuracy")]
    assert found["r_squared_float"] == pytest.approx(found["r_squared_integer"], abs=0.02)
    assert (found["rows"], found["refused"]) == (60, 0)
    said = thumbnet("verify build/sums.py --target cpython", folder).stdout
    assert "on 60 held-out rows" in said


def test_another_table_is_read_like_the_first(folder: Path) -> None:
    lines = (folder / "kinds.csv").read_text().splitlines()
    swapped = [",".join([row.split(",")[i] for i in (3, 2, 1, 0)]) for row in lines]
    (folder / "other.csv").write_text("\n".join(swapped))
    one, two = (
        last_json(thumbnet(f"export kinds.npz -o o --data {name}.csv --json", folder))
        for name in ("kinds", "other")
    )
    assert one["accuracy_integer"] == two["accuracy_integer"]
