"""`thumbnet verify`: is the target's every integer the PC's?"""

from __future__ import annotations

from pathlib import Path

import click

from ..console import Console
from ..modules import load_module
from ..verify import Verdict, verify
from .options import MODULE, Failed, Where, target_options, verb


@verb("thumbnet verify build/gestures.py --target unix --heap 32k")
@click.argument("module", type=MODULE)
@target_options
@click.option("--rows", type=click.IntRange(1), help="Compare only so many vectors.")
@click.option("--force", is_flag=True, help="Also a module edited after export.")
def command(
    console: Console,
    module: Path,
    where: Where,
    rows: int | None,
    force: bool,
) -> None:
    """Run the vectors beside MODULE on a target; succeed only if every integer is equal.

    A module that was edited after export is compared too, but fails without --force.
    """
    artifact = load_module(module)
    intact = artifact.intact
    edited = f"{artifact.path} is not the file that export wrote"
    if not intact:
        console.say(f"{edited}: it is verified as it is", "yellow")
    with where.open(artifact) as place:
        verdict = Verdict(place.name)
        total = len(artifact.inputs[:rows])
        with console.progress("verify", total) as update:
            for verdict in verify(place, artifact, limit=rows):
                update(verdict.answered)
    result = {**verdict.as_json(), "intact": intact}
    if not verdict.ok:
        for difference in verdict.differences[1:]:
            console.say(f"  {difference}", "red")
        raise Failed(
            f"{artifact.name} on {verdict.target}: {verdict.equal:,} of {verdict.inputs:,} rows "
            f"are equal ({verdict.reason()})",
            result,
        )
    console.say(
        f"{artifact.name} on {verdict.target} ({interpreter(verdict)}): "
        f"{verdict.equal:,} of {verdict.inputs:,} rows equal, {verdict.integers:,} integers"
    )
    if verdict.accuracy is not None:
        console.say(f"accuracy there {verdict.accuracy:.2%}")
    if verdict.mean_absolute_error is not None:
        console.say(f"mean absolute error there {verdict.mean_absolute_error:.4g}")
    if not intact and not force:
        raise Failed(f"{edited}: export again, or --force to compare its answers alone", result)
    console.result(result)


def interpreter(verdict: Verdict) -> str:
    """What runs there: "MicroPython 1.28.0"."""
    facts = verdict.facts
    names = {"micropython": "MicroPython", "cpython": "CPython", "circuitpython": "CircuitPython"}
    return f"{names.get(facts['python'], facts['python'])} {facts['version']}"
