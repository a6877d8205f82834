"""What a network takes: enough to read rows or recordings for it, whatever file it is from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from thumbnet.export import Artifact
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import (
    TABLES,
    CsvTask,
    Dataset,
    Model,
    SoundStream,
    StreamSettings,
    TableColumns,
    ThumbnetError,
    TrainedSound,
    idx_pairs,
    load_dataset,
    quoted,
)

from .row_axes import check_axes


@dataclass(frozen=True)
class Takes:
    """What a network takes.

    Attributes
    ----------
    path
        The file that it is from.
    shape
        Of one example.
    names
        Of the inputs, if they are known.
    labels
        Names of the classes; () if it answers with numbers.
    table
        The columns that it was trained on, if it was a table.
    stream, sound
        How it takes recordings or sound, if it does; the second as it was trained, or as a module.

    """

    path: Path
    shape: tuple[int, ...]
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    table: TableColumns | None = None
    stream: StreamSettings | None = None
    sound: SoundStream | TrainedSound | None = None

    @property
    def inputs(self) -> int:
        """How many numbers it reads."""
        return math.prod(self.shape)

    def rows(self, data: str, label: str | None) -> Dataset:
        """Return a data set whose rows it can read; they may lack answers.

        Parameters
        ----------
        data, label
            See `load_dataset`.

        Raises
        ------
        ThumbnetError
            If the data cannot be read, or do not fit the network.

        """
        place = Path(data)
        if self.stream is None and _has_recordings(place):
            raise ThumbnetError(
                f"{data} is a folder of recordings, but {self.path} was not trained on windows: "
                "use a file of rows, or train a network with `thumbnet train --window`"
            )
        task: CsvTask = "auto"
        like = self.table if place.suffix.lower() in TABLES else None
        if like is not None:
            task = "classification" if self.labels else "regression"
        rows = load_dataset(data, label, task, like=like, inputs=self.inputs)
        values = math.prod(rows.x.shape[1:])
        if values != self.inputs:
            advice = "use rows like those that it was trained on"
            if self.stream is not None:
                names = quoted(self.stream.channels)
                advice = f"use recordings of {names}, as a CSV file or a folder of them"
            elif self.sound is not None:
                advice = "it takes sound, so name a WAV file or a folder of them"
            elif self.names:
                advice += f", {quoted(self.names)}"
            raise ThumbnetError(
                f"{data} has rows of {values} values, but {self.path} takes {self.inputs}: {advice}"
            )
        check_axes(rows, data, self.shape, self.path)
        return rows


def _has_recordings(place: Path) -> bool:
    return place.is_dir() and any(place.rglob("*.csv")) and not idx_pairs(place)


def of_model(model: Model, path: Path) -> Takes:
    """Return what a model of the trainer takes."""
    stream, table = model.info.get("stream"), model.info.get("table")
    sound = model.info.get("sound")
    spec = model.input_spec
    return Takes(
        path,
        tuple(model.require_built()),
        () if spec is None or spec.names is None else spec.names,
        tuple(model.labels or ()),
        None if table is None else TableColumns.from_config(table),
        None if stream is None else StreamSettings.from_config(stream),
        None if sound is None else TrainedSound.from_config(sound),
    )


def of_integers(network: IntegerNetwork, path: Path) -> Takes:
    """Return what a network of 8-bit integers takes, in the units of its training."""
    graph = network.graph
    levels = graph.nodes[0].output
    shape = graph.tensors[graph.input].shape
    for node in graph.nodes[1:]:
        if levels in node.inputs and "window" in node.attributes:
            shape = tuple(node.attributes["window"][:3])  # height, width, channels
            break
    (inputs,) = graph.tensors[graph.input].shape
    shape = shape if math.prod(shape) == inputs else (inputs,)
    return Takes(path, shape, (), network.task.labels)


def of_module(artifact: Artifact) -> Takes:
    """Return what a module takes."""
    graph, table = artifact.graph, artifact.table
    return Takes(
        artifact.path,
        graph.tensors[graph.input].shape,
        () if table is None else table.inputs,
        artifact.labels,
        table,
        graph.stream,
        graph.sound,
    )
