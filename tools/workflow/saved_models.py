"""Models from files, for verbs that export or evaluate them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from thumbnet.trainer import LARGEST, Model, ThumbnetError

from .settings import Array

ROWS = ("calibration", "test_x")
"""Samples that are rows of inputs; `test_y` has the answers to `test_x`."""


def check_finished(model: Model, path: Path) -> Model:
    """Return a model if it is finished and its rows fit it.

    Parameters
    ----------
    model, path
        A model, and the file that it is from.

    Raises
    ------
    ThumbnetError
        If it is the checkpoint of a regression, whose outputs are not in real units, or carries
        rows that are no inputs of the network.

    """
    if "target_scale" in model.info:
        raise ThumbnetError(
            f"{path} is the checkpoint of an unfinished training: finish it by running the "
            "`thumbnet train` command that started it with --resume"
        )
    for name in ROWS:
        if name in model.samples:
            _check_rows(model, path, name, model.samples[name])
    truth, x = model.samples.get("test_y"), model.samples.get("test_x")
    if truth is not None and (x is None or not _are_answers(truth, len(x))):
        raise ThumbnetError(f"{path}: its test_y are not the answers to its test_x: train again")
    return model


def _check_rows(model: Model, path: Path, name: str, rows: Array) -> None:
    size = math.prod(model.require_built())
    if rows.ndim < 2 or math.prod(rows.shape[1:]) != size or not len(rows):
        raise ThumbnetError(
            f"{path}: its {name} have shape {rows.shape}, the network takes rows of {size} "
            "numbers: train again"
        )
    if rows.dtype.kind not in "biuf" or not np.all(np.abs(rows.astype(np.float64)) <= LARGEST):
        raise ThumbnetError(
            f"{path}: its {name} hold text, NaN, infinity or numbers above {LARGEST:g}: train again"
        )


def _are_answers(truth: Array, count: int) -> bool:
    """Whether there is a name or a finite number, or a row of them, for each example."""
    if truth.ndim not in (1, 2) or len(truth) != count or truth.dtype.kind not in "biufUS":
        return False
    return truth.dtype.kind in "US" or bool(np.all(np.abs(truth.astype(np.float64)) <= LARGEST))
