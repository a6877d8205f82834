"""Early stopping, baselines and spreads: what `thumbnet train` says beside the accuracy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import last_json, thumbnet
from support.examples import examples

from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.baseline import Baseline, baselines, compared
from thumbnet.tools.workflow.cross_validation import folds, over_folds, over_seeds
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.tools.workflow.training import fit
from thumbnet.tools.workflow.validation import FEWEST, with_validation
from thumbnet.trainer import Dataset, StreamSettings, ThumbnetError, Windows, train_test_split


def blobs(rows: int, apart: float = 3.0, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 3
    return Dataset(rng.normal(size=(rows, 4)) + apart * y[:, None], y, ("a", "b", "c"))


def line(rows: int, targets: int = 1) -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 3))
    y = np.stack([x @ rng.normal(size=3) * 10**k + k for k in range(targets)], axis=1)
    return Dataset(x, y[:, 0] if targets == 1 else y)


def windows(recordings: int, each: int = 4) -> Windows:
    of = np.repeat(np.arange(recordings), each)
    x = np.random.default_rng(0).normal(size=(len(of), 2))
    stream = StreamSettings(8, 8, ("u",), 50.0, (100,), 2**15 - 1, ("mean", "deviation"))
    names = tuple(map(str, range(recordings)))
    return Windows(x=x, y=of % 2, labels=("a", "b"), recording=of, names=names, stream=stream)


@examples(100)
@given(st.integers(2, 7), st.lists(st.integers(7, 30), min_size=2, max_size=4), st.integers(0, 9))
def test_folds_hold_out_every_row_once(count: int, sizes: list[int], seed: int) -> None:
    y = np.repeat(np.arange(len(sizes)), sizes)
    data = Dataset(np.zeros((len(y), 1)), y, tuple(map(str, range(len(sizes)))))
    parts = np.array(list(folds(data, count, seed)))
    assert parts.sum(axis=0).tolist() == [1] * len(y)
    assert np.ptp(parts.sum(axis=1)) <= 1
    for one in range(len(sizes)):
        assert np.ptp(parts[:, y == one].sum(axis=1)) <= 1


def test_a_recording_stays_in_one_fold() -> None:
    data = windows(12)
    for part in folds(data, 3, 0):
        assert not {*data.recording[part]} & {*data.recording[~part]}
        assert np.bincount(data.y[part]).tolist() == [8, 8]
    with pytest.raises(ThumbnetError, match="6 recordings of 'a' are too few: use --folds 6"):
        list(folds(data, 7, 0))


def test_a_group_stays_in_one_fold() -> None:
    data = blobs(90)
    data = Dataset(data.x, data.y, data.labels, groups=np.arange(90) // 10)
    parts = list(folds(data, 4, 0))
    assert np.sum(parts, axis=0).tolist() == [1] * 90
    for part in parts:
        assert data.groups is not None
        assert not {*data.groups[part]} & {*data.groups[~part]}
    with pytest.raises(ThumbnetError, match="9 groups are too few: use --folds 9"):
        list(folds(data, 10, 0))


def test_scores_of_folds_and_seeds() -> None:
    settings = TrainSettings(hidden=(), epochs=12, learning_rate=0.05)
    told: list[int] = []
    spread = over_folds(blobs(90), 3, settings, told.append)
    assert told == [1, 2, 3]
    assert len(spread.scores) == 3
    assert spread.mean > 0.9
    assert spread.deviation == pytest.approx(np.std(spread.scores, ddof=1))
    seeds = over_seeds(line(60), settings, 0.25, 0.5)
    assert seeds.scores[0] == 0.5
    assert len(seeds.scores) == 5
    assert len({*seeds.scores}) == 5, "each has its own split"


def test_the_best_weights_are_kept_and_the_test_rows_do_not_choose() -> None:
    data = blobs(500, apart=0.4)
    train, test = train_test_split(data, 0.2, 0)
    settings = TrainSettings(
        hidden=(48,), epochs=200, patience=5, learning_rate=0.03, optimizer="adam"
    )
    learnt, spared = with_validation(train, settings)
    assert spared is not None
    assert len(learnt) + len(spared) == len(train)
    assert len(spared) == 40
    rows = [{row.tobytes() for row in part.x} for part in (learnt, spared, test)]
    assert not rows[0] & rows[1]
    assert not rows[1] & rows[2]
    model = build(train, settings)
    history = fit(model, train, test, settings)
    assert model.info["epochs"] == len(history.epoch) < 200
    losses = history.history["val_loss"]
    assert model.info["best_epoch"] == int(np.argmin(losses)) + 1
    assert model.evaluate(spared.x, spared.y)["loss"] == pytest.approx(min(losses), rel=1e-5)


@pytest.mark.parametrize(
    ("data", "patience", "quantize"),
    [(blobs(500), 0, None), (blobs(500), None, "int8"), (blobs(FEWEST - 1), None, None)],
)
def test_no_rows_are_spared(data: Dataset, patience: int | None, quantize: str | None) -> None:
    settings = TrainSettings(patience=patience, quantize=quantize)
    assert with_validation(data, settings) == (data, None)


def test_recordings_are_spared_whole() -> None:
    settings = TrainSettings(patience=None)
    learnt, spared = with_validation(windows(12), settings)
    assert isinstance(learnt, Windows)
    assert isinstance(spared, Windows)
    assert not {*learnt.recording} & {*spared.recording}
    assert with_validation(windows(8), settings)[1] is None


def test_baselines() -> None:
    train, test = train_test_split(blobs(300), 0.3, 0)
    usual, linear = baselines(train, test)
    assert (usual.name, linear.name) == ("most frequent class", "linear model")
    assert usual.score == pytest.approx(1 / 3, abs=0.02)
    assert linear.score > 0.9
    assert linear.score == 1 - linear.losses.mean()
    for targets in (1, 2):
        train, test = train_test_split(line(80, targets), 0.25, 0)
        mean, linear = baselines(train, test)
        assert mean.score <= 0
        assert linear.score > 0.999
    wide = Dataset(np.zeros((2000, 1500)), np.arange(2000) % 2, ("a", "b"))
    assert [one.name for one in baselines(wide, wide)] == ["most frequent class"]


def test_a_network_must_be_better_by_more_than_chance() -> None:
    def losses(wrong: int) -> Any:
        return (np.arange(100) < wrong).astype(float)

    simple = [
        Baseline("most frequent class", losses(50)),
        Baseline("linear model", losses(10)),
    ]
    assert compared(losses(2), simple) == ""
    assert "--hidden 0" in compared(losses(6), simple)
    assert "--hidden 0" in compared(losses(30), simple)
    assert "may not tell the labels apart" in compared(losses(49), simple[:1])
    assert compared(losses(10), simple, None) == "", "it is linear itself"


def test_what_train_says(tmp_path: Path) -> None:
    data = blobs(400, apart=1.0)
    rows = [
        ",".join(f"{v:.3f}" for v in row) + f",{'abc'[y]}"
        for row, y in zip(data.x, data.y, strict=True)
    ]
    (tmp_path / "d.csv").write_text("\n".join(["p,q,r,s,kind", *rows]))
    done = thumbnet("train d.csv --hidden 8 --epochs 9 --folds 3 -o n.npz --json", tmp_path)
    assert done.returncode == 0, done.stderr
    said, result = done.stderr, last_json(done)
    assert "4 features: 'p', 'q', 'r', 's'" in said
    assert "label 'kind', classification: 3 classes, 'a' (134), 'b' (133), 'c' (133)" in said
    assert "on 80 held-out rows" in said
    assert "on the same rows: most frequent class " in said
    assert "over 3 folds of the rows: mean " in said
    assert {*result["baselines"]} == {"most_frequent_class", "linear_model"}
    assert len(result["spread"]["scores"]) == 3
    assert result["validation_rows"] == 32
    (tmp_path / "d.csv").write_text("\n".join(["p,q,r,s,kind", *rows[:120]]))
    too_many = thumbnet("train d.csv --folds 50 -o m.npz --json", tmp_path)
    assert too_many.returncode == 1
    assert "--folds 50: 40 rows of 'a' are too few: use --folds 40 or bring more" in too_many.stderr
    assert not [*tmp_path.glob("m.*")], "this is said before the training"
    few = thumbnet("train d.csv --hidden 0 --epochs 5 -o n.npz --json", tmp_path)
    assert "over 5 seeds, each with its own split: mean " in few.stderr
    assert len(last_json(few)["spread"]["scores"]) == 5
