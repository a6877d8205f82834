"""`thumbnet predict`: what a network answers, on the PC."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject, print_json
from ..terminal.console import Console
from ..terminal.row_output import RowFile, RowLines
from ..terminal.wording import printable
from ..workflow.answering import Network, load_answering
from ..workflow.predicting import predict_file, predict_lines
from ..workflow.prediction import Rows
from ..workflow.prediction_columns import Columns
from ..workflow.sound_tally import SoundTally
from ..workflow.tally import Tally
from .class_options import class_options
from .options import FILE, Failed, verb

LONGEST_LINE = 2**19
"""Bytes of a line of the input."""

MOST_CLASSES = 12
"""Classes of a confusion matrix that is printed."""


@verb("thumbnet predict gestures.npz new.csv")
@click.argument("model", type=FILE)
@click.argument("data", metavar="FILE|FOLDER|-")
@click.option("-o", "--output", type=FILE, metavar="FILE.csv", help="File for the answers.")
@click.option("--proba", is_flag=True, help="Show the probability of every class.")
@click.option(
    "--label",
    metavar="COLUMN",
    help="Column with the right answers, if the file has one under another name than the training.",
)
@class_options
def command(
    console: Console,
    model: Path,
    data: str,
    output: Path | None,
    proba: bool,
    label: str | None,
    names: str | None,
    task: str | None,
) -> None:
    """Show what MODEL answers to each row of FILE, or to each window of recordings.

    MODEL is a module that `thumbnet export` wrote (its integers are those of the board), the .npz
    of `thumbnet train` (floats), or a file of another framework. FILE is what the other verbs take,
    with the right answers or without, or sound (WAV, FLAC) for a network that takes it.

    With - for FILE, lines of the input are answered as they come: rows, or samples for a network
    with a Stream. --json prints an object for each row, and one that sums up. Fails if a row was
    refused.
    """
    network = load_answering(model, names, task)
    if proba and not network.labels:
        raise ThumbnetError(
            f"--proba: {model} answers with numbers, not with classes: leave it out"
        )
    if output is not None and data != "-" and output.exists() and output.samefile(data):
        raise ThumbnetError(f"-o {output} is the data itself: choose another name")
    rows = predict_lines(network, _lines()) if data == "-" else predict_file(network, data, label)
    for notice in rows.notices:
        console.say(f"{data}: {notice}")
    tally, sounds = Tally(network.labels), SoundTally(rows.background, rows.sounds)
    try:
        _show(console, network, rows, tally, sounds, output, proba)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{tally.rows:,} rows were answered") from None
    _sum_up(console, network, rows, tally, sounds, output)


def _lines() -> Iterator[str]:
    """Yield the lines of the input, each as soon as it is there."""
    while line := sys.stdin.buffer.readline(LONGEST_LINE):
        yield line.decode("utf-8", "replace")


def _show(
    console: Console,
    network: Network,
    rows: Rows,
    tally: Tally,
    sounds: SoundTally,
    output: Path | None,
    proba: bool,
) -> None:
    columns: Columns | None = None
    with ExitStack() as stack:
        file: RowFile | None = None
        lines: RowLines | None = None
        for one in rows.answers:
            if columns is None:
                table = network.takes.table
                columns = Columns(
                    rows.kind,
                    network.labels,
                    () if table is None else table.label,
                    proba,
                    one.place.line is not None,
                    rows.truth,
                )
                lines = RowLines(console, columns.head())
                if output is not None:
                    file = RowFile(output, columns.file_head())
                    stack.callback(file.close)
            tally.add(one)
            if rows.kind == "sound":
                sounds.add(one)
            if file is not None:
                file.add(columns.file_cells(one))
            if console.as_json:
                print_json(columns.as_json(one))
            elif output is None and lines is not None:
                lines.add(columns.cells(one), None if one.answer is not None else "yellow")
            if one.answer is None and (output is not None or console.as_json):
                console.say(f"{one.place}: refused: {one.refused}", "yellow")


def _sum_up(
    console: Console,
    network: Network,
    rows: Rows,
    tally: Tally,
    sounds: SoundTally,
    output: Path | None,
) -> None:
    what = {"rows": "row", "windows": "window", "sound": "moment"}[rows.kind]
    counted = f"{tally.rows:,} {what}{'s' * (tally.rows != 1)}"
    shown = f": {tally.counts()}" if tally.classes else ""
    console.say(f"{counted}{shown}  [{network.what}]")
    if output is not None:
        console.say(f"{output}  {counted}")
    for note, count in rows.done.items():
        console.say(f"{note} ({count:,} files)" if count > 1 else note)
    decides = rows.kind == "windows"
    _say_accuracy(console, tally, what, decides)
    result = {"model": str(network.takes.path), "numbers": network.what, **tally.as_json(decides)}
    if rows.kind == "sound":
        result.update(_say_sounds(console, network, sounds))
    if tally.refused:
        raise Failed(
            f"{tally.refused:,} of {counted} {'was' if tally.refused == 1 else 'were'} refused, as "
            "said above",
            result,
        )
    console.result(result)


def _say_sounds(console: Console, network: Network, sounds: SoundTally) -> JsonObject:
    """Say which class the sounds are; return the same for scripts."""
    heard = {name: None if k is None else network.labels[k] for name, k in sounds.heard().items()}
    if len(heard) > 1 and not console.as_json:
        console.table(
            ["sound", "heard"],
            [[printable(n), printable(k or "undecided")] for n, k in heard.items()],
        )
    found: JsonObject = {"sounds": heard}
    if pairs := sounds.pairs():
        right = sum(true == k for true, k in pairs)
        console.say(
            f"accuracy of what the Stream decides on {len(pairs):,} sounds in folders of labels: "
            f"{right / len(pairs):.2%}"
        )
        found.update(accuracy=right / len(pairs), sounds_scored=len(pairs))
    return found


def _say_accuracy(console: Console, tally: Tally, what: str, decides: bool) -> None:
    errors, accuracy = tally.errors, tally.accuracy
    if errors is not None:
        share = "" if errors[0] is None else f"R squared {errors[0]:.4f}, "
        console.say(f"{share}mean absolute error {errors[1]:.4g} on {tally.scored:,} {what}s")
    if accuracy is None:
        return
    text = f"accuracy on {tally.scored:,} {what}s: {accuracy:.2%}"
    if decides:
        text += f"; of the decisions, {tally.accuracy_of_decisions:.2%}"
    if tally.refused_with_truth:
        refused = (
            f"{tally.refused_with_truth:,} refused {what}{'s' * (tally.refused_with_truth > 1)}"
        )
        text += f"; with {refused} counted as wrong, {tally.accuracy_refused_as_wrong:.2%}"
    console.say(text)
    matrix = tally.confusion
    assert matrix is not None
    if 1 < len(tally.labels) <= MOST_CLASSES:
        names = [printable(name) for name in tally.labels]
        console.table(
            ["is \\ answer", *names],
            [
                [name, *(f"{n:,}" for n in row)]
                for name, row in zip(names, matrix.tolist(), strict=True)
            ],
        )
