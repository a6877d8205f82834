"""What `thumbnet train` says of the network that it trained."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np

from thumbnet.export import trained_bits
from thumbnet.trainer import Dataset, Model, Windows, is_uneven

from ..terminal.console import Console
from ..workflow.baseline import Baseline, compared, losses_of
from ..workflow.cross_validation import Spread
from ..workflow.settings import Array


def _nothing_learned(model: Model, train: Dataset, test: Dataset) -> str:
    """Return a warning if all rows get the same answer, though they should not; "" otherwise."""
    answers = model.predict(test.x)
    if len(np.unique(test.y)) < 2 or np.any(np.ptp(answers, axis=0) > 1e-6 * np.abs(answers[0])):
        return ""
    reason = "try a tenth of the learning rate, --activation leaky_relu, or to leave out --scale"
    if not np.ptp(train.x, axis=0).any():
        reason = "no feature varies in the rows to train"
    return f"every held-out row gets the same answer, so nothing was learned: {reason}"


def report(
    console: Console,
    model: Model,
    train: Dataset,
    test: Dataset,
    output: Path,
    simple: list[Baseline],
    spread: Spread | None,
    board: str | None,
) -> None:
    """Print how good a network is, and what to do next; with the board that it was trained for."""
    info = model.info
    if nothing := _nothing_learned(model, train, test):
        console.say(nothing, "yellow")
    if "best_epoch" in info:
        console.say(
            f"kept the weights of epoch {info['best_epoch']} of {info['epochs']}, the best on "
            f"{info['validation_rows']:,} rows spared from training (--patience 0 goes to the end)"
        )
    if "accuracy" in info:
        what = "windows" if isinstance(test, Windows) else "rows"
        console.say(
            f"accuracy on {len(test):,} held-out {what}: {info['accuracy']:.2%}"
            f"{_balanced(info, train, test)}"
        )
    else:
        error = f"{info['mean_absolute_error']:.4g}"
        console.say(f"mean absolute error on {len(test):,} held-out rows: {error}")
        if info["r_squared"] is not None:
            console.say(f"R squared on {len(test):,} held-out rows: {info['r_squared']:.4f}")
        for name, each in zip(_targets(train), info.get("each_r_squared", ()), strict=False):
            console.say(f"  {name}: {'it never varies' if each is None else f'{each:.4f}'}")
    form = ".2%" if "accuracy" in info else ".4f"
    told = ", ".join(f"{one.name} {one.score:{form}}" for one in simple)
    console.say(f"on the same rows: {told}")
    raw = isinstance(train, Windows) and train.stream.is_raw
    options = "--features raw --hidden 0" if raw else "--hidden 0"
    is_linear = sum(layer.count_params() > 0 for layer in model.layers) == 1
    if not nothing and (
        warning := compared(_losses(model, test), simple, None if is_linear else options)
    ):
        console.say(warning, "yellow")
    if spread is not None and spread.scores:
        low, high = min(spread.scores), max(spread.scores)
        console.say(
            f"over {spread.what}: mean {spread.mean:{form}}, standard deviation "
            f"{spread.deviation:{form}}, from {low:{form}} to {high:{form}}"
        )
    width = f", for weights of {trained_bits(model)} bits" if model.quantized else ""
    if board is not None:
        option = f" --board {shlex.quote(board)}"
    else:  # bytecode, which any board runs, is too slow for sound
        option = " --board BOARD" if "sound" in info else ""
    console.say(
        f"saved {output}{width}; next: thumbnet export {shlex.quote(str(output))}{option} -o build/"
    )
    console.result({"model": str(output), "parameters": model.count_params(), **info})


def _balanced(info: dict[str, Any], train: Dataset, test: Dataset) -> str:
    """Return the balanced accuracy in words if classes are imbalanced, in training or testing.

    Classes that are rare in training are learned badly, whatever was held out.
    """
    for data, where in ((test, ""), (train, " in training")):
        counts = np.bincount(data.y, minlength=len(data.labels or ()))
        if is_uneven(counts):
            return (
                f", balanced {info['balanced_accuracy']:.2%} (the mean over the classes, which "
                f"have {counts.min():,} to {counts.max():,} rows{where})"
            )
    return ""


def _targets(train: Dataset) -> tuple[str, ...]:
    return train.table.label if train.table is not None else ()


def _losses(model: Model, test: Dataset) -> Array:
    answers = model.predict_classes(test.x) if test.is_classification else model.predict(test.x)
    return losses_of(test, answers)
