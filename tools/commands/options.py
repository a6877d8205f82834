"""What several verbs have in common: options, and how they fail."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..console import Console
from ..targets import TARGETS, JsonObject, Target, open_target

Command = Callable[..., None]

MODULE = click.Path(path_type=Path)


class Failed(ThumbnetError):
    """A failure that has results: they go into the JSON object beside "error"."""

    def __init__(self, message: str, data: JsonObject) -> None:
        super().__init__(message)
        self.data = data


def verb(example: str) -> Callable[[Command], click.Command]:
    """Make a click command of a function that takes a console first.

    Adds --json and --debug, and an example to --help.
    """

    def make(function: Command) -> click.Command:
        @functools.wraps(function)
        def run(as_json: bool, **arguments: Any) -> None:
            function(Console(as_json), **arguments)

        command = click.command(
            epilog=f"Example:  {example}", context_settings={"show_default": True}
        )(run)
        command.params += [
            click.Option(
                ["--json", "as_json"],
                is_flag=True,
                help="Print one JSON object as the last line of stdout; words go to stderr.",
            ),
            click.Option(
                ["--debug"], is_flag=True, expose_value=False, help="Show where an error arose."
            ),
        ]
        return command

    return make


def _named(context: click.Context, parameter: click.Parameter, port: str | None) -> str | None:
    if port is not None and not port.strip():
        raise click.BadParameter("it is empty: give one like /dev/ttyACM0 or COM3")
    return port


port_option = click.option(
    "--port", metavar="PORT", callback=_named, help="A board: /dev/ttyACM0, COM3, socket://..."
)


def data_options(purpose: str) -> Callable[[Command], Command]:
    """--data, for `purpose`, and --label, which belongs to it."""

    def add(function: Command) -> Command:
        @functools.wraps(function)
        def run(*arguments: Any, data: str | None, label: str | None, **others: Any) -> None:
            if label is not None and data is None:
                raise click.UsageError("--label is for a CSV file of --data: give --data too")
            function(*arguments, data=data, label=label, **others)

        for option in (
            click.option(
                "--label", metavar="COLUMN", help="Label column of --data, if it is a CSV file."
            ),
            click.option(
                "--data",
                metavar="FILE|FOLDER|digits|mnist",
                help=f"{purpose} Recordings are cut into windows as those of the training were.",
            ),
        ):
            run = option(run)
        return run

    return add


@dataclass(frozen=True)
class Where:
    """The target that a user asked for; None is what was left out."""

    target: str | None
    port: str | None
    heap: str | None
    firmware: str | None

    def open(self, artifact: Artifact) -> Target:
        """Open it; by default a micro:bit for a `.hex` and the Unix port for all else."""
        usual = "microbit" if artifact.path.suffix == ".hex" else "unix"
        return open_target(self.target or usual, self.port, self.heap, self.firmware)


def target_options(function: Command) -> Command:
    """--target, --port, --heap and --firmware, as one argument `where`."""

    @functools.wraps(function)
    def run(
        *arguments: Any,
        target: str | None,
        port: str | None,
        heap: str | None,
        firmware: str | None,
        **others: Any,
    ) -> None:
        if port is not None and target is not None:
            raise click.UsageError(
                f"--target {target} and --port {port} exclude each other: give one"
            )
        if heap is not None and (port is not None or target not in (None, "unix")):
            raise click.UsageError("--heap is for the unix target: a board has the heap it has")
        if firmware is not None and target != "pico":
            raise click.UsageError("--firmware is for --target pico: leave it out")
        function(*arguments, where=Where(target, port, heap, firmware), **others)

    for option in (
        click.option(
            "--firmware",
            metavar="FILE.uf2",
            help="For the pico target: the MicroPython to boot; it downloads one if not given.",
        ),
        click.option(
            "--heap",
            metavar="SIZE",
            help="Heap of the unix target, such as 32k: that of a small board. Ample if not given.",
        ),
        port_option,
        click.option(
            "--target",
            type=click.Choice(list(TARGETS)),
            help="An interpreter or an emulated board on this computer; microbit for a .hex and "
            "unix for all else if not given.",
        ),
    ):
        run = option(run)
    return run
