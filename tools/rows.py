"""The rows that a saved model is calibrated and tested with: its own, or those of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thumbnet.trainer import Model, ThumbnetError, load_dataset

from .recipe import Array


@dataclass(frozen=True)
class Rows:
    """Rows in raw units. test_x and test_y (class indices, names or numbers) may be missing."""

    calibration: Array
    test_x: Array | None
    test_y: Array | None


def calibration_and_test(network: Model, path: Path, data: str | None, label: str | None) -> Rows:
    """Return the rows that the model at `path` carries, or those of the data set `data`.

    Raises:
        ThumbnetError: it carries none and no data is given.
    """
    if data is not None:
        rows = load_dataset(data, label=label)
        # By name: another file may number its classes in another order.
        y = rows.y if rows.labels is None else np.array(rows.labels)[rows.y]
        return Rows(rows.x, rows.x, y)
    samples = network.samples
    if "calibration" not in samples:
        raise ThumbnetError(
            f"{path} carries no rows to calibrate with: give some with --data FILE, or train it "
            "with `thumbnet train`"
        )
    return Rows(samples["calibration"], samples.get("test_x"), samples.get("test_y"))
