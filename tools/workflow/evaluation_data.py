"""The rows that a saved model is calibrated and tested with: its own, or those of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thumbnet.export import float_task
from thumbnet.trainer import (
    RECORDING_SUFFIXES,
    Dataset,
    Model,
    SoundExamples,
    StreamSettings,
    ThumbnetError,
    TrainedSound,
    cut_as,
    examples_like,
    quoted,
    read_recordings,
    read_sounds,
)

from .settings import Array
from .what_it_takes import of_model


@dataclass(frozen=True)
class EvaluationData:
    """Rows in raw units, (rows, *input_shape).

    Attributes
    ----------
    calibration
        Representative inputs; none for a network of integers, which has its ranges.
    test_x, test_y
        Held-out rows, and their class indices, class names or numbers; None if there are none.
    note
        Why there are no answers though the file has labels; "" if there is nothing to say.

    """

    calibration: Array
    test_x: Array | None
    test_y: Array | None
    note: str = ""

    @property
    def chose_ranges(self) -> bool:
        """Whether the rows to test with also choose the ranges: then they are not held out."""
        rows, tested = self.calibration, self.test_x
        if tested is None or not len(rows):
            return False
        if tested is rows:
            return True
        # `thumbnet import --data` keeps the first rows of a file, which may be given again.
        some = {row.tobytes() for row in np.asarray(tested, np.float32).reshape(len(tested), -1)}
        flat = np.asarray(rows, np.float32).reshape(len(rows), -1)
        return all(row.tobytes() in some for row in flat)


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
        y, note = answers_by_name(rows), names_missing(network, path, data, rows)
        return EvaluationData(rows.x if own is None else own, rows.x, None if note else y, note)
    if own is None:
        raise ThumbnetError(
            f"{path} carries no rows to choose the range of each layer with: add --data FILE, "
            "with rows like those of its training"
        )
    return EvaluationData(own, samples.get("test_x"), samples.get("test_y"))


def names_missing(network: Model, path: Path, data: str, rows: Dataset) -> str:
    """Return a note if the labels of rows mean nothing to a network from elsewhere; else ""."""
    if network.labels is not None or rows.labels is None:
        return ""
    task = float_task(network)
    if task.has_classes and {*rows.labels} <= {*task.labels}:
        return ""
    if not task.has_classes and all(name.lstrip("-").isdecimal() for name in rows.labels):
        return ""
    return (
        f"{data} has the classes {quoted(rows.labels)}, but {path} has no names: no accuracy is "
        "measured; --names gives them, in the order of its outputs"
    )


def answers_by_name(rows: Dataset) -> Array | None:
    """Return the targets of rows, classes by name; None for rows without them."""
    if not rows.answered:
        return None
    # By name: another file may number its classes in another order.
    return rows.y if rows.labels is None else np.array(rows.labels)[rows.y]


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
    if place.is_dir() and network.info.get("sound") is not None:
        return _sounds(network, place)
    return of_model(network, path).rows(data, label)


def _sounds(network: Model, place: Path) -> SoundExamples:
    """Return the sounds of a folder as a network reads them that was trained on such."""
    sound = TrainedSound.from_config(network.info["sound"])
    found = read_sounds(place, sound.front_end.rate, fewest_labels=1)
    return examples_like(found, sound, tuple(network.labels or ()), place.resolve().stem)
