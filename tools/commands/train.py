"""`thumbnet train`: from a file to a trained network."""

from __future__ import annotations

import math
import re
import shlex
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from thumbnet.export.stages.pipeline import trained_bits
from thumbnet.trainer import (
    Callback,
    Dataset,
    Model,
    ModelCheckpoint,
    Task,
    ThumbnetError,
    Windows,
    is_uneven,
    load_split,
    time_column,
)

from ..architecture import shaped
from ..console import Console, Update
from ..recipe import ACTIVATIONS, OPTIMIZERS, SCALES, Recipe, build, enough_epochs, fit
from .options import verb
from .windowing import Windowing, window_options

CHECKPOINT_SECONDS = 0.5


class Sizes(click.ParamType[tuple[int, ...]]):
    """Units or filters of layers: 16,8; 0 for none."""

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


class Progress(Callback):
    """Shows each epoch."""

    def __init__(self, update: Update) -> None:
        self.update = update

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Loss, and accuracy where there is one."""
        words = [f"loss {logs['loss']:.4f}"]
        if "val_accuracy" in logs:
            words += [f"accuracy {logs['accuracy']:.2%}", f"held out {logs['val_accuracy']:.2%}"]
        elif "val_loss" in logs:
            words.append(f"held out {logs['val_loss']:.4f}")
        self.update(epoch + 1, "  ".join(words))


class Pace(Callback):
    """Has a checkpoint written about once in half a second, not in each of many short epochs."""

    def __init__(self, checkpoint: ModelCheckpoint) -> None:
        self.checkpoint = checkpoint
        self.started = 0.0

    def on_epoch_begin(self, epoch: int) -> None:
        """Look at the clock."""
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Choose how many epochs go between two checkpoints."""
        spent = time.perf_counter() - self.started
        self.checkpoint.every = max(1, math.ceil(CHECKPOINT_SECONDS / max(spent, 1e-6)))


@verb("thumbnet train gestures.csv -o gestures.npz --hidden 16,8")
@click.argument("data", metavar="FILE|FOLDER|digits|mnist")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Model file (.npz).")
@click.option(
    "--label", metavar="COLUMN", help="Label column of a CSV file; the last if not given."
)
@window_options
@click.option(
    "--task",
    type=click.Choice(["auto", "classification", "regression"]),
    default="auto",
    help="What the label column of a CSV file is for; auto decides by its values.",
)
@click.option(
    "--hidden",
    type=Sizes("sizes like 16,8 (0 for no hidden layer)"),
    default="16",
    help="Units of the hidden layers, 0 for none.",
)
@click.option(
    "--conv",
    type=Sizes("filters like 8,16 (0 for no convolution)"),
    default="0",
    help="Filters of convolutions before the hidden layers, such as 8,16: for pictures and for "
    "windows; 0 for none.",
)
@click.option(
    "--gru",
    type=click.IntRange(0),
    default=0,
    help="Units of a recurrent layer before the hidden layers: for windows; 0 for none.",
)
@click.option(
    "--quantize",
    type=click.Choice(["int8", "int4"]),
    help="Train for the rounding of weights to 8 or 4 bits, which `thumbnet export` then makes.",
)
@click.option("--activation", type=click.Choice(ACTIVATIONS), default="relu")
@click.option(
    "--epochs", type=click.IntRange(1), help="If not given, 30, or more for 2,000 updates."
)
@click.option("--batch-size", type=click.IntRange(1), default=32)
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adam")
@click.option("--learning-rate", type=float, help="If not given, the optimizer's own.")
@click.option(
    "--scale",
    type=click.Choice(SCALES),
    help="How inputs are scaled, inside the model: pictures by their maximum, others standard.",
)
@click.option("--test-size", type=click.FloatRange(0, 1, True, True), default=0.2)
@click.option("--seed", type=click.IntRange(0), default=0)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="Where the state of training is kept; beside the output if not given.",
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint.")
def command(
    console: Console,
    data: str,
    output: Path | None,
    label: str | None,
    task: Task,
    hidden: tuple[int, ...],
    conv: tuple[int, ...],
    gru: int,
    quantize: str | None,
    activation: str,
    epochs: int | None,
    batch_size: int,
    optimizer: str,
    learning_rate: float | None,
    scale: str | None,
    test_size: float,
    seed: int,
    checkpoint: Path | None,
    resume: bool,
    windowing: Windowing,
) -> None:
    """Train a network on a CSV, .npz or IDX file, on recordings, or on a data set by name.

    Classes or numbers to predict: the label column decides. The model takes raw units; it is saved
    with its labels, scaling, and some rows for `thumbnet export`. Ctrl-C keeps
    the last checkpoint, from some epochs ago at most. With --window, recordings are cut into
    windows, those of some recordings held out, and the exported module has a Stream.
    """
    if windowing.window is not None and task == "regression":
        raise click.UsageError(
            "--task regression is for rows of a CSV file: windows of recordings have labels, "
            "leave it or --window out"
        )
    output = output or Path(f"{Path(data).stem}.npz")
    state = checkpoint or output.with_suffix(".checkpoint.npz")
    _check_places(data, output, state, resume)
    train: Dataset
    test: Dataset
    if windowing.window is None:
        train, test = load_split(data, label=label, test_size=test_size, seed=seed, task=task)
    else:
        train, test = windowing.split(data, label, test_size, seed, whole=bool(conv or gru))
    epochs = epochs or enough_epochs(len(train), batch_size)
    recipe = Recipe(
        *(hidden, activation, scale, optimizer, learning_rate, epochs, batch_size, seed),
        *(windowing.vote, conv, gru, quantize),
    )
    train, test = shaped(train, recipe), shaped(test, recipe)
    model = build(train, recipe, name=output.stem)
    console.say(f"{train.name or data}: {_counted(train)} to train, {_counted(test)} held out")
    _warn_of_times(console, train, windowing.window is not None)
    console.say(model.summary())
    before = _written(state)
    try:
        with console.progress("epoch", epochs, every=max(1, epochs / 10)) as update:
            keeper = ModelCheckpoint(state)
            watch = [Progress(update), Pace(keeper), keeper]
            fit(model, train, test, recipe, watch, state if resume else None)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_resume(state, resume, before)) from None
    model.save(output)
    if checkpoint is None:
        state.unlink(missing_ok=True)
    _report(console, model, train, test, output)


