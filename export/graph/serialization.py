"""Write an integer graph as JSON and read it back: readable, exact, one node per line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from .brief import brief
from .graph import Graph
from .read_graph import read_graph

FORMAT = 2


def graph_to_json(graph: Graph) -> dict[str, Any]:
    """Describe a graph.

    Parameters
    ----------
    graph
        A graph of an integer stage.

    Returns
    -------
    dict
        JSON types.

    """
    written: dict[str, Any] = {
        "format": FORMAT,
        "name": graph.name,
        "stage": graph.stage,
        "input": graph.input,
        "outputs": list(graph.outputs),
        "tensors": [
            {**{k: _plain(v) for k, v in vars(tensor).items()}} for tensor in graph.tensors.values()
        ],
        "nodes": [
            {
                "op": node.op,
                "inputs": list(node.inputs),
                "output": node.output,
                "attributes": {k: _plain(v) for k, v in node.attributes.items()},
            }
            for node in graph.nodes
        ],
        "stream": None if graph.stream is None else graph.stream.get_config(),
    }
    if graph.states:
        written["states"] = [{k: _plain(v) for k, v in vars(s).items()} for s in graph.states]
    if graph.sound is not None:
        written["sound"] = graph.sound.get_config()
    return written


def graph_from_json(data: Any) -> Graph:
    """Restore the graph that `graph_to_json` described; `verify` says whether it can run.

    Parameters
    ----------
    data
        JSON types from a file, of any shape.

    Returns
    -------
    Graph
        The graph.

    Raises
    ------
    ThumbnetError
        If it was written by another version of the format, or is damaged.

    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        raise ThumbnetError(
            f"the graph has format {brief(found)}, but this version reads {FORMAT}: export again"
        )
    try:
        return read_graph(data)
    except ValueError as error:
        raise ThumbnetError(f"the graph is damaged ({error}): export again") from error


def dump(document: dict[str, Any]) -> str:
    """Return JSON with one line per node, tensor and row of a list."""

    def lines(value: Any, indent: str) -> str:
        inner = indent + " "
        if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
            items = [f"{inner}{json.dumps(k)}: {lines(v, inner)}" for k, v in value.items()]
            return "{\n" + ",\n".join(items) + f"\n{indent}}}"
        if isinstance(value, list) and value and isinstance(value[0], dict | list):
            items = [inner + lines(v, inner) for v in value]
            return "[\n" + ",\n".join(items) + f"\n{indent}]"
        return json.dumps(value, allow_nan=False)

    return lines(document, "") + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "data": value.tolist()}
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value
