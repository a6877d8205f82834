"""The names of classes that a user gives for a network from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from thumbnet.importers import IntegerNetwork, with_classes
from thumbnet.trainer import Model, ThumbnetError, quoted, read_bytes

MOST_BYTES = 2**20
"""Bytes of a file of names."""


def read_names(option: str) -> tuple[str, ...]:
    """Return the names of `--names`: joined by commas, or the lines of a file.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or a name is empty.

    """
    path = Path(option)
    in_file = path.suffix.lower() == ".txt" or ("," not in option and path.is_file())
    if in_file:
        text = read_bytes(path, MOST_BYTES).decode("utf-8-sig", "backslashreplace")
        names = tuple(line.strip() for line in text.rstrip().splitlines())
    else:
        names = tuple(name.strip() for name in option.split(","))
    if "" in names:
        place = f"line {names.index('') + 1} of {path}" if in_file else "a name in --names"
        raise ThumbnetError(f"{place} is empty: write one name for each class")
    return names


def named_network(
    network: Model | IntegerNetwork, path: Path, names: str | None, task: str | None
) -> Model | IntegerNetwork:
    """Return a network with the classes that `--names` and `--task` say.

    Parameters
    ----------
    network, path
        A network, and the file that it is from.
    names, task
        The options; None if not given.

    Raises
    ------
    ThumbnetError
        If the network was trained here with classes of its own, or the options do not fit it.

    """
    if names is None and task is None:
        return network
    if isinstance(network, Model) and "test_y" in network.samples:
        raise ThumbnetError(
            f"{path}: thumbnet trained it, and it has its own classes: leave out --names and --task"
        )
    try:
        return with_classes(network, () if names is None else read_names(names), task)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error


def classes_in_words(network: Model | IntegerNetwork) -> str:
    """Return what a network answers with, in a sentence."""
    if isinstance(network, IntegerNetwork):
        labels: tuple[str, ...] = network.task.labels
        (outputs,) = network.graph.tensors["scores"].shape
    else:
        labels = tuple(network.labels or ())
        outputs = network.output_shape[-1]
        if not labels and network.output_activation in ("softmax", "sigmoid"):
            labels = tuple(map(str, range(max(outputs, 2))))
    if not labels:
        more = ": --task classifier takes the largest as a class" if outputs > 1 else ""
        return f"it answers with {outputs:,} number{'s' * (outputs > 1)}{more}"
    if labels == tuple(map(str, range(len(labels)))):
        return f"it answers with one of {len(labels):,} classes: --names gives them names"
    return f"it answers with one of {len(labels):,} classes: {quoted(labels)}"


def class_of(name: str, labels: Sequence[str]) -> int | None:
    """Return the class that a label means, by its name or by its number; None for no class."""
    if name in labels:
        return labels.index(name)
    return int(name) if name.isdecimal() and int(name) < len(labels) else None
