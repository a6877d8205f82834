"""The options of `thumbnet train` that make windows of recordings."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from thumbnet.trainer import (
    BANDS,
    FEATURES,
    RAW,
    Recording,
    ThumbnetError,
    Windows,
    cut,
    read_recordings,
    split_by_recording,
)
from thumbnet.trainer import DATASET_NAMES as NAMES
from thumbnet.trainer import find_flatlines as standstills
from thumbnet.trainer import other_time_unit as another_unit

from ..console import Console
from .options import Command

USUAL = ("mean", "deviation", "crossings")


class Names(click.ParamType[tuple[str, ...]]):
    """Features: mean,deviation."""

    name = "features"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read "mean,deviation"."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in (RAW, *FEATURES):
                self.fail(f"{name!r} is no feature: choose of {', '.join((RAW, *FEATURES))}")
        return names


class Vote(click.ParamType[tuple[int, int]]):
    """Votes: 3, or 2/3."""

    name = "vote"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read "3" as (1, 3), "2/3" as (2, 3)."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(?:(\d+)/)?(\d+)", str(value))
        if match is None:
            self.fail(f"{value!r} is no vote: give a number like 3, or 2/3")
        return int(match[1] or 1), int(match[2])


@dataclass(frozen=True)
class Windowing:
    """How recordings are read and cut; None is what was left out."""

    window: int | None
    hop: int | None
    rate: float | None
    time: str | None
    recording: str | None
    features: tuple[str, ...] | None
    bands: int | None
    vote: tuple[int, int] | None
    allow_constant: bool
    console: Console

    def check(self) -> None:
        """Refuse options of windows where there is no --window, and bands where they are none."""
        given = [name for name in OPTIONS if getattr(self, name)]
        if self.window is None and given:
            option = f"--{given[0].replace('_', '-')}"
            raise click.UsageError(f"{option} is for windows of recordings: give --window too")
        if self.bands is not None and BANDS not in (self.features or ()):
            raise click.UsageError(
                f"--bands is for the feature {BANDS}: name it in --features, or leave --bands out"
            )

    def split(
        self, path: str, label: str | None, test_size: float, seed: int, whole: bool
    ) -> tuple[Windows, Windows]:
        """Return windows to train and to test with, no recording in both.

        whole: where no features are asked for, take the windows themselves.

        Raises:
            ThumbnetError: the recordings are not there, are damaged, or cannot be cut or split.
        """
        assert self.window is not None
        if not Path(path).exists():
            if path in NAMES:
                raise ThumbnetError(
                    f"{path}: --window is for recordings of a sensor, which {path} are not: leave "
                    "it out, or give a folder of recordings or a CSV file"
                )
            raise ThumbnetError(
                f"{path}: no such file or folder: give a folder of recordings, or a CSV file"
            )
        recordings = read_recordings(path, label, self.time, self.rate, self.recording)
        self._say_guess(recordings[0])
        windows = cut(
            recordings,
            self.window,
            self.hop or max(1, self.window // 2),
            self.features or (RAW if whole else USUAL),
            self.bands or 8,
            self.allow_constant,
        )
        self._say_standstill(recordings)
        return split_by_recording(windows.named(Path(path).resolve().stem), test_size, seed)

    def _say_guess(self, first: Recording) -> None:
        """Say what the times are taken for, where nothing says it."""
        if first.guessed:
            column, _, unit = first.guessed.rpartition(":")
            self.console.say(
                f"the times in {column!r} are taken for {unit}: {first.rate:g} samples a second; "
                f"if they are not, name their unit, as in --time {column}:{another_unit(unit)}"
            )

    def _say_standstill(self, recordings: Sequence[Recording]) -> None:
        """Point out sensors that got stuck, unless what is constant was allowed."""
        assert self.window is not None
        found = [] if self.allow_constant else standstills(recordings, self.window)
        if found:
            more = f" ({len(found) - 1} more such recordings)" if len(found) > 1 else ""
            self.console.say(found[0] + more, "yellow")


OPTIONS = tuple(name for name in Windowing.__dataclass_fields__ if name != "console")


def window_options(function: Command) -> Command:
    """--window and what belongs to it, as one argument `windowing`."""

    @functools.wraps(function)
    def run(console: Console, **options: Any) -> None:
        windowing = Windowing(**{name: options.pop(name) for name in OPTIONS}, console=console)
        windowing.check()
        function(console, windowing=windowing, **options)

    for option in (
        click.option(
            "--allow-constant",
            is_flag=True,
            help="Take recordings in which a channel never changes, as of a sensor that is stuck.",
        ),
        click.option(
            "--vote",
            type=Vote(),
            help="Of how many windows the board takes the most frequent label, as 3; or 2/3 for "
            "one that 2 of 3 agree on. 3 if not given.",
        ),
        click.option(
            "--bands", type=click.IntRange(1), help="Bands of the feature bands; 8 if not given."
        ),
        click.option(
            "--features",
            type=Names(),
            help=f"What the network reads of each channel: {', '.join(FEATURES)}, or raw for the "
            f"window itself; if not given, raw for --conv and --gru, else {','.join(USUAL)}.",
        ),
        click.option(
            "--recording", metavar="COLUMN", help="Column that tells recordings of a file apart."
        ),
        click.option(
            "--time",
            metavar="COLUMN",
            help="Time column, COLUMN:ms where its name does not say the unit; found by its usual "
            "names if not given.",
        ),
        click.option("--rate", type=click.FloatRange(0, min_open=True), help="Samples a second."),
        click.option(
            "--hop", type=click.IntRange(1), help="Samples between windows; half a window."
        ),
        click.option(
            "--window",
            type=click.IntRange(2),
            help="Samples of a window: DATA is a folder with a folder of recordings for each "
            "label, or CSV files with a column of labels.",
        ),
    ):
        run = option(run)
    return run
