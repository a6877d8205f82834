"""`thumbnet replay`: the decisions of a log, proved again on the PC."""

from __future__ import annotations

from pathlib import Path

import click

from ..live.decision_log import replay
from ..terminal.console import Console
from .module_argument import load_module
from .options import FILE, Failed, verb

SHOWN = 5


@verb("thumbnet replay build/gestures.py decisions.jsonl")
@click.argument("module", type=FILE)
@click.argument("log", type=FILE)
def command(console: Console, module: Path, log: Path) -> None:
    """Compute every decision of LOG again from its input; succeed only if all integers are equal.

    LOG is from `thumbnet watch --log`, MODULE what ran on the board. Nothing of MODULE is run: the
    integers are those of the network in its .json.
    """
    artifact = load_module(module)
    decisions, wrong = 0, []
    for one in replay(log, artifact):
        decisions += 1
        if not one.decision.equal:
            wrong.append(one.line)
    result = {"decisions": decisions, "equal": decisions - len(wrong), "lines": wrong}
    if wrong or not decisions:
        lines = ", ".join(map(str, wrong[:SHOWN])) + (", ..." if len(wrong) > SHOWN else "")
        raise Failed(
            f"{log}: the PC computes other integers for {len(wrong):,} of {decisions:,} decisions, "
            f"on line {lines}: the board or the log is damaged"
            if wrong
            else f"{log} has no decisions: record some with `thumbnet watch --log`",
            result,
        )
    console.say(f"{log}: {decisions:,} of {decisions:,} decisions equal, integer for integer")
    console.result(result)
