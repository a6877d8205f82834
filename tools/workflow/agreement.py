"""How often two networks give the same answer, and how often the right one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thumbnet.export import Task, encode_targets, float_task
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import Model, ThumbnetError

from .any_network import execute_levels, to_levels, varied_levels
from .settings import Array

Network = Model | IntegerNetwork


@dataclass(frozen=True)
class Agreement:
    """Two networks on the same rows; None for a figure that does not apply.

    Attributes
    ----------
    rows
        Number of rows.
    made
        Whether the rows were made, because there were no others.
    same
        Share of rows with the same class.
    sqnr
        For numbers: signal-to-noise ratio of the first against the second, in dB.
    accuracies
        Of both, if the classes of the rows are known.

    """

    rows: int
    made: bool
    same: float | None
    sqnr: float | None
    accuracies: tuple[float, float] | None


def made_readings(network: IntegerNetwork) -> Array:
    """Return rows in the units of the training: noise, and smooth ones."""
    spec = network.graph.tensors[network.graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    return np.asarray((varied_levels(network) - spec.zero_point) * spec.scale)


def agreement(
    first: tuple[Network, Path], second: tuple[Network, Path], x: Array, y: Array | None, made: bool
) -> Agreement:
    """Compare the answers of two networks.

    Parameters
    ----------
    first, second
        Networks, and the files that they are from.
    x
        Rows in the units of the training, (n, values).
    y
        Their classes, or None.
    made
        Whether the rows were made.

    Raises
    ------
    ThumbnetError
        If the networks take or give another number of values.

    """
    for network, path in (first, second):
        accepted = _inputs(network)
        if accepted != x[0].size:
            raise ThumbnetError(
                f"{path} takes {accepted:,} values, but the rows have {x[0].size:,}: compare "
                "networks of one task"
            )
    found = [_outputs(network, x) for network, _ in (first, second)]
    if found[0].shape != found[1].shape:
        raise ThumbnetError(
            f"{first[1]} has {found[0].shape[1]:,} outputs, but {second[1]} has "
            f"{found[1].shape[1]:,}: compare networks of one task"
        )
    task = _task(first[0])
    if not task.has_classes:
        noise = float(np.sum((found[0] - found[1]) ** 2))
        signal = float(np.sum(found[1] ** 2))
        sqnr = 10 * math.log10(signal / noise) if noise and signal else math.inf
        return Agreement(len(x), made, None, sqnr, None)
    classes = [
        _classes(outputs, network)
        for outputs, (network, _) in zip(found, (first, second), strict=True)
    ]
    accuracies = None
    if y is not None:
        truth = encode_targets(task, y, len(x))
        accuracies = (float(np.mean(classes[0] == truth)), float(np.mean(classes[1] == truth)))
    return Agreement(len(x), made, float(np.mean(classes[0] == classes[1])), None, accuracies)


def _inputs(network: Network) -> int:
    if isinstance(network, IntegerNetwork):
        return network.graph.tensors[network.graph.input].shape[0]
    return math.prod(network.require_built())


def _task(network: Network) -> Task:
    return network.task if isinstance(network, IntegerNetwork) else float_task(network)


def _outputs(network: Network, x: Array) -> Array:
    """Return the outputs in real units, (n, outputs)."""
    if isinstance(network, IntegerNetwork):
        scores = execute_levels(network, to_levels(network, x), "scores")
        return np.asarray(scores * network.graph.tensors["scores"].scale)
    rows = np.asarray(x).reshape(len(x), *network.require_built())
    return np.asarray(network.predict(rows), np.float64).reshape(len(x), -1)


def _classes(outputs: Array, network: Network) -> Array:
    if outputs.shape[1] > 1:
        return np.asarray(outputs.argmax(axis=1))
    one = network.task if isinstance(network, IntegerNetwork) else network
    return np.asarray(outputs[:, 0] >= one.threshold).astype(np.int64)
