"""`thumbnet doctor`: what is here, what is missing, and the mend."""

from __future__ import annotations

from ..console import Console
from ..doctor import examine
from .options import Failed, verb


@verb("thumbnet doctor")
def command(console: Console) -> None:
    """See whether all that thumbnet can use is there; each problem comes with its mend.

    Fails only if something is missing without which the main path does not work.
    """
    findings = examine()
    marks = {"ok": "ok  ", "note": "note", "bad": "BAD "}
    for finding in findings:
        style = {"ok": None, "note": "yellow", "bad": "red"}[finding.state]
        console.say(f"{marks[finding.state]}  {finding.what}: {finding.found}", style)
        if finding.mend:
            console.say(f"        {finding.mend}", style)
    data = {"findings": [vars(finding) for finding in findings]}
    bad = [finding.what for finding in findings if finding.state == "bad"]
    if bad:
        raise Failed(f"not all is well: see {', '.join(bad)} above", data)
    console.result(data)
