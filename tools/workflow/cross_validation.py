"""How good a network is on average: over folds of the data, or over other seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from thumbnet.trainer import Dataset, ThumbnetError, Windows, split_by_recording, train_test_split

from .architecture import build, with_input_shape
from .settings import Array, TrainSettings
from .training import fit

FEW_ROWS = 300
"""Rows below which one split says little."""
FEW_RECORDINGS = 60
"""The same for recordings, whose windows are alike."""
SEEDS = 5
MOST_REPEATED = 20_000_000
"""The `work` of a training that is repeated unasked: a second each."""
_CONVOLUTION, _RECURRENT = 10, 50


@dataclass(frozen=True)
class Spread:
    """Scores of the same training on several splits of the data.

    Attributes
    ----------
    what
        What differs between them, in words.
    scores
        Accuracies, or values of R squared.

    """

    what: str
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        return float(np.mean(self.scores))

    @property
    def deviation(self) -> float:
        """Their standard deviation."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else 0.0


def over_folds(
    data: Dataset, count: int, settings: TrainSettings, told: Callable[[int], None]
) -> Spread:
    """Train on all folds but one, test on that one, and do so for each.

    Parameters
    ----------
    data
        All rows.
    count
        Number of folds.
    settings
        How to train.
    told
        Called with the number of folds that are done.

    Raises
    ------
    ThumbnetError
        If there are too few rows, or recordings, for so many folds.

    """
    scores = []
    own = _unit(data)
    for done, held_out in enumerate(folds(data, count, settings.seed), 1):
        train, test = (data.take(np.flatnonzero(held_out == side)) for side in (False, True))
        scores.append(trained_score(train, test, settings))
        told(done)
    known = tuple(score for score in scores if score is not None)
    return Spread(f"{count} folds of the {own}", known)


def is_few(data: Dataset) -> bool:
    """Whether one split of the data says little."""
    if isinstance(data, Windows):
        return len(np.unique(data.recording)) < FEW_RECORDINGS
    return len(data) < FEW_ROWS


def work(data: Dataset, settings: TrainSettings) -> int:
    """Return about how much a training does: numbers times epochs, more for costly layers."""
    each = _RECURRENT if settings.recurrent else _CONVOLUTION if settings.conv else 1
    return data.x.size * settings.epochs * each


def over_seeds(data: Dataset, settings: TrainSettings, test_size: float, first: float) -> Spread:
    """Repeat a training with other splits and other weights to begin with.

    Parameters
    ----------
    data, settings, test_size
        What was trained on, how, and the share that was held out.
    first
        The score of the first training.

    """
    scores = [first]
    for seed in range(settings.seed + 1, settings.seed + SEEDS):
        train, test = _split(data, test_size, seed)
        score = trained_score(train, test, replace(settings, seed=seed))
        scores += [] if score is None else [score]
    return Spread(f"{SEEDS} seeds, each with its own split", tuple(scores))


def _split(data: Dataset, test_size: float, seed: int) -> tuple[Dataset, Dataset]:
    if isinstance(data, Windows):
        return split_by_recording(data, test_size, seed)
    return train_test_split(data, test_size, seed)


def folds(data: Dataset, count: int, seed: int) -> Iterator[Array]:
    """Yield which rows each fold holds out, (rows,) bool: of each class a share.

    Windows of one recording stay together, and rows of one group.

    Raises
    ------
    ThumbnetError
        If some class has fewer rows, or recordings, than there are folds.

    """
    rows = len(data)
    groups = np.arange(rows) if data.groups is None else data.groups
    if isinstance(data, Windows):
        groups = data.recording
    _, first, of_row = np.unique(groups, return_index=True, return_inverse=True)
    # A recording has one label, but a person may do everything.
    alike = data.is_classification and data.groups is None
    classes = data.y[first] if alike else np.zeros(len(first), dtype=np.int64)
    random = np.random.default_rng(seed)
    fold = np.zeros(len(first), dtype=np.int64)
    start = 0
    for one in np.unique(classes):
        (members,) = np.nonzero(classes == one)
        if len(members) < count:
            name = f" of {data.labels[int(one)]!r}" if alike and data.labels else ""
            raise ThumbnetError(
                f"--folds {count}: {len(members)} {_unit(data)}{name} are too few: use --folds "
                f"{max(2, len(members))} or bring more"
            )
        # Each class begins where the last one ended, so that folds are of one size.
        fold[random.permutation(members)] = (start + np.arange(len(members))) % count
        start += len(members)
    for k in range(count):
        yield fold[of_row] == k


def check_folds(data: Dataset, count: int) -> None:
    """Raise ThumbnetError if `folds` would."""
    next(folds(data, count, 0))


def _unit(data: Dataset) -> str:
    if isinstance(data, Windows):
        return "recordings"
    return "rows" if data.groups is None else "groups"


def trained_score(train: Dataset, test: Dataset, settings: TrainSettings) -> float | None:
    """Return the accuracy of a network that is trained for it, or R squared if there is one."""
    train, test = with_input_shape(train, settings), with_input_shape(test, settings)
    model = build(train, settings)
    fit(model, train, test, settings)
    score = model.info["accuracy" if train.is_classification else "r_squared"]
    return None if score is None else float(score)
