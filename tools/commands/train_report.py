"""What `thumbnet train` says of the network that it trained."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np

from thumbnet.export import trained_bits
from thumbnet.trainer import Dataset, Model, Windows, is_uneven

from ..terminal.console import Console


def _nothing_learned(model: Model, train: Dataset, test: Dataset) -> str:
    """Return a warning if all rows get the same answer, though they should not; "" otherwise."""
    answers = model.predict(test.x)
    if len(np.unique(test.y)) < 2 or np.any(np.ptp(answers, axis=0) > 1e-6 * np.abs(answers[0])):
        return ""
    reason = "try a tenth of the learning rate, --activation leaky_relu, or to leave out --scale"
    if not np.ptp(train.x, axis=0).any():
        reason = "no feature varies in the rows to train"
    return f"every held-out row gets the same answer, so nothing was learned: {reason}"


def report(console: Console, model: Model, train: Dataset, test: Dataset, output: Path) -> None:
    """Print how good a network is, and what to do next."""
    info = model.info
    if nothing := _nothing_learned(model, train, test):
        console.say(nothing, "yellow")
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
