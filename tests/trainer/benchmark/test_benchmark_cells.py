"""The comparison of recurrent cells: their sizes, their training, and the output."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.benchmark import cells as benchmark_cells
from thumbnet.trainer.benchmark.cells import CELLS, accuracy, weight_bytes


def waves(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """A slow wave, or a fast one, of any phase: no single step tells which."""
    y = rng.integers(0, 2, count)
    phase = rng.uniform(0, 6.28, (count, 1, 2))
    x = np.sin(np.arange(20)[None, :, None] * np.where(y, 1.5, 0.3)[:, None, None] + phase)
    return x.astype(np.float32), y


@pytest.mark.parametrize("cell", CELLS)
def test_bytes_are_those_of_the_matrices(cell: str) -> None:
    layer = CELLS[cell](7)  # type: ignore[call-arg]
    layer.build((5, 6), np.random.default_rng(0), np.float32)
    matrices = layer.kernel.data.size + layer.recurrent_kernel.data.size
    assert weight_bytes(cell, 6, 7, 4) == matrices + 7 * 4


@pytest.mark.parametrize("cell", CELLS)
def test_cells_learn(cell: str) -> None:
    rng = np.random.default_rng(0)
    data = (*waves(rng, 256), *waves(rng, 100))
    right = accuracy(cell, 8, 0, 15, data)
    assert right > 0.9
    assert right == accuracy(cell, 8, 0, 15, data)


def test_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    monkeypatch.setattr(benchmark_cells, "motions", lambda: (*waves(rng, 64), *waves(rng, 64)))
    assert benchmark_cells.main(["--units", "3", "--seeds", "2", "--epochs", "1"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["units", *CELLS]
    assert row.split()[:2] == ["3", str(weight_bytes("GRU", 2, 3, 2))]
    assert row.count(" B ") == row.count(" % (") == 3


def test_without_the_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise ThumbnetError("BasicMotions comes with aeon: pip install '.[motions]'")

    monkeypatch.setattr(benchmark_cells, "motions", missing)
    assert benchmark_cells.main([]) == 1
    assert capsys.readouterr().err == "BasicMotions comes with aeon: pip install '.[motions]'\n"
