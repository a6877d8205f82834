"""The answers of any network on the PC: floats of a model, integers of all others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from thumbnet.export import (
    Answers,
    Artifact,
    Graph,
    Refusal,
    answers_of,
    float_task,
    load_artifact,
)
from thumbnet.importers import FORMATS, IntegerNetwork
from thumbnet.trainer import Model, ThumbnetError

from .any_network import load_network, to_levels
from .class_names import named_network
from .settings import Array
from .what_it_takes import Takes, of_integers, of_model, of_module

MODULES = (".py", ".mpy", ".hex", ".json")

Q15 = 32768

CURVES = ("softmax", "sigmoid")
"""Last activations whose outputs are probabilities."""

HEARD = ("not heard", "heard")
"""The classes of a network with the probability of one word."""


@dataclass(frozen=True)
class Answer:
    """What a network answers to one row.

    Attributes
    ----------
    index
        The class; None for numbers.
    numbers
        In real units, or levels of pixels; () for a class.
    odds
        The probability of each class; () if the network has none.
    scores
        The integers of a module; () for floats.
    refused
        Why there is no answer: the board takes no such row.

    """

    index: int | None = None
    numbers: tuple[float, ...] = ()
    odds: tuple[float, ...] = ()
    scores: tuple[int, ...] = ()
    refused: Refusal | None = None


class Network(Protocol):
    """A network that answers."""

    takes: Takes
    labels: tuple[str, ...]
    what: str
    """Which numbers these are, in words."""

    def answer(self, x: Array) -> list[Answer]:
        """Return the answers to rows (n, values); those of a network with states go on."""


@dataclass
class Integers:
    """The integers of a graph, equal to those of a board."""

    graph: Graph
    takes: Takes
    labels: tuple[str, ...]
    what: str
    network: IntegerNetwork | None = None
    _held: dict[str, Array] = field(default_factory=dict)

    def answer(self, x: Array) -> list[Answer]:
        """Return the answers to rows."""
        rows = np.asarray(x, np.float64).reshape(len(x), -1)
        if self.network is not None:
            rows = to_levels(self.network, rows)
        made = answers_of(self.graph, rows, self._held)
        refused = {one.row: one for one in made.refused}
        found = _each(made)
        return [
            Answer(refused=refused[k]) if k in refused else next(found) for k in range(len(rows))
        ]


def _each(made: Answers) -> Iterator[Answer]:
    scores, shares = made.scores.tolist(), made.probabilities
    found = made.prediction.reshape(len(scores), math.prod(made.prediction.shape[1:])).tolist()
    odds = [()] * len(scores) if shares is None else (shares / Q15).tolist()
    for each, one, share in zip(scores, found, odds, strict=True):
        answer = Answer(odds=tuple(share), scores=tuple(each))
        if made.classes:
            yield replace(answer, index=int(one[0]))
        else:
            yield replace(answer, numbers=tuple(one))


@dataclass
class Floats:
    """The floats of a model, as they were trained."""

    model: Model
    takes: Takes
    labels: tuple[str, ...]
    what: str = "floats, as trained"

    def answer(self, x: Array) -> list[Answer]:
        """Return the answers to rows."""
        rows = np.asarray(x, np.float32).reshape(len(x), *self.takes.shape)
        outputs = np.asarray(self.model.predict(rows), np.float64).reshape(len(x), -1)
        if not self.labels:
            return [Answer(numbers=tuple(one)) for one in outputs.tolist()]
        odds: list[list[float]] = [[]] * len(x)
        one = outputs.shape[1] == 1
        if self.model.output_activation in CURVES:
            odds = (np.concatenate([1 - outputs, outputs], axis=1) if one else outputs).tolist()
        index = (outputs[:, 0] >= self.model.threshold) if one else outputs.argmax(axis=1)
        return [
            Answer(int(k), odds=tuple(share)) for k, share in zip(index.tolist(), odds, strict=True)
        ]


def load_answering(path: Path, names: str | None, task: str | None) -> Network:
    """Load a network to answer with.

    Parameters
    ----------
    path
        A module, the `.npz` of a network, or a file of another framework.
    names, task
        What a network from elsewhere answers with; see `named_network`.

    Raises
    ------
    ThumbnetError
        If it cannot be read.

    """
    if path.suffix.lower() in MODULES:
        artifact = load_artifact(path)
        if names is not None or task is not None:
            raise ThumbnetError(
                f"{path}: a module has its classes: leave out --names and --task, or export it "
                "with them"
            )
        return of_artifact(artifact)
    if path.suffix.lower() not in (".npz", *FORMATS):
        raise ThumbnetError(
            f"{path}: name a network (.npz, {', '.join(FORMATS)}) or a module that "
            "`thumbnet export` wrote"
        )
    network = named_network(load_network(path), path, names, task)
    if isinstance(network, IntegerNetwork):
        return Integers(
            network.graph,
            of_integers(network, path),
            network.task.labels,
            f"integers of the {network.source}",
            network,
        )
    labels = float_task(network).labels
    if labels and len(network.output_shape) != 1:
        raise ThumbnetError(
            f"{path}: its output has shape {network.output_shape}, but a class is for a row of "
            "numbers: let it end with a Flatten and a Dense layer"
        )
    return Floats(network, of_model(network, path), labels)


def of_artifact(artifact: Artifact) -> Network:
    """Return a module's network: its integers are those that the board computes."""
    labels = artifact.labels
    if artifact.graph.sound is not None and not labels:
        labels = HEARD
    return Integers(artifact.graph, of_module(artifact), labels, "integers, as on the board")
