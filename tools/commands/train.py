"""`thumbnet train`: from data to a trained network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click

from thumbnet.trainer import (
    CsvTask,
    Dataset,
    Model,
    ModelCheckpoint,
    SoundExamples,
    TableOptions,
    Windows,
    load_split,
)

from ..terminal.console import Console
from ..workflow.architecture import build, with_input_shape
from ..workflow.baseline import as_json, baselines
from ..workflow.cross_validation import (
    MOST_REPEATED,
    Spread,
    check_folds,
    is_few,
    over_folds,
    over_seeds,
    work,
)
from ..workflow.progress import PaceCheckpoints, ShowEpochs
from ..workflow.settings import (
    ACTIVATION_CHOICES,
    OPTIMIZERS,
    SCALES,
    TrainSettings,
    default_epochs,
    default_hidden,
)
from ..workflow.taken import joined, suspicions, taken
from ..workflow.training import fit
from .choosing import Given, check_board, pick
from .options import verb
from .sound_options import Sounding, sound_layers, sound_options
from .table import table_options
from .train_files import check_paths, how_to_resume, modified
from .train_report import report
from .windowing import Windowing, window_options


class Sizes(click.ParamType[tuple[int, ...]]):
    """Units or filters of layers, such as 16,8; 0 for none."""

    name = "sizes"

    def __init__(self, hint: str) -> None:
        self.hint = hint

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read "16,8"."""
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"\d+(,\d+)*", str(value)):
            self.fail(f"{value!r} is not a list of {self.hint}")
        return tuple(int(part) for part in str(value).split(",") if int(part))


