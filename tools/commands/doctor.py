"""`thumbnet doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

from ..run.environment import examine
from ..terminal.console import Console
from .options import Failed, verb


@verb("thumbnet doctor")
def command(console: Console) -> None:
    """Check everything that thumbnet can use, and say how to fix each problem.

    Fails only if something is missing that the main path needs.
    """
    findings = examine()
    marks = {"ok": "ok  ", "note": "note", "bad": "BAD "}
    for finding in findings:
        style = {"ok": None, "note": "yellow", "bad": "red"}[finding.state]
        console.say(f"{marks[finding.state]}  {finding.what}: {finding.found}", style)
        if finding.advice:
            console.say(f"        {finding.advice}", style)
    data = {"findings": [finding.as_json() for finding in findings]}
    bad = [finding.what for finding in findings if finding.state == "bad"]
    if bad:
        raise Failed(f"something is missing: see {', '.join(bad)} above", data)
    console.result(data)
