"""`make bench-accuracy`: accuracy at defaults, beside scikit-learn's multi-layer perceptron.

Both get the same rows, in five splits of each data set: ours what `thumbnet train` does by default,
the other what `make_pipeline(StandardScaler(), MLPClassifier())` does. The goal is a mean at least
as high.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from thumbnet.trainer import Dataset, load_digits, train_test_split

from ..terminal.console import Console
from ..workflow.cross_validation import trained_score
from ..workflow.settings import TrainSettings, default_epochs, default_hidden

NAMES = ("breast_cancer", "wine", "iris", "digits", "diabetes")
SEEDS = 5
_BATCH = 32


@dataclass(frozen=True)
class Result:
    """The scores of both on one data set, one for each seed: accuracy, or R squared."""

    name: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def reached(self) -> bool:
        """Whether our mean is at least as high."""
        return float(np.mean(self.ours)) >= float(np.mean(self.theirs))


def load(name: str) -> Dataset:
    """Return one of scikit-learn's data sets in raw units; digits as this project has them."""
    from sklearn import datasets

    if name == "digits":
        return load_digits()
    if name == "diabetes":
        bunch = datasets.load_diabetes(scaled=False)
        return Dataset(bunch.data, bunch.target, name=name)
    bunch = getattr(datasets, f"load_{name}")()
    return Dataset(bunch.data, bunch.target, tuple(map(str, bunch.target_names)), name=name)


def ours(train: Dataset, test: Dataset, seed: int) -> float:
    """Return the score of a network with the defaults of `thumbnet train`."""
    settings = TrainSettings(
        hidden=default_hidden(train.x[0].size, False),
        epochs=default_epochs(len(train), _BATCH),
        batch_size=_BATCH,
        seed=seed,
        patience=None,
    )
    score = trained_score(train, test, settings)
    assert score is not None
    return score


def theirs(train: Dataset, test: Dataset, seed: int) -> float:
    """Return the score of scikit-learn's multi-layer perceptron with its defaults."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    kind: Any = MLPClassifier if train.is_classification else MLPRegressor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged
        chain = make_pipeline(StandardScaler(), kind(random_state=seed)).fit(train.x, train.y)
    return float(chain.score(test.x, test.y))


def measured(names: tuple[str, ...] = NAMES, seeds: int = SEEDS) -> Iterator[Result]:
    """Yield the result on each data set."""
    for name in names:
        data, pairs = load(name), []
        for seed in range(seeds):
            train, test = train_test_split(data, 0.2, seed)
            pairs.append((ours(train, test, seed), theirs(train, test, seed)))
        mine, other = zip(*pairs, strict=True)
        yield Result(name, mine, other)


def main() -> int:
    """Print the table; return 1 if a goal is missed."""
    console = Console(False)
    results = []
    with console.progress("data set", len(NAMES), every=1) as update:
        for result in measured():
            results.append(result)
            update(len(results), result.name)
    columns = ["data set", "figure", "thumbnet", "scikit-learn", "goal"]
    console.table(columns, [_line(result) for result in results])
    missed = [result.name for result in results if not result.reached]
    console.say(
        f"means and standard deviations over {SEEDS} seeds, at the defaults of both"
        + (f"; missed: {', '.join(missed)}" if missed else "; every goal is reached")
    )
    return int(bool(missed))


def _line(result: Result) -> list[str]:
    figure = "R squared" if result.name == "diabetes" else "accuracy"
    both = [f"{np.mean(s):.4f} ± {np.std(s, ddof=1):.4f}" for s in (result.ours, result.theirs)]
    return [result.name, figure, *both, "reached" if result.reached else "missed"]


if __name__ == "__main__":
    sys.exit(main())
