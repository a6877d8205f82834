"""`thumbnet verify`: whether every integer of a target is the PC's."""

from __future__ import annotations

from pathlib import Path

import click

from thumbnet.export import load_artifact

from ..run.verification import Verdict, verify
from ..terminal.console import Console
from .options import FILE, Failed, TargetChoice, target_options, verb


@verb("thumbnet verify build/gestures.py --target unix --heap 32k")
@click.argument("module", type=FILE)
@target_options
@click.option(
    "--rows", type=click.IntRange(1), help="Number of vectors to compare; all if not given."
)
@click.option("--force", is_flag=True, help="Succeed with a module that was edited after export.")
def command(
    console: Console,
    module: Path,
    where: TargetChoice,
    rows: int | None,
    force: bool,
) -> None:
    """Run the test vectors of MODULE on a target; succeed only if every integer is equal.

    A module that was edited after export is compared as well, but fails without --force.
    """
    artifact = load_artifact(module)
    intact = artifact.intact
    edited = f"{artifact.path} is not the file that export wrote"
    if not intact:
        console.say(f"{edited}: verifying it as it is", "yellow")
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
        f"{artifact.name} on {verdict.target} ({verdict.interpreter}): "
        f"{verdict.equal:,} of {verdict.inputs:,} rows equal, {verdict.integers:,} integers"
    )
    if verdict.accuracy is not None:
        console.say(f"accuracy there {verdict.accuracy:.2%}")
    if verdict.mean_absolute_error is not None:
        console.say(f"mean absolute error there {verdict.mean_absolute_error:.4g}")
    if not intact and not force:
        raise Failed(f"{edited}: export again, or use --force to compare only its answers", result)
    console.result(result)
