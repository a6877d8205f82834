"""The rows that a saved model is calibrated and tested with: its own, or those of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thumbnet.trainer import RECORDING_SUFFIXES as SUFFIXES
from thumbnet.trainer import (
    Dataset,
    Model,
    StreamSettings,
    ThumbnetError,
    cut_as,
    idx_pairs,
    load_dataset,
    read_recordings,
)
from thumbnet.trainer import quoted as listing

from .recipe import Array


@dataclass(frozen=True)
class Rows:
    """Rows in raw units. test_x and test_y (class indices, names or numbers) may be missing."""

    calibration: Array
    test_x: Array | None
    test_y: Array | None


def calibration_and_test(network: Model, path: Path, data: str | None, label: str | None) -> Rows:
    """Return the rows that the model at `path` carries, and those of `data` to test with if given.

    They calibrate it, too, where it carries none to do so.

    Raises:
        ThumbnetError: it carries none and no data is given, or the data do not fit the network.
    """
    samples = network.samples
    own = samples.get("calibration")
    if data is not None:
        rows = examples(network, path, data, label)
        # By name: another file may number its classes in another order.
        y = rows.y if rows.labels is None else np.array(rows.labels)[rows.y]
        return Rows(rows.x if own is None else own, rows.x, y)
    if own is None:
        raise ThumbnetError(
            f"{path} carries no rows to calibrate with: give some with --data FILE, or train it "
            "with `thumbnet train`"
        )
    return Rows(own, samples.get("test_x"), samples.get("test_y"))


def examples(network: Model, path: Path, data: str, label: str | None) -> Dataset:
    """Return the data set `data` as the model at `path` reads it: recordings cut into windows.

    They are cut as the model's own were, and as its board does it, since nothing else fits.

    Raises:
        ThumbnetError: it cannot be read, or does not fit the network.
    """
    place = Path(data)
    config = network.info.get("stream")
    settings = None if config is None else StreamSettings.from_config(config)
    if settings is not None and (place.is_dir() or place.suffix.lower() in SUFFIXES):
        recordings = read_recordings(place, label, fewest_labels=1, default_rate=settings.rate)
        return cut_as(recordings, settings, network.labels).named(place.resolve().stem)
    if settings is None and _is_recordings(place):
        raise ThumbnetError(
            f"{data}: a folder of recordings, but {path} was not trained on windows: give a file "
            "of rows, or train one with `thumbnet train --window`"
        )
    rows = load_dataset(data, label=label)
    numbers, taken = math.prod(rows.x.shape[1:]), math.prod(network.require_built())
    if numbers != taken:
        spec = network.input_spec
        mend = "give rows of what it was trained on"
        if settings is not None:
            mend = (
                f"give recordings of {listing(settings.channels)}, a CSV file or a folder of them"
            )
        elif spec is not None and spec.names is not None:
            mend += f", {listing(spec.names)}"
        raise ThumbnetError(f"{data}: rows of {numbers} values, {path} takes {taken}: {mend}")
    return rows


def _is_recordings(place: Path) -> bool:
    return place.is_dir() and any(place.rglob("*.csv")) and not idx_pairs(place)
