"""`thumbnet report`: all there is to know of a network, on one page."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from thumbnet.export import list_boards, load_board
from thumbnet.export.program.artifact import write_whole
from thumbnet.trainer import ThumbnetError, load_model

from ..console import Console
from ..recipe import check_finished
from ..report.gather import Report, gather
from ..report.words import percent
from ..rows import examples
from .options import MODULE, data_options, verb

LIBRARIES = ("matplotlib", "jinja2")


@verb("thumbnet report gestures.npz --board pico --board microbit")
@click.argument("model", type=MODULE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The page (.html); beside the model if not given.",
)
@click.option(
    "--board",
    "boards",
    multiple=True,
    help="A board to estimate for, one of `thumbnet boards` or your own FILE.toml; may be given "
    "several times. All if not given.",
)
@data_options("Held-out examples to judge by, instead of those that the model carries.")
def command(
    console: Console,
    model: Path,
    output: Path | None,
    boards: tuple[str, ...],
    data: str | None,
    label: str | None,
) -> None:
    """Write one page of HTML about MODEL (.npz), which needs no network to be read.

    How it was trained, what it confuses, its worst mistakes, each layer in float and in integers,
    and what it takes on each board.
    """
    output = output or model.with_suffix(".html")
    _check_place(output, model)
    _check_libraries()
    from ..report.page import render  # loads matplotlib

    network = load_model(model)
    check_finished(network, model)
    profiles = [load_board(name) for name in dict.fromkeys(boards)] or list_boards()
    rows = None if data is None else examples(network, model, data, label)
    report = gather(network, model.stem, profiles, rows)
    page = render(report, str(model)).encode()
    try:
        write_whole({output: page})
    except OSError as error:
        raise ThumbnetError(
            f"cannot write {output}: {error.strerror or error}: choose another place with -o, or "
            "free some space"
        ) from error
    _say(console, report)
    console.say(f"{output}  {len(page):,} bytes: open it in a browser, it needs no network")
    console.result({"report": str(output), "bytes": len(page), **report.as_json()})


def _check_place(output: Path, model: Path) -> None:
    if output.suffix not in (".html", ".htm"):
        raise ThumbnetError(f"-o {output}: the page is HTML, name it {output.stem or 'x'}.html")
    if not output.parent.is_dir():
        raise ThumbnetError(f"-o {output}: there is no folder {output.parent}: make it first")
    if output.is_dir():
        raise ThumbnetError(f"-o {output}: is a folder: give the name of a file in it")


def _check_libraries() -> None:
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise ThumbnetError(
            f"this needs {' and '.join(missing)}, not installed: run "
            "`pip install 'thumbnet[report]'`"
        )


def _say(console: Console, report: Report) -> None:
    held = report.held_out
    if held is not None and held.labels:
        whole = (
            ""
            if held.integers is None
            else f", {percent(held.score(held.integers) or 0)} in integers"
        )
        rest = "" if report.rest is None else f" of {report.rest.rows:,}"
        console.say(
            f"accuracy on {len(held.x):,}{rest} held-out examples: "
            f"{percent(held.score(held.floats) or 0)} in float{whole}"
        )
    for finding in report.findings:
        console.say(f"  {finding.text}", None if finding.good else "yellow")
    for text in filter(None, (report.no_held_out, report.no_integers)):
        console.say(f"  {text}", "yellow")
