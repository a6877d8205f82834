"""`thumbnet doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

from pathlib import Path

import click

from ..run.board_examination import examine_board, examine_module
from ..run.environment import Finding, examine
from ..targets import PortTarget
from ..terminal.console import Console
from .options import Failed, found_port, port_option, verb

MARKS = {"ok": ("ok  ", None), "note": ("note", "yellow"), "bad": ("BAD ", "red")}
"""Mark and colour of a finding, by its state."""

BUILD = Path("build")
"""Where `thumbnet export` writes by default."""


@verb("thumbnet doctor --board-too")
@click.option(
    "--board-too",
    is_flag=True,
    help="Also ask the only board that is plugged in; stops what it runs.",
)
@port_option
@click.option(
    "--modules",
    type=click.Path(path_type=Path, file_okay=False),
    default=BUILD,
    help="Folder of exported modules: which of them run on the board?",
)
def command(console: Console, board_too: bool, port: str | None, modules: Path) -> None:
    """Check everything that thumbnet can use, and say how to fix each problem.

    With --port or --board-too, say what a board has: firmware, emitters, heap, file system, and
    which exported modules run there. That stops the program that runs on the board.

    Fails only if something is missing that the main path needs.
    """
    findings = examine()
    board, there = None, []
    if port is not None or board_too:
        with PortTarget(found_port(port)) as target:
            facts = target.call("probe", "probe()")
            board = examine_board(target.name, facts)
            there = [examine_module(path, facts) for path in sorted(modules.glob("*.json"))]
    for finding in [*findings, *(board or []), *there]:
        _say(console, finding)
    data = {"findings": [finding.as_json() for finding in findings]}
    if board is not None:
        data["board"] = [finding.as_json() for finding in board]
        data["modules"] = [module.as_json() for module in there]
    bad = [finding.what for finding in findings if finding.state == "bad"]
    if bad:
        raise Failed(f"something is missing: see {', '.join(bad)} above", data)
    console.result(data)


def _say(console: Console, finding: Finding) -> None:
    mark, style = MARKS[finding.state]
    console.say(f"{mark}  {finding.what}: {finding.found}", style)
    if finding.advice:
        console.say(f"        {finding.advice}", style)
