"""The network that `thumbnet train` gives windows: described, named, or the best of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from thumbnet.export import load_board
from thumbnet.trainer import (
    RAW_FEATURE,
    Recording,
    Sequential,
    ThumbnetError,
    Windows,
    load_checkpoint,
    split_by_recording,
)

from ..report.analysis.fitting_boards import export_options
from ..terminal.console import Console
from ..workflow.architecture_search import Search, search
from ..workflow.board_cost import BoardCost, board_cost
from ..workflow.candidates import ARCHITECTURES, DEFAULT_FEATURES, candidate
from ..workflow.settings import TrainSettings
from ..workflow.trials import Trial
from .windowing import Windowing


@dataclass(frozen=True)
class Given:
    """What a user said about the network; None means not given."""

    hidden: tuple[int, ...] | None
    conv: tuple[int, ...] | None
    gru: int
    lstm: int

    def check(self, windowing: Windowing) -> None:
        """Raise UsageError for a named architecture that is also described."""
        both: dict[str, object] = {"--features": windowing.features, "--conv": self.conv}
        both |= {"--gru": self.gru, "--lstm": self.lstm}
        options = [option for option, value in both.items() if value]
        if windowing.architecture is not None and options:
            raise click.UsageError(
                f"--architecture {windowing.architecture} and {options[0]} both say what the "
                "network is: leave out one"
            )

    def describes(self, windowing: Windowing) -> bool:
        """Return whether options describe the network, so that there is nothing to choose."""
        told = (self.hidden, self.conv, self.gru or None, self.lstm or None, windowing.features)
        return windowing.architecture is None and any(one is not None for one in told)


@dataclass(frozen=True)
class Picked:
    """The network for windows: what it reads, its layers, and how it was chosen if it was."""

    features: tuple[str, ...]
    conv: tuple[int, ...]
    gru: int
    search: dict[str, Any] | None = None


def pick(
    console: Console,
    windowing: Windowing,
    given: Given,
    recordings: Sequence[Recording],
    settings: TrainSettings,
    test_size: float,
    begun: Path | None,
) -> Picked:
    """Return the network that options describe or name, or else the best of those tried.

    Parameters
    ----------
    console
        Shows progress, the table and the reason.
    windowing, given
        The options.
    recordings
        All of them; those that will be held out for testing are left out here, too.
    settings
        Seed, activation, scaling.
    test_size
        The share to hold out.
    begun
        The checkpoint that training continues from; its network was chosen before.

    """
    assert windowing.window is not None
    if given.describes(windowing):
        whole = bool(given.conv or given.gru or given.lstm)
        features = windowing.features or ((RAW_FEATURE,) if whole else DEFAULT_FEATURES)
        return Picked(features, given.conv or (), given.gru)
    found = None if begun is None else load_checkpoint(begun)[0].info.get("search")
    name = windowing.architecture or (found["chosen"] if found else "auto")
    if name == "auto":
        known, _ = split_by_recording(recordings, test_size, settings.seed)
        total = len(ARCHITECTURES)
        board = None if windowing.board is None else load_board(windowing.board)
        with console.progress("trying networks", total, every=1) as update:
            step = windowing.step
            result = search(*(known, windowing.window, step, settings, board, given.hidden, update))
            update(total)
        _show(console, result)
        found, name = result.as_json(), result.chosen.candidate.name
    one = candidate(name, windowing.window)
    return Picked(one.features, one.conv, one.gru, found)


def check_board(console: Console, windowing: Windowing, model: Sequential, data: Windows) -> None:
    """Say what a network takes on the board that was given.

    Raises
    ------
    ThumbnetError
        If it does not fit, or takes longer than from one decision to the next.

    """
    if windowing.board is None:
        return
    cost = board_cost(model, data, windowing.step, load_board(windowing.board))
    if cost.refusal:
        raise ThumbnetError(cost.refusal)
    time, heap = _time(cost), _heap(cost)
    console.say(
        f"on {windowing.board}, about {time} of {1000 * cost.between:.4g} ms between decisions, "
        f"{heap} of heap"
    )
    _say_how_to_export(console, cost)


def _say_how_to_export(console: Console, cost: BoardCost | None) -> None:
    """Name the options of `thumbnet export` if the default ones do not fit."""
    if cost is None or cost.fit is None:
        return
    options = export_options(cost.fit)
    if options != f"--board {cost.fit.board.name}":
        console.say(f"it fits with `thumbnet export MODEL {options}`")


def _show(console: Console, result: Search) -> None:
    """Print the table of all candidates, how they were compared, and the reason."""
    on_board = any(trial.cost is not None for trial in result.trials)
    columns = ["network", "right", "parameters"]
    columns += ["time", "heap"] if on_board else []
    console.table([*columns, ""], [_row(trial, on_board, result) for trial in result.trials])
    for trial in result.trials:
        if trial.refusal:
            console.say(f"{trial.candidate.name}: {trial.state}: {trial.refusal}")
    if result.folds.folds:
        count = f"{result.folds.units} recordings"
        if result.folds.in_blocks:
            count = f"{result.folds.units} recordings or blocks of one"
        console.say(
            f"right: windows of {count} that the network had not seen, mean and standard deviation "
            f"of {len(result.folds.folds)} folds"
        )
    if result.folds.in_blocks:
        console.say(
            f"{_quoted(result.folds.in_blocks)}: one recording to train with; its windows were "
            "held out in blocks, with a gap, which tells less than other recordings would",
            "yellow",
        )
    if result.folds.never:
        console.say(
            f"{_quoted(result.folds.never)}: too few windows to hold any of them out", "yellow"
        )
    console.say(f"chosen: {result.why} (--architecture NAME chooses another)")
    _say_how_to_export(console, result.chosen.cost)


def _quoted(labels: tuple[str, ...]) -> str:
    return ", ".join(map(repr, labels))


def _row(trial: Trial, on_board: bool, result: Search) -> list[str]:
    score = "-"
    if trial.accuracy is not None:
        score = f"{trial.accuracy:.1%}"
        if len(trial.scores) > 1:
            score += f" ± {trial.deviation:.1%}"
    cells = [trial.candidate.name, score, f"{trial.parameters:,}" if trial.parameters else "-"]
    if on_board:
        cells += ["-", "-"] if trial.cost is None else [_time(trial.cost), _heap(trial.cost)]
    return [*cells, "chosen" if trial is result.chosen else trial.state]


def _time(cost: BoardCost) -> str:
    return "-" if cost.seconds is None else f"{1000 * cost.seconds:,.3g} ms"


def _heap(cost: BoardCost) -> str:
    return "-" if cost.heap is None else f"{cost.heap:,} bytes"