def _warn_of_times(console: Console, train: Dataset, windowed: bool) -> None:
    """Rows of one sample each: when it was taken is no feature of it."""
    names = train.input_spec.names if train.input_spec is not None else None
    at = None if windowed or names is None else time_column(names)
    if at is not None and names is not None:
        console.say(
            f"the column {names[at]!r} looks like a time, and is learned as a feature: leave it "
            "out, or cut recordings into windows with --window",
            "yellow",
        )


def _counted(data: Dataset) -> str:
    if isinstance(data, Windows):
        return f"{len(data):,} windows of {len(set(data.recording.tolist())):,} recordings"
    return f"{len(data):,} rows"


def _check_places(data: str, output: Path, state: Path, resume: bool) -> None:
    if output.suffix != ".npz":
        raise ThumbnetError(f"-o {output}: a model is saved as .npz, name it {output.stem}.npz")
    for option, path in (("-o", output), ("--checkpoint", state)):
        _check_place(option, path)
        if path.exists() and Path(data).exists() and path.samefile(data):
            raise ThumbnetError(
                f"{option} {path} is the data itself: give the model another name with {option}"
            )
    if resume and not state.exists():
        raise ThumbnetError(f"no checkpoint {state} to resume from: train without --resume")


def _check_place(option: str, path: Path) -> None:
    """Refuse a place that cannot be written, before a long training rather than after it."""
    if not path.parent.is_dir():
        raise ThumbnetError(f"{option} {path}: there is no folder {path.parent}: make it first")
    if path.is_dir():
        raise ThumbnetError(f"{option} {path}: is a folder: give the name of a file in it")
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent):
            pass
    except OSError as error:
        raise ThumbnetError(
            f"{option} {path}: cannot be written: {error.strerror}: choose another folder"
        ) from None


def _balanced(info: dict[str, Any], train: Dataset, test: Dataset) -> str:
    """Say the balanced accuracy where some classes have many more rows than others.

    In training too: what is rare there is learned badly, whatever was held out.
    """
    for data, where in ((test, ""), (train, " to train")):
        counts = np.bincount(data.y, minlength=len(data.labels or ()))
        if is_uneven(counts):
            return (
                f", balanced {info['balanced_accuracy']:.2%} (the mean over the classes, which "
                f"have from {counts.min():,} to {counts.max():,}{where})"
            )
    return ""


def _written(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _how_to_resume(state: Path, resume: bool, before: int | None) -> str:
    if not resume and _written(state) == before:
        return "there was no checkpoint yet, nothing is kept"
    arguments = [a for a in click.get_current_context().find_root().obj if a != "--resume"]
    line = shlex.join(["thumbnet", *arguments, "--resume"])
    return f"the last checkpoint is kept, go on with `{line}`"


def _report(console: Console, model: Model, train: Dataset, test: Dataset, output: Path) -> None:
    info = model.info
    if "accuracy" in info:
        what = "windows" if isinstance(test, Windows) else "rows"
        console.say(
            f"accuracy on the held-out {what}: {info['accuracy']:.2%}{_balanced(info, train, test)}"
        )
    else:
        console.say(f"mean absolute error on the held-out rows: {info['mean_absolute_error']:.4g}")
        if info["r_squared"] is not None:
            console.say(f"R squared: {info['r_squared']:.4f}")
    width = f", for weights of {trained_bits(model)} bits" if model.quantized else ""
    console.say(
        f"saved {output}{width}; next: thumbnet export {shlex.quote(str(output))} -o build/"
    )
    console.result({"model": str(output), "parameters": model.count_params(), **info})
