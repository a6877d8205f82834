"""`thumbnet verify`: whether every integer of a target is the PC's."""

from __future__ import annotations

from pathlib import Path

import click

from thumbnet.export import Artifact

from ..run.edited import check_intact
from ..run.verification import Verdict, verify
from ..terminal.console import Console
from ..terminal.wording import measured_rows
from .module_argument import load_module
from .options import FILE, Failed, TargetChoice, force_option, say_edited, target_options, verb


@verb("thumbnet verify build/gestures.py --target unix --heap 40k")
@click.argument("module", type=FILE)
@target_options
@click.option(
    "--rows", type=click.IntRange(1), help="Number of vectors to compare; all if not given."
)
@force_option
def command(
    console: Console,
    module: Path,
    where: TargetChoice,
    rows: int | None,
    force: bool,
) -> None:
    """Run the test vectors of MODULE on a target; succeed only if every integer is equal.

    This runs MODULE. On this computer it runs within limits, and on Linux with bubblewrap in a
    sandbox without network and your files; `thumbnet doctor` says whether there is one. A module
    that was edited after export is refused, but files that belong together may still be a
    stranger's: see SECURITY.md.
    """
    artifact = load_module(module)
    check_intact(artifact, force)
    with where.open(artifact) as place:
        say_edited(console, artifact, place)
        verdict = Verdict(place.name)
        total = len(artifact.inputs[:rows])
        with console.progress("verify", total) as update:
            for verdict in verify(place, artifact, limit=rows, force=force):
                update(verdict.answered)
    info = artifact.info
    result = {
        **verdict.as_json(),
        "intact": artifact.intact,
        "rows_scored": verdict.scored,
        "rows_held_out": None if info.get("chose_ranges") else info.get("samples"),
        "rows_measured": info.get("samples"),
        "rows_refused": info.get("refused"),
    }
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
        console.say(f"accuracy there {verdict.accuracy:.2%} {_of_rows(verdict, artifact)}")
    if verdict.mean_absolute_error is not None:
        error = f"mean absolute error there {verdict.mean_absolute_error:.4g}"
        console.say(f"{error} {_of_rows(verdict, artifact)}")
    console.result(result)


def _of_rows(verdict: Verdict, artifact: Artifact) -> str:
    """Say which rows a figure is of, and what export measured if those were more rows."""
    info = artifact.info
    rows, refused = info.get("samples", verdict.scored), info.get("refused", 0)
    kind = measured_rows(info)
    said = f"on {verdict.scored:,} {kind}"
    if verdict.scored < rows:
        said = f"on the first {verdict.scored:,} of {rows:,} {kind}"
        if "integer" in info:
            whole = f"{info['integer']:.2%} accuracy"
            if artifact.kind != "classifier":
                whole = f"R squared {info['integer']:.4f}"
            said += f" (on all of them, export measured {whole})"
    if refused:
        said += f"; it refuses {refused:,} more, which are outside the accepted range"
    return said
