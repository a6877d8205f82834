"""What a module's users have to know, but its network does not: columns, and names of classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from thumbnet.trainer import Model, TableColumns, ThumbnetError, check_names

from ..graph.brief import brief
from ..graph.graph import Graph
from ..ops.answer import answer_kind


def about_network(model: Model | None, labels: Sequence[str], compiled: bool) -> dict[str, Any]:
    """Return what the `.json` of a module keeps for `thumbnet predict`.

    Parameters
    ----------
    model
        The trained model, if there is one.
    labels
        The names of the classes.
    compiled
        Whether the module is compiled: then its file does not show them.

    """
    found: dict[str, Any] = {}
    config = None if model is None else model.info.get("table")
    if model is not None and config is not None:
        table = TableColumns.from_config(config)
        if len(table.inputs) == math.prod(model.require_built()):
            found["table"] = table.get_config()
    if compiled and list(labels) != [str(k) for k in range(len(labels))]:
        found["labels"] = list(labels)
    return found


def check_about(value: Any, graph: Graph) -> dict[str, Any]:
    """Return this part of a file, if it fits a network.

    Raises
    ------
    ValueError, ThumbnetError
        If it does not.

    """
    if not isinstance(value, dict) or not {*value} <= {"labels", "table"}:
        raise ValueError(f"about is {brief(value)}")
    if "table" in value:
        if not isinstance(value["table"], dict):
            raise ValueError(f"its table is {brief(value['table'])}")
        table = TableColumns.from_config(value["table"])
        if len(table.inputs) != math.prod(graph.tensors[graph.input].shape):
            raise ValueError("its table has other columns than the network has inputs")
    if "labels" in value:
        labels = value["labels"]
        (outputs,) = graph.tensors["scores"].shape
        known = isinstance(labels, list) and all(isinstance(name, str) for name in labels)
        if not known or answer_kind(graph) != "classifier" or len(labels) != max(outputs, 2):
            raise ValueError(f"its labels are {brief(labels)}")
        try:
            check_names("labels", labels)
        except ThumbnetError as error:
            raise ValueError(str(error)) from error
    return value
