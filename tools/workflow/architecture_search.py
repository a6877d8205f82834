"""Which network for windows: each candidate is trained briefly, and tested on other recordings.

How long each is trained is counted in updates, never in seconds, so that the same seed chooses the
same network on every computer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thumbnet.export import BoardProfile
from thumbnet.trainer import RAW_FEATURE, Adam, OneCycle, Recording, ThumbnetError, Windows, cut

from .architecture import build
from .board_cost import board_cost
from .candidates import ARCHITECTURES, candidate
from .settings import TrainSettings, default_epochs
from .trials import Trial, best, choose, difference, nothing_to_gain
from .window_folds import WindowFolds, window_folds

_FINAL_BATCH = 32


@dataclass(frozen=True)
class Budget:
    """How much the search may do.

    Attributes
    ----------
    folds
        Times that each candidate is trained, at most.
    share
        Updates of one fold, as a share of those of a full training with the default epochs.
    windows
        Windows that are tried at most, about; of more, evenly spread ones are taken.
    steps
        Updates times samples of a window that a recurrent layer may take in a fold; one that needs
        more is not tried.

    """

    folds: int = 5
    share: float = 0.1
    windows: int = 3000
    steps: int = 64_000


BUDGET = Budget()
SMALL_BATCH, BATCH, FEW = 16, 32, 320
"""Of fewer windows than `FEW`, small batches learn more in as many updates."""
LEARNING_RATE = 0.01
_FEWEST_UNITS = 8
"""Recordings after which a candidate may be given up."""


@dataclass(frozen=True)
class Search:
    """The result: all trials, the chosen one, and why in a sentence."""

    trials: tuple[Trial, ...]
    chosen: Trial
    why: str
    folds: WindowFolds

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints, and what the model keeps."""
        return {
            "chosen": self.chosen.candidate.name,
            "why": self.why,
            "folds": len(self.folds.folds),
            "held_out": self.folds.units,
            "in_blocks": list(self.folds.in_blocks),
            "never_held_out": list(self.folds.never),
            "candidates": [trial.as_json() for trial in self.trials],
        }


def search(
    recordings: Sequence[Recording],
    length: int,
    hop: int,
    settings: TrainSettings,
    board: BoardProfile | None = None,
    hidden: tuple[int, ...] | None = None,
    told: Callable[[float, str], None] = lambda done, text: None,
    budget: Budget = BUDGET,
) -> Search:
    """Try networks on recordings, and choose one.

    The simplest is tried first. The chosen one is the simplest of those that are not worse than the
    best by more than one standard error of the difference over recordings.

    Parameters
    ----------
    recordings
        Those to train with; the ones that judge the result are not among them.
    length, hop
        Samples of a window, and from one window to the next.
    settings
        Seed, activation, scaling. The optimizer is always Adam.
    board
        What does not fit this board, or takes longer there than from one decision to the next, is
        not tried.
    hidden
        Units of hidden layers, if not the default ones.
    told
        Called with the candidates that are done, and a text.
    budget
        How much to try.

    Raises
    ------
    ThumbnetError
        If no candidate fits the board.

    """
    number = sum(1 + (len(one) - length) // hop for one in recordings)
    coarse = hop * -(-number // budget.windows)
    raw = cut(recordings, length, coarse, RAW_FEATURE, allow_constant=True)
    folds = window_folds(raw, budget.folds, settings.seed)
    updates = max(1, round(budget.share * _full_updates(len(raw))))
    trials: list[Trial] = []
    data: dict[str, Windows] = {}
    own_settings: dict[str, TrainSettings] = {}
    for name in ARCHITECTURES:
        trial = Trial(candidate(name, length))
        trials.append(trial)
        try:
            own = trial.candidate.features
            data[name] = (
                raw if own == (RAW_FEATURE,) else cut(recordings, length, coarse, own, 8, True)
            )
        except ThumbnetError as error:
            trial.refuse("not possible", str(error))
            continue
        inputs = data[name].x[0].size
        own_settings[name] = trial.candidate.settings(settings, inputs, hidden)
        _measure(trial, data[name], hop, own_settings[name], board)
        if trial.candidate.gru and updates * length > budget.steps and not trial.state:
            trial.refuse(
                "too long to try",
                f"a recurrent layer takes long to train over {length} samples (--architecture gru "
                "does it)",
            )
    able = [one for one in trials if not one.state]
    if not able:
        # The simplest that can be built says what would help.
        raise ThumbnetError(next(one for one in trials if one.cost is not None).refusal)
    for place, trial in enumerate(able):
        leader = best(able[:place])
        if leader is not None and nothing_to_gain(leader.losses):
            trial.refuse(
                "not needed", f"{leader.candidate.name} leaves no more to gain than may be chance"
            )
            continue
        name = trial.candidate.name
        _try(trial, leader, data[name], folds, own_settings[name], updates, told, place)
    chosen, why = choose([one for one in able if not one.state], able)
    return Search(tuple(trials), chosen, why, folds)


def _full_updates(rows: int) -> int:
    return default_epochs(rows, _FINAL_BATCH) * -(-rows // _FINAL_BATCH)


def _measure(
    trial: Trial, data: Windows, hop: int, settings: TrainSettings, board: BoardProfile | None
) -> None:
    data = replace(data, stream=replace(data.stream, hop=hop))
    model = build(data, settings)
    trial.parameters = model.count_params()
    if board is not None:
        trial.cost = board_cost(model, data, hop, board)
        if trial.cost.refusal:
            state = "does not fit" if trial.cost.seconds is None else "too slow"
            trial.refuse(state, trial.cost.refusal)


def _try(
    trial: Trial,
    leader: Trial | None,
    data: Windows,
    folds: WindowFolds,
    settings: TrainSettings,
    updates: int,
    told: Callable[[float, str], None],
    done: int,
) -> None:
    """Train and test a candidate on each fold, until it is plainly worse than the best."""
    for k, fold in enumerate(folds.folds):
        told(
            done + k / len(folds.folds),
            f"{trial.candidate.name}, fold {k + 1} of {len(folds.folds)}",
        )
        train = data.take(fold.train)
        model = build(train, settings)
        model.compile(Adam(), "sparse_categorical_crossentropy")
        batch = SMALL_BATCH if len(train) < FEW else BATCH
        epochs = max(1, round(updates / -(-len(train) // batch)))
        model.fit(
            *(train.x, train.y),
            batch_size=batch,
            epochs=epochs,
            callbacks=[OneCycle(LEARNING_RATE)],
            seed=settings.seed,
        )
        wrong = model.predict_classes(data.x[fold.test]) != data.y[fold.test]
        losses = [wrong[fold.unit == one].mean() for one in np.unique(fold.unit)]
        trial.losses = np.append(trial.losses, losses)
        trial.scores += (float(1 - np.mean(losses)),)
        if leader is None or len(trial.losses) < _FEWEST_UNITS or k + 1 == len(folds.folds):
            continue
        worse, noise = difference(trial.losses, leader.losses[: len(trial.losses)])
        if worse > 2 * noise:
            trial.refuse(
                "given up",
                f"plainly worse than {leader.candidate.name} after {k + 1} of {len(folds.folds)} "
                "folds",
            )
            break
    told(done + 1, f"{trial.candidate.name}: {trial.accuracy or 0:.1%} right")
