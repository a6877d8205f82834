"""The options of `thumbnet train` that make it learn sounds."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from thumbnet.trainer import (
    FRONT_ENDS,
    NOISE_FOLDER,
    Dataset,
    SoundOptions,
    read_sounds,
    split_sounds,
)

from ..terminal.console import Console
from ..workflow.settings import SOUND_CONV, SOUND_HIDDEN
from .options import Command

DEFAULT = "micro_speech"
"""The front end for `--sound` alone: it leaves a Pico three quarters of its time."""

OF_OTHERS = ("--window", "--label", "--scale", "--task", "--ignore, --missing, --names and --group")
"""Options of other data."""


@dataclass(frozen=True)
class Sounding:
    """How sounds are read and described; None means not given."""

    sound: str | None
    noise: Path | None
    seconds: float | None
    copies: int | None
    no_background: bool

    def check(self) -> None:
        """Raise UsageError for options of sounds without --sound."""
        for name, value in vars(self).items():
            if self.sound is None and value not in (None, False):
                option = f"--{name.replace('_', '-')}"
                raise click.UsageError(f"{option} is for sounds: add --sound")

    def refuse(self, *given: object) -> None:
        """Raise UsageError for options of other data.

        Parameters
        ----------
        given
            Values of the options in `OF_OTHERS`, in this order.

        """
        for option, value in zip(OF_OTHERS, given, strict=True):
            if self.sound is not None and value:
                raise click.UsageError(
                    f"{option} is not for sounds, whose folders are the labels: leave it out, or "
                    "leave out --sound"
                )

    def split(self, path: str, test_size: float, seed: int) -> tuple[Dataset, Dataset]:
        """Return examples to train and to test with; no speaker is in both.

        Parameters
        ----------
        path
            A folder with a folder of sounds for each label.
        test_size
            Share of the speakers, or files, to hold out.
        seed
            Seed of the split and of the noise.

        """
        assert self.sound is not None
        options = SoundOptions(
            FRONT_ENDS[self.sound],
            **({} if self.seconds is None else {"seconds": self.seconds}),
            copies=self.copies,
            background=not self.no_background,
        )
        sounds = read_sounds(path, options.front_end.rate, self.noise)
        train, test = split_sounds(sounds, options, test_size, seed)
        name = Path(path).resolve().stem
        return replace(train, name=name), replace(test, name=name)


def sound_layers(
    hidden: tuple[int, ...] | None, conv: tuple[int, ...], recurrent: int
) -> tuple[tuple[int, ...] | None, tuple[int, ...]]:
    """Return the units of hidden layers and the filters for sounds, if none were chosen."""
    if hidden is None and not conv and not recurrent:
        return SOUND_HIDDEN, SOUND_CONV
    return hidden, conv


def sound_options(function: Command) -> Command:
    """Add --sound and the options that belong to it, passed as one argument `sounding`."""

    @functools.wraps(function)
    def run(console: Console, **options: Any) -> None:
        names = Sounding.__dataclass_fields__
        sounding = Sounding(**{name: options.pop(name) for name in names})
        sounding.check()
        function(console, sounding=sounding, **options)

    for option in (
        click.option(
            "--no-background",
            is_flag=True,
            help="With --sound: add no class `background` for noise and silence.",
        ),
        click.option(
            "--copies",
            type=click.IntRange(0, 100),
            help="With --sound: copies of each sound to train with, each louder or softer, earlier "
            "or later, and in noise; fewer the more sounds there are if not given.",
        ),
        click.option(
            "--seconds",
            type=click.FloatRange(0.1, 10),
            help="With --sound: how much sound the network reads at once; 1 if not given.",
        ),
        click.option(
            "--noise",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help=f"With --sound: noise to mix with the sounds; {NOISE_FOLDER} inside the folder, "
            "and noise that is made, if not given.",
        ),
        click.option(
            "--sound",
            type=click.Choice([*FRONT_ENDS]),
            is_flag=False,
            flag_value=DEFAULT,
            help="The data is a folder with a folder of sounds (WAV, FLAC) for each label: learn "
            f"them by the features of this front end; --sound alone takes {DEFAULT}.",
        ),
    ):
        run = option(run)
    return run
