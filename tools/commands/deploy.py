"""`thumbnet deploy`: put a module on a board."""

from __future__ import annotations

from pathlib import Path

import click

from ..run.deployment import check_deployable, deploy
from ..run.edited import edited
from ..targets import PortTarget
from ..terminal.console import Console
from .module_argument import load_module
from .options import FILE, found_port, port_option, verb


@verb("thumbnet deploy build/gestures.py --port /dev/ttyACM0")
@click.argument("module", type=FILE)
@port_option
@click.option(
    "--rows", type=click.IntRange(1), default=16, help="Number of vectors in the self-test."
)
@click.option(
    "--force",
    is_flag=True,
    help="Also deploy a module that was edited after export, or is too large.",
)
@click.option(
    "--romfs",
    is_flag=True,
    help="First put the weights into the board's ROMFS, for a module with --weights romfs; the "
    "other files there stay.",
)
def command(
    console: Console, module: Path, port: str | None, rows: int, force: bool, romfs: bool
) -> None:
    """Put MODULE on a board. It is tested there before it replaces the previous module.

    Whatever goes wrong, the previous module stays as it was. A module can do everything that the
    board can: deploy only what you trust (SECURITY.md).
    """
    artifact = load_module(module)
    check_deployable(artifact, force)
    where = found_port(port)
    if not artifact.intact:
        console.say(
            f"{edited(artifact)}: --force runs it with everything that the board can do", "yellow"
        )
    size = sum(map(len, artifact.files.values()))
    with PortTarget(where) as target, console.progress("copy", size) as update:

        def copied(name: str, done: int, total: int) -> None:
            update(done, f"bytes  {name}")

        done = deploy(artifact, target, rows, force, console.say, romfs, copied)
    if done.state == "deployed":
        graph = artifact.graph
        streams = "Stream().push(pcm)" if graph.sound else "Stream().push(sample)"
        call = streams if graph.has_stream else "predict(...)"
        console.say(f"on the board:  import {artifact.name}; {artifact.name}.{call}")
        console.say("to restart its main.py, reset the board")
    console.result(done.as_json())
