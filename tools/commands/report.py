"""`thumbnet report`: what there is to know about a network, on one page."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import click

from thumbnet.export import list_boards, load_board
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import ThumbnetError, write_atomically

from ..report.collect import collect
from ..report.collect_imported import collect_imported
from ..report.contents import Report
from ..report.text_format import percent
from ..terminal.console import Console
from ..workflow.any_network import load_levels, load_network
from ..workflow.class_names import named_network
from ..workflow.evaluation_data import load_examples, names_missing
from .class_options import class_options
from .options import FILE, data_options, verb

LIBRARIES = ("matplotlib", "jinja2")


@verb("thumbnet report gestures.npz --board pico --board microbit")
@click.argument("model", type=FILE)
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
    help="A board to estimate for, one of `thumbnet boards` or your own FILE.toml. Repeat it for "
    "several boards; all if not given.",
)
@data_options("Held-out examples to evaluate, instead of those that the model carries.")
@class_options
def command(
    console: Console,
    model: Path,
    output: Path | None,
    boards: tuple[str, ...],
    data: str | None,
    label: str | None,
    names: str | None,
    task: str | None,
) -> None:
    """Write one HTML page about MODEL that needs no network to be read.

    It shows the training, the confusion matrix, the worst mistakes, each layer in float and in
    integers, and the cost on each board. MODEL is an .npz, or a file of another framework; of a
    network of 8-bit integers it shows weights, memory and time of each layer.
    """
    output = output or model.with_suffix(".html")
    _check_output(output)
    _check_libraries()
    from ..report.page import render  # needs matplotlib and jinja2

    network = named_network(load_network(model), model, names, task)
    profiles = [load_board(name) for name in dict.fromkeys(boards)] or list_boards()
    if isinstance(network, IntegerNetwork):
        levels = None if data is None else load_levels(network, model, data, label)
        report = collect_imported(network, model.stem, profiles, levels)
    else:
        rows = None if data is None else load_examples(network, model, data, label)
        note = "" if rows is None or data is None else names_missing(network, model, data, rows)
        if rows is not None and note:
            console.say(note, "yellow")
            rows = replace(rows, answered=False)
        report = collect(network, model.stem, profiles, rows)
    page = render(report, str(model)).encode()
    try:
        write_atomically({output: page})
    except OSError as error:
        raise ThumbnetError(
            f"cannot write {output}: {error.strerror or error}: choose another place with -o, or "
            "free some space"
        ) from error
    _summarize(console, report)
    console.say(f"{output}  {len(page):,} bytes: open it in a browser, it needs no network")
    console.result({"report": str(output), "bytes": len(page), **report.as_json()})


def _check_output(output: Path) -> None:
    if output.suffix not in (".html", ".htm"):
        raise ThumbnetError(f"-o {output}: the page is HTML: name it {output.stem or 'x'}.html")
    if not output.parent.is_dir():
        raise ThumbnetError(f"-o {output}: there is no folder {output.parent}: create it first")
    if output.is_dir():
        raise ThumbnetError(f"-o {output} is a folder: add the name of a file in it")


def _check_libraries() -> None:
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise ThumbnetError(
            f"the report needs {' and '.join(missing)}, not installed: run "
            "`pip install 'thumbnet[report]'`"
        )


def _summarize(console: Console, report: Report) -> None:
    held = report.held_out
    if held is not None and held.labels:
        kinds = (("float", held.floats), ("integers", held.integers))
        scores = [
            f"{percent(held.score(found) or 0)} in {kind}"
            for kind, found in kinds
            if found is not None
        ]
        of_all = "" if report.whole_test_set is None else f" of {report.whole_test_set.rows:,}"
        left = f"; {held.refused:,} more were out of range" if held.refused else ""
        console.say(
            f"accuracy on {len(held.x):,}{of_all} {report.example}s: {', '.join(scores)}{left}"
        )
    for finding in report.findings:
        console.say(f"  {finding.text}", None if finding.good else "yellow")
    for text in filter(None, (report.no_held_out, report.no_integers)):
        console.say(f"  {text}", "yellow")