@verb("thumbnet train gestures.csv -o gestures.npz --hidden 16,8")
@click.argument("data", metavar="FILE|FOLDER|digits|mnist")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Model file (.npz).")
@click.option(
    "--label",
    metavar="COLUMN",
    help="Label column of a CSV file; the last if not given. Several, such as a,b, are numbers to "
    "predict.",
)
@table_options
@window_options
@sound_options
@click.option(
    "--task",
    type=click.Choice(["auto", "classification", "regression"]),
    default="auto",
    help="What the label column of a CSV file holds; auto decides by its values.",
)
@click.option(
    "--hidden",
    type=Sizes("sizes like 16,8 (0 for no hidden layer)"),
    help="Units of the hidden layers, 0 for none; if not given, 64 for 32 inputs or more, else 16.",
)
@click.option(
    "--conv",
    type=Sizes("filters like 8,16 (0 for no convolution)"),
    help="Filters of convolutions before the hidden layers, such as 8,16; for images and windows; "
    "0 for none.",
)
@click.option(
    "--gru",
    type=click.IntRange(0),
    default=0,
    help="Units of a recurrent layer before the hidden layers; for windows; 0 for none.",
)
@click.option(
    "--lstm",
    type=click.IntRange(0),
    default=0,
    help="The same, an LSTM instead of a GRU.",
)
@click.option(
    "--quantize",
    type=click.Choice(["int8", "int4"]),
    help="Train with weights rounded to 8 or 4 bits, as `thumbnet export` rounds them later.",
)
@click.option("--activation", type=click.Choice(ACTIVATION_CHOICES), default="relu")
@click.option(
    "--epochs",
    type=click.IntRange(1),
    help="Passes over the training rows; if not given, 30, or as many as 2,000 updates need.",
)
@click.option(
    "--patience",
    type=click.IntRange(0),
    help="Epochs without improvement after which training stops; the weights of the best are kept. "
    "If not given, a fifth of the epochs, at least 10; 0 to train to the end.",
)
@click.option(
    "--folds",
    type=click.IntRange(2, 100),
    help="Also train and test on so many folds of the data, and report the mean and the spread.",
)
@click.option("--batch-size", type=click.IntRange(1), default=32)
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adam")
@click.option("--learning-rate", type=float, help="If not given, the default of the optimizer.")
@click.option(
    "--scale",
    type=click.Choice(SCALES),
    help="How the model scales its inputs; if not given, images by their maximum, others standard.",
)
@click.option(
    "--test-size",
    type=click.FloatRange(0, 1, True, True),
    default=0.2,
    help="Share of the rows to hold out for testing.",
)
@click.option("--seed", type=click.IntRange(0), default=0)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="File for the state of training; beside the output if not given.",
)
@click.option("--resume", is_flag=True, help="Continue from the checkpoint.")
def command(
    console: Console,
    data: str,
    output: Path | None,
    label: str | None,
    task: CsvTask,
    hidden: tuple[int, ...] | None,
    conv: tuple[int, ...] | None,
    gru: int,
    lstm: int,
    quantize: str | None,
    activation: str,
    epochs: int | None,
    patience: int | None,
    folds: int | None,
    batch_size: int,
    optimizer: str,
    learning_rate: float | None,
    scale: str | None,
    test_size: float,
    seed: int,
    checkpoint: Path | None,
    resume: bool,
    table: TableOptions,
    windowing: Windowing,
    sounding: Sounding,
) -> None:
    """Train a network on a CSV, .npz or IDX file, on recordings, or on a data set by name.

    The label column decides whether the network predicts classes or numbers. The model takes raw
    units; it is saved with its labels, its scaling and some rows for `thumbnet export`. Ctrl-C
    keeps the last checkpoint. With --window, recordings are cut into windows, some recordings are
    held out for testing, and the exported module has a Stream.
    """
    if windowing.window is not None and task == "regression":
        raise click.UsageError(
            "--task regression is for rows of a CSV file, but windows of recordings have labels: "
            "leave out --task or --window"
        )
    others = replace(table, ignore=(), names=(), decimal=None)
    if windowing.window is not None and others != TableOptions():
        raise click.UsageError(
            "--missing, --na and --group are for rows of a CSV file: leave them out, or leave out "
            "--window"
        )
    sounding.refuse(windowing.window, label, scale, task != "auto", table != TableOptions())
    if gru and lstm:
        raise click.UsageError("--gru and --lstm: a network has one recurrent layer: leave out one")
    given = Given(hidden, conv, gru, lstm)
    given.check(windowing)
    output = output or Path(f"{Path(data).stem}.npz")
    state = checkpoint or output.with_suffix(".checkpoint.npz")
    check_paths(data, output, state, resume)
    train: Dataset
    test: Dataset
    search = None
    if sounding.sound is not None:
        hidden, conv = sound_layers(hidden, conv or (), gru or lstm)
        train, test = sounding.split(data, test_size, seed)
    elif windowing.window is None:
        train, test = load_split(
            data, label=label, test_size=test_size, seed=seed, task=task, options=table
        )
    else:
        recordings = windowing.recordings(data, label, table)
        base = TrainSettings(activation=activation, scale=scale, seed=seed)
        begun = state if resume else None
        picked = pick(console, windowing, given, recordings, base, test_size, begun)
        conv, gru, search = picked.conv, picked.gru, picked.search
        train, test = windowing.split(recordings, data, picked.features, test_size, seed)
    whole = bool(conv or gru or lstm)
    epochs = epochs or default_epochs(len(train), batch_size)
    hidden = default_hidden(train.x[0].size, whole) if hidden is None else hidden
    settings = TrainSettings(
        *(hidden, activation, scale, optimizer, learning_rate, epochs, batch_size, seed),
        *(windowing.vote, conv or (), gru, quantize, lstm, patience),
    )
    everything = train, test
    if folds is not None:
        check_folds(joined(train, test), folds)
    train, test = with_input_shape(train, settings), with_input_shape(test, settings)
    model = build(train, settings, name=output.stem)
    if search is not None:
        model.info["search"] = search
    for line in taken(train, test, data):
        console.say(line)
    for warning in suspicions(train, test):
        console.say(f"warning: {warning}", "yellow")
    console.say(model.summary())
    if search is None and isinstance(train, Windows):
        check_board(console, windowing, model, train)
    before = modified(state)
    try:
        with console.progress("epoch", epochs, every=max(1, epochs / 10)) as update:
            checkpoints = ModelCheckpoint(state)
            callbacks = [ShowEpochs(update), PaceCheckpoints(checkpoints), checkpoints]
            fit(model, train, test, settings, callbacks, state if resume else None)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(how_to_resume(state, resume, before)) from None
    simple = baselines(train, test)
    model.info["baselines"] = as_json(simple)
    model.save(output)  # what follows takes time, and may be interrupted
    spread = _spread(console, *everything, settings, folds, test_size, model)
    if spread is not None:
        model.info["spread"] = {"of": spread.what, "scores": list(spread.scores)}
        model.save(output)
    if checkpoint is None:
        state.unlink(missing_ok=True)
    report(console, model, train, test, output, simple, spread, windowing.board)


def _spread(
    console: Console,
    train: Dataset,
    test: Dataset,
    settings: TrainSettings,
    folds: int | None,
    test_size: float,
    model: Model,
) -> Spread | None:
    """Return how much the score varies, if it was asked for or the rows are few."""
    if folds is not None:
        with console.progress("fold", folds, every=1) as update:
            return over_folds(joined(train, test), folds, settings, update)
    first = model.info.get("accuracy", model.info.get("r_squared"))
    data = joined(train, test)
    # A search has told how much the score varies from one recording to another.
    few = is_few(data) and not isinstance(train, SoundExamples) and "search" not in model.info
    if not few or first is None:
        return None
    if work(train, settings) > MOST_REPEATED:
        return None
    return over_seeds(data, settings, test_size, first)
