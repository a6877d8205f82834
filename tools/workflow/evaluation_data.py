"""The rows that a saved model is calibrated and tested with: its own, or those of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thumbnet.trainer import (
    RECORDING_SUFFIXES,
    TABLES,
    CsvTask,
    Dataset,
    Model,
    StreamSettings,
    TableColumns,
    ThumbnetError,
    cut_as,
    idx_pairs,
    load_dataset,
    quoted,
    read_recordings,
)

from .row_axes import check_axes
from .settings import Array


@dataclass(frozen=True)
class EvaluationData:
    """Rows in raw units, (rows, *input_shape).

    Attributes
    ----------
    calibration
        Representative inputs; none for a network of integers, which has its ranges.
    test_x, test_y
        Held-out rows, and their class indices, class names or numbers; None if there are none.

    """

    calibration: Array
    test_x: Array | None
    test_y: Array | None


def evaluation_data(
    network: Model, path: Path, data: str | None, label: str | None
) -> EvaluationData:
    """Return the rows that a model carries, or those of `data` to test with.

    The rows of `data` also calibrate a model that carries no calibration rows.

    Parameters
    ----------
    network, path
        A model, and the file that it is from.
    data
        A file, a folder or the name of a data set; None for the model's own rows.
    label
        Label column of a CSV file.

    Raises
    ------
    ThumbnetError
        If there are no rows, or the data do not fit the network.

    """
    samples = network.samples
    own = samples.get("calibration")
    if data is not None:
        rows = load_examples(network, path, data, label)
        # By name: another file may number its classes in another order.
        y = rows.y if rows.labels is None else np.array(rows.labels)[rows.y]
        return EvaluationData(rows.x if own is None else own, rows.x, y)
    if own is None:
        raise ThumbnetError(
            f"{path} carries no rows to choose the range of each layer with: add --data FILE, "
            "with rows like those of its training"
        )
    return EvaluationData(own, samples.get("test_x"), samples.get("test_y"))


def load_examples(network: Model, path: Path, data: str, label: str | None) -> Dataset:
    """Return a data set as a model reads it.

    Recordings are cut into windows like those that the model was trained on, as its board does.

    Parameters
    ----------
    network, path, data, label
        See `evaluation_data`.

    Raises
    ------
    ThumbnetError
        If the data cannot be read, or do not fit the network.

    """
    place = Path(data)
    config = network.info.get("stream")
    settings = None if config is None else StreamSettings.from_config(config)
    if settings is not None and (place.is_dir() or place.suffix.lower() in RECORDING_SUFFIXES):
        recordings = read_recordings(
            *(place, label),
            fewest_labels=1,
            default_rate=settings.rate,
            channels=settings.channels,
        )
        windows = cut_as(recordings, settings, network.labels)
        return windows.named(place.resolve().stem)
    if settings is None and _has_recordings(place):
        raise ThumbnetError(
            f"{data} is a folder of recordings, but {path} was not trained on windows: use a file "
            "of rows, or train a network with `thumbnet train --window`"
        )
    about = network.info.get("table")
    like = None if about is None else TableColumns.from_config(about)
    task: CsvTask = "auto"
    if like is not None and place.suffix.lower() in TABLES:
        task = "regression" if network.labels is None else "classification"
    else:
        like = None
    rows = load_dataset(data, label, task, like=like)
    values, accepted = math.prod(rows.x.shape[1:]), math.prod(network.require_built())
    if values != accepted:
        spec = network.input_spec
        advice = "use rows like those that it was trained on"
        if settings is not None:
            names = quoted(settings.channels)
            advice = f"use recordings of {names}, as a CSV file or a folder of them"
        elif spec is not None and spec.names is not None:
            advice += f", {quoted(spec.names)}"
        raise ThumbnetError(
            f"{data} has rows of {values} values, but {path} takes {accepted}: {advice}"
        )
    check_axes(rows, data, network.require_built(), path)
    return rows


def _has_recordings(place: Path) -> bool:
    return place.is_dir() and any(place.rglob("*.csv")) and not idx_pairs(place)
