"""A network from any file: one that thumbnet trained, or one that was trained elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thumbnet.export import convert_graph, load_board
from thumbnet.importers import FORMATS, IntegerNetwork, integer_network_of, read
from thumbnet.trainer import (
    Dataset,
    Model,
    ThumbnetError,
    quoted,
    read_archive,
    restore_model,
)

from .saved_models import check_finished
from .settings import Array
from .what_it_takes import of_integers

VECTORS = 300
"""Rows to prove a network with that came without any."""

AT_ONCE = 100
"""Rows that are executed at once."""

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


def load_rows(
    network: IntegerNetwork, path: Path, data: str, label: str | None
) -> tuple[Array, Array | None]:
    """Return rows in the units of a network's training, (n, values), and their targets, if any.

    Parameters
    ----------
    network, path
        The network, and the file that it is from.
    data, label
        See `load_dataset`.

    Raises
    ------
    ThumbnetError
        If the data cannot be read, or do not fit the network.

    """
    rows = of_integers(network, path).rows(data, label)
    x = rows.x.reshape(len(rows.x), -1)
    return x, _targets(network, path, data, rows) if rows.answered else None


def load_levels(
    network: IntegerNetwork, path: Path, data: str, label: str | None
) -> tuple[Array, Array | None]:
    """Return rows as the levels that an 8-bit network reads, and their targets; see `load_rows`."""
    x, y = load_rows(network, path, data, label)
    return to_levels(network, x), y


def _targets(network: IntegerNetwork, path: Path, data: str, rows: Dataset) -> Array:
    """Return class names, class indices, or numbers."""
    names, known = rows.labels, network.task.labels
    if names is None or not known:
        return rows.y
    if {*names} <= {*known}:
        return np.array(names)[rows.y]
    if all(name.isdecimal() and int(name) < len(known) for name in names):
        return np.array([int(name) for name in names])[rows.y]
    raise ThumbnetError(
        f"{data} has the classes {quoted(names)}, but {path} has {quoted(known)}: "
        "import it with --names, in the order of its outputs"
    )


def to_levels(network: IntegerNetwork, x: Array) -> Array:
    """Return readings in the units of the training as levels from 0 to 255."""
    spec = network.graph.tensors[network.graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    levels = np.rint(np.asarray(x, np.float32) / np.float32(spec.scale)) + spec.zero_point
    return np.asarray(np.clip(levels, 0, 255))


def execute_levels(network: IntegerNetwork, levels: Array, name: str) -> Array:
    """Return a tensor of the network for rows of levels, some at a time: that bounds the memory."""
    program = convert_graph(network.graph, network.task, network.layers, board=load_board("unix"))
    parts = [levels[at : at + AT_ONCE] for at in range(0, len(levels), AT_ONCE)]
    return np.concatenate([program.execute(part, [name])[name] for part in parts])


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
