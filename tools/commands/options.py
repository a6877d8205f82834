"""What several verbs share: options, and how they fail."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..run.edited import edited
from ..targets import TARGETS, Target, open_target
from ..terminal.console import Console
from ..transport.serial_board import NO_BOARD, candidate_ports

Command = Callable[..., None]

FILE = click.Path(path_type=Path)

TEST_DATA = (
    "Rows to test with, instead of those that the model carries. They also calibrate a model that "
    "carries no calibration rows."
)
"""Purpose of --data, for `data_options`."""


class Failed(ThumbnetError):
    """A failure with results: `data` goes into the JSON object beside "error"."""

    def __init__(self, message: str, data: JsonObject) -> None:
        super().__init__(message)
        self.data = data


def verb(example: str) -> Callable[[Command], click.Command]:
    """Make a click command from a function whose first argument is a console.

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
                help="Print one JSON object as the last line of stdout; text goes to stderr.",
            ),
            click.Option(
                ["--debug"], is_flag=True, expose_value=False, help="Show where an error arose."
            ),
        ]
        return command

    return make


def _not_empty(context: click.Context, parameter: click.Parameter, port: str | None) -> str | None:
    if port is not None and not port.strip():
        raise click.BadParameter("it is empty: use a port such as /dev/ttyACM0 or COM3")
    return port


port_option = click.option(
    "--port",
    metavar="PORT",
    callback=_not_empty,
    help="Port of a board: /dev/ttyACM0, COM3, socket://...",
)


def found_port(port: str | None) -> str:
    """Return the port that was given, or that of the only board.

    Raises
    ------
    ThumbnetError
        If no port is given, and not exactly one board is plugged in.

    """
    if port is not None:
        return port
    ports = candidate_ports()
    if len(ports) == 1:
        return ports[0][0]
    if not ports:
        raise ThumbnetError(f"{NO_BOARD}: plug it in with a cable that carries data, or add --port")
    there = ", ".join(f"{device} ({text})" for device, text in ports)
    raise ThumbnetError(f"several ports may be boards: choose one with --port: {there}")


def data_options(purpose: str) -> Callable[[Command], Command]:
    """Add --data, described by `purpose`, and --label, which belongs to it."""

    def add(function: Command) -> Command:
        @functools.wraps(function)
        def run(*arguments: Any, data: str | None, label: str | None, **others: Any) -> None:
            if label is not None and data is None:
                raise click.UsageError("--label is for a CSV file of --data: add --data")
            function(*arguments, data=data, label=label, **others)

        for option in (
            click.option(
                "--label", metavar="COLUMN", help="Label column of --data, if it is a CSV file."
            ),
            click.option(
                "--data",
                metavar="FILE|FOLDER|digits|mnist",
                help=f"{purpose} Recordings are cut into windows like those of the training.",
            ),
        ):
            run = option(run)
        return run

    return add


force_option = click.option(
    "--force",
    is_flag=True,
    help="Run a module even if it was edited after export, with all that it may do.",
)


def say_edited(console: Console, artifact: Artifact, target: Target) -> None:
    """Say plainly that an edited module is about to run, and what it can do."""
    if not artifact.intact:
        console.say(f"{edited(artifact)}: --force runs it {target.rights()}", "yellow")


@dataclass(frozen=True)
class TargetChoice:
    """The target that a user asked for; None means not given."""

    target: str | None
    port: str | None
    heap: str | None
    firmware: str | None
    sandbox: bool | None = None

    def open(self, artifact: Artifact) -> Target:
        """Open the target: by default a micro:bit for a `.hex` and the Unix port for all else."""
        usual = "microbit" if artifact.path.suffix == ".hex" else "unix"
        name = self.target or usual
        return open_target(name, self.port, self.heap, self.firmware, self.sandbox)


def target_options(function: Command) -> Command:
    """Add --target, --port, --heap, --firmware and --sandbox, passed as one argument `where`."""

    @functools.wraps(function)
    def run(
        *arguments: Any,
        target: str | None,
        port: str | None,
        heap: str | None,
        firmware: str | None,
        sandbox: bool | None,
        **others: Any,
    ) -> None:
        if port is not None and target is not None:
            raise click.UsageError(f"--target {target} and --port {port}: use only one of them")
        if heap is not None and (port is not None or target not in (None, "unix")):
            raise click.UsageError("--heap is for the unix target: the heap of a board is fixed")
        if firmware is not None and target != "pico":
            raise click.UsageError("--firmware is for --target pico: leave it out")
        function(*arguments, where=TargetChoice(target, port, heap, firmware, sandbox), **others)

    for option in (
        click.option(
            "--sandbox/--no-sandbox",
            default=None,
            help="Run MODULE only in a sandbox, or in none, with your rights; if not given, in one "
            "where there is one.",
        ),
        click.option(
            "--firmware",
            metavar="FILE.uf2",
            help="MicroPython for the pico target to boot; if not given, a version is downloaded "
            "whose SHA-256 thumbnet knows.",
        ),
        click.option(
            "--heap",
            metavar="SIZE",
            help="Heap of the unix target, such as 40k for that of a small board; 64m if not "
            "given.",
        ),
        port_option,
        click.option(
            "--target",
            type=click.Choice(list(TARGETS)),
            help="An interpreter or an emulated board on this computer; if not given, microbit for "
            "a .hex and unix for all else.",
        ),
    ):
        run = option(run)
    return run
