"""A network from any file: one that thumbnet trained, or one that was trained elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thumbnet.importers import FORMATS, IntegerNetwork, integer_network_of, read
from thumbnet.trainer import Model, ThumbnetError, load_dataset, read_archive, restore_model

from .saved_models import check_finished
from .settings import Array

VECTORS = 300
"""Rows to prove a network with that came without any."""

MOST_LEVELS = 2**24
"""Numbers in all of these rows."""


def load_network(path: Path) -> Model | IntegerNetwork:
    """Load a network.

    Parameters
    ----------
    path
        The `.npz` of `thumbnet train` or `thumbnet import`, or a file of another framework.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or the network in it is not supported.

    """
    if path.suffix.lower() in FORMATS:
        return read(path)
    archive = read_archive(path)
    found = integer_network_of(path, archive[0])
    return found or check_finished(restore_model(path, archive), path)


def load_model_of(path: Path, purpose: str) -> Model:
    """Load a network with float weights.

    Parameters
    ----------
    path
        The file.
    purpose
        What needs the weights, for the message: "compare".

    Raises
    ------
    ThumbnetError
        If the network is one of integers.

    """
    network = load_network(path)
    if isinstance(network, IntegerNetwork):
        raise ThumbnetError(
            f"{path} is a network of 8-bit integers: `thumbnet {purpose}` needs float weights: "
            "import the float network instead"
        )
    return network


def load_levels(network: IntegerNetwork, data: str, label: str | None) -> tuple[Array, Array]:
    """Return rows as the levels that an 8-bit network reads, and their targets.

    Parameters
    ----------
    network
        The network.
    data, label
        See `load_dataset`. The rows are in the units of the network's training.

    Raises
    ------
    ThumbnetError
        If the data cannot be read, or their rows do not fit the network.

    """
    rows = load_dataset(data, label=label)
    x = rows.x.reshape(len(rows.x), -1)
    (accepted,) = network.graph.tensors[network.graph.input].shape
    if x.shape[1] != accepted:
        raise ThumbnetError(
            f"{data} has rows of {x.shape[1]} values, but {network.graph.name} takes {accepted}: "
            "use rows like those that it was trained on"
        )
    names = rows.labels
    if names is not None and {*names} <= {*network.task.labels}:
        return to_levels(network, x), np.array(names)[rows.y]
    return to_levels(network, x), rows.y


def to_levels(network: IntegerNetwork, x: Array) -> Array:
    """Return readings in the units of the training as levels from 0 to 255."""
    spec = network.graph.tensors[network.graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    levels = np.rint(np.asarray(x, np.float32) / np.float32(spec.scale)) + spec.zero_point
    return np.asarray(np.clip(levels, 0, 255))


def varied_levels(network: IntegerNetwork, rows: int = VECTORS) -> Array:
    """Return rows of levels to test with: noise, and smooth rows of any brightness.

    Parameters
    ----------
    network
        The network.
    rows
        How many; fewer if the network reads many numbers.

    Returns
    -------
    numpy.ndarray
        (n, inputs), the same ones each time.

    """
    (inputs,) = network.graph.tensors[network.graph.input].shape
    count = max(4, min(rows, MOST_LEVELS // inputs))
    random = np.random.default_rng(inputs)
    noise = random.integers(0, 256, (count, inputs))
    steps = random.normal(0, 1, (count, inputs)) * random.uniform(0.1, 30, (count, 1))
    smooth = random.integers(0, 256, (count, 1)) + np.cumsum(steps, axis=1) / 4
    return np.where(np.arange(count)[:, None] % 2, noise, np.clip(np.rint(smooth), 0, 255))


def refuse_options(path: Path, options: Mapping[str, object]) -> None:
    """Raise ThumbnetError if an option is given that a network of integers has no use for."""
    for option, value in options.items():
        if value is not None:
            raise ThumbnetError(
                f"{option} has no meaning for {path}: its integers are exported as they are: leave "
                "it out, or import the float network"
            )
