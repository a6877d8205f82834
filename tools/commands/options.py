"""What several verbs have in common: options, and how they fail."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from thumbnet.trainer import ThumbnetError

from ..console import Console
from ..targets import TARGETS, JsonObject

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


def target_options(function: Command) -> Command:
    """--target, --port and --heap: where a module is to run."""
    for option in (
        click.option(
            "--heap",
            metavar="SIZE",
            help="Heap of the unix target, such as 32k: that of a small board. Ample if not given.",
        ),
        port_option,
        click.option(
            "--target",
            type=click.Choice(list(TARGETS)),
            default="unix",
            help="An interpreter on this computer.",
        ),
    ):
        function = option(function)
    return function


def check_target(target: str, port: str | None, heap: str | None) -> None:
    """Refuse options that do not go together, before anything is opened."""
    source = click.get_current_context().get_parameter_source("target")
    if port is not None and source is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--target {target} and --port {port} exclude each other: give one")
    if heap is not None and (port is not None or target != "unix"):
        raise click.UsageError("--heap is for the unix target: a board has the heap it has")
