"""Imported 8-bit networks in `.npz` files."""

from __future__ import annotations

import os
from typing import Any

from thumbnet.export import graph_from_json, graph_to_json, verify
from thumbnet.trainer import (
    ARCHIVE_FORMAT,
    ARCHIVE_VERSION,
    ThumbnetError,
    write_archive,
)

from .answering import answering
from .network import IntegerNetwork

KEY = "integer_network"


def save_integer_network(network: IntegerNetwork, path: str | os.PathLike[str]) -> None:
    """Write a network to an `.npz` file, which `integer_network_of` restores.

    Raises
    ------
    ThumbnetError
        If the file cannot be written.

    """
    contents = {
        "graph": graph_to_json(network.graph),
        "kind": network.task.kind,
        "function": network.task.function,
        "labels": list(network.task.labels),
        "layers": network.layers,
        "source": network.source,
    }
    header = {"format": ARCHIVE_FORMAT, "version": ARCHIVE_VERSION}
    write_archive(path, {**header, KEY: contents}, {})


def integer_network_of(
    path: str | os.PathLike[str], description: dict[str, Any]
) -> IntegerNetwork | None:
    """Restore a network from an archive that was read.

    Parameters
    ----------
    path
        The file, for messages.
    description
        What `read_archive` returned of it.

    Returns
    -------
    IntegerNetwork or None
        None if the archive has a model of the trainer.

    Raises
    ------
    ThumbnetError
        If it is damaged.

    """
    if KEY not in description:
        return None
    try:
        return _network(description[KEY])
    except (KeyError, TypeError, ValueError, ThumbnetError) as error:
        why = " ".join(str(error)[:300].split())
        raise ThumbnetError(f"{path}: damaged ({why}): import the network again") from error


def _network(contents: dict[str, Any]) -> IntegerNetwork:
    kind, layers, source = (contents[name] for name in ("kind", "layers", "source"))
    labels = contents["labels"]
    if not all(isinstance(word, str) for word in [kind, layers, source, *labels]):
        raise ValueError("text is missing")
    graph = verify(graph_from_json(contents["graph"]))
    wanted = "regression" if kind == "regression" else "classifier"
    answered, task = answering(graph, wanted, labels)
    return IntegerNetwork(verify(answered), task, layers, source)
