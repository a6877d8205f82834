"""`thumbnet deploy`: put a module on a board."""

from __future__ import annotations

from pathlib import Path

import click

from ..console import Console
from ..modules import load_module
from .options import MODULE, port_option, verb


@verb("thumbnet deploy build/gestures.py --port /dev/ttyACM0")
@click.argument("module", type=MODULE)
@port_option
@click.option("--rows", type=click.IntRange(1), default=16, help="Vectors of the self-test.")
@click.option("--force", is_flag=True, help="Also a module edited after export, or one too large.")
def command(console: Console, module: Path, port: str | None, rows: int, force: bool) -> None:
    """Put MODULE on a board, tested there before it replaces the one that is there.

    Whatever goes wrong on the way, the previous module stays as it was.
    """
    from ..deploy import check_deployable, deploy  # loads mpremote
    from ..targets.board import candidate_ports
    from ..targets.port import PortTarget

    artifact = load_module(module)
    check_deployable(artifact)
    if port is None:
        ports = candidate_ports()
        found = ", ".join(f"{device} ({said})" if said else device for device, said in ports)
        raise click.UsageError(
            f"--port is missing: there is {found}"
            if ports
            else "--port is missing, and no board is plugged in as far as this computer can see"
        )
    size = sum(map(len, artifact.files.values()))
    with PortTarget(port) as target, console.progress("copy", size) as update:

        def copied(name: str, done: int, total: int) -> None:
            update(done, f"bytes  {name}")

        done = deploy(artifact, target, rows, force, console.say, copied)
    if done.state == "deployed":
        call = "Stream().push(sample)" if artifact.graph.stream else "predict(...)"
        console.say(f"on the board:  import {artifact.name}; {artifact.name}.{call}")
        console.say("reset the board if its main.py is to start again")
    console.result(done.as_json())
