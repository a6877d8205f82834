"""The options of `thumbnet train` that cut recordings into windows."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from thumbnet.trainer import (
    BANDS_FEATURE,
    DATASET_NAMES,
    RAW_FEATURE,
    WINDOW_FEATURES,
    Recording,
    TableOptions,
    ThumbnetError,
    Windows,
    cut,
    find_flatlines,
    find_outliers,
    other_time_unit,
    read_recordings,
    split_by_recording,
    time_option,
)

from ..terminal.console import Console
from ..workflow.candidates import ARCHITECTURES, DEFAULT_FEATURES
from .options import Command

DEFAULT_BANDS = 8


class FeatureNames(click.ParamType[tuple[str, ...]]):
    """Names of features, such as mean,deviation."""

    name = "features"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read "mean,deviation"."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        known = (RAW_FEATURE, *WINDOW_FEATURES)
        for name in names:
            if name not in known:
                self.fail(f"{name!r} is not a feature: use {', '.join(known)}")
        return names


class Vote(click.ParamType[tuple[int, int]]):
    """A vote over the last windows, such as 3 or 2/3."""

    name = "vote"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read "3" as (1, 3), "2/3" as (2, 3)."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(?:(\d+)/)?(\d+)", str(value))
        if match is None:
            self.fail(f"{value!r} is not a vote: use a number such as 3, or 2/3")
        return int(match[1] or 1), int(match[2])


@dataclass(frozen=True)
class Windowing:
    """How recordings are read and cut; None means not given."""

    window: int | None
    hop: int | None
    rate: float | None
    time: str | None
    recording: str | None
    features: tuple[str, ...] | None
    bands: int | None
    vote: tuple[int, int] | None
    allow_constant: bool
    architecture: str | None
    board: str | None
    console: Console

    @property
    def step(self) -> int:
        """Samples from one window to the next."""
        assert self.window is not None
        return self.hop or max(1, self.window // 2)

    def check(self, sound: bool = False) -> None:
        """Raise UsageError for window options without --window, or --bands without bands."""
        given = [name for name in OPTIONS if getattr(self, name)]
        if self.window is None and given:
            option = f"--{given[0].replace('_', '-')}"
            remedy = "leave it out with --sound" if sound else "add --window"
            raise click.UsageError(f"{option} is for windows of recordings: {remedy}")
        if self.bands is not None and BANDS_FEATURE not in (self.features or ()):
            raise click.UsageError(
                f"--bands is for the feature {BANDS_FEATURE}: name it in --features, or leave out "
                "--bands"
            )

    def recordings(self, path: str, label: str | None, table: TableOptions) -> list[Recording]:
        """Read recordings, and report what was read.

        Parameters
        ----------
        path
            A CSV file, or a folder of recordings.
        label
            Label column of a CSV file.
        table
            Names, columns to leave out and the decimal mark.

        Raises
        ------
        ThumbnetError
            If recordings are missing or damaged, or a sensor seems stuck.

        """
        assert self.window is not None
        if not Path(path).exists():
            if path in DATASET_NAMES:
                raise ThumbnetError(
                    f"--window is for recordings of sensors, but {path} is a data set of images: "
                    "leave it out, or use a folder of recordings or a CSV file"
                )
            raise ThumbnetError(
                f"{path}: no such file or folder: use a folder of recordings, or a CSV file"
            )
        recordings = [
            *read_recordings(
                *(path, label, self.time, self.rate, self.recording),
                ignore=table.ignore,
                names=table.names,
                decimal=table.decimal,
            )
        ]
        self._report_what_was_read(recordings)
        # One window of each says what is wrong with them before anything is tried.
        longest = max(map(len, recordings))
        cut(recordings, self.window, longest, RAW_FEATURE, allow_constant=self.allow_constant)
        self._warn_of_sensors(recordings)
        return recordings

    def split(
        self,
        recordings: Sequence[Recording],
        path: str,
        features: tuple[str, ...],
        test_size: float,
        seed: int,
    ) -> tuple[Windows, Windows]:
        """Return windows to train and to test with; no recording is in both.

        Parameters
        ----------
        recordings
            What to cut.
        path
            What they were read from: the name of the data.
        features
            What the network reads of a window.
        test_size
            Share of the recordings to hold out.
        seed
            Seed of the split.

        Raises
        ------
        ThumbnetError
            If the recordings cannot be cut or split.

        """
        assert self.window is not None
        bands = self.bands or DEFAULT_BANDS
        windows = cut(recordings, self.window, self.step, features, bands, self.allow_constant)
        return split_by_recording(windows.named(Path(path).resolve().stem), test_size, seed)

    def _report_what_was_read(self, recordings: Sequence[Recording]) -> None:
        """Report what was taken for channels, rate and labels, and what is not plain about it."""
        first = recordings[0]
        if first.guessed:
            column, _, unit = first.guessed.rpartition(":")
            self.console.say(
                f"the times in {column!r} seem to be in {unit}: {first.rate:g} samples per second; "
                f"if not, name the unit, as in {time_option(column, other_time_unit(unit))}"
            )
        counts = Counter(one.label for one in recordings)
        labels = ", ".join(f"{label} ({count})" for label, count in sorted(counts.items()))
        seconds = sum(len(one) / one.rate for one in recordings)
        self.console.say(f"{len(recordings):,} recordings, {seconds:,.4g} s in all: {labels}")
        said = Counter(note for one in recordings for note in one.notes)
        for note, count in said.items():
            some = f" (in {count} of {len(recordings)} recordings)"
            self.console.say(f"{note}{some if count < len(recordings) else ''}")

    def _warn_of_sensors(self, recordings: Sequence[Recording]) -> None:
        """Warn of sensors that seem stuck, unless --allow-constant was given, and of outliers."""
        assert self.window is not None
        found = [] if self.allow_constant else find_flatlines(recordings, self.window)
        if found:
            more = f" ({len(found) - 1} more such recordings)" if len(found) > 1 else ""
            self.console.say(found[0] + more, "yellow")
        for outlier in find_outliers(recordings):
            self.console.say(f"warning: {outlier}", "yellow")


OPTIONS = tuple(name for name in Windowing.__dataclass_fields__ if name != "console")


def window_options(function: Command) -> Command:
    """Add --window and the options that belong to it, passed as one argument `windowing`."""

    @functools.wraps(function)
    def run(console: Console, **options: Any) -> None:
        windowing = Windowing(**{name: options.pop(name) for name in OPTIONS}, console=console)
        windowing.check(options.get("sound") is not None)
        function(console, windowing=windowing, **options)

    for option in (
        click.option(
            "--allow-constant",
            is_flag=True,
            help="Accept recordings in which a channel never changes, as if its sensor were stuck.",
        ),
        click.option(
            "--board",
            help="Board that the network is for: one that does not fit, or is not done before the "
            "next decision, is refused. One of `thumbnet boards`, or your own FILE.toml.",
        ),
        click.option(
            "--architecture",
            type=click.Choice(["auto", *ARCHITECTURES]),
            help="Network for windows: features of them, convolutions or a recurrent layer; auto "
            "tries all and chooses, and is meant if neither this nor --features, --conv, --gru, "
            "--lstm or --hidden is given.",
        ),
        click.option(
            "--vote",
            type=Vote(),
            help="How many of the last windows vote for a label: 3 for the most frequent of three, "
            "2/3 for one that two of three agree on; 3 if not given.",
        ),
        click.option(
            "--bands",
            type=click.IntRange(1),
            help=f"Number of frequency bands of the feature bands; {DEFAULT_BANDS} if not given.",
        ),
        click.option(
            "--features",
            type=FeatureNames(),
            help=f"Features of each channel: {', '.join(WINDOW_FEATURES)}, or raw for the window "
            "itself; if not given, raw with --conv, --gru or --lstm, else "
            f"{','.join(DEFAULT_FEATURES)}. Without all of these, see --architecture.",
        ),
        click.option(
            "--recording", metavar="COLUMN", help="Column that names the recording of each row."
        ),
        click.option(
            "--time",
            metavar="COLUMN",
            help="Time column, or COLUMN:ms if its name does not tell the unit; found by its name "
            "if not given.",
        ),
        click.option("--rate", type=click.FloatRange(0, min_open=True), help="Samples per second."),
        click.option(
            "--hop",
            type=click.IntRange(1),
            help="Samples from one window to the next; half a window if not given.",
        ),
        click.option(
            "--window",
            type=click.IntRange(2),
            help="Samples per window. The data is then a folder with one folder of recordings per "
            "label, or CSV files with a label column.",
        ),
    ):
        run = option(run)
    return run
