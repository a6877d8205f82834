"""The fields of a graph in JSON, each checked for its type before it is used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import SoundStream, StreamSettings

from .brief import brief
from .graph import Graph, Node, State, TensorSpec

DTYPES = {"int8": int, "uint8": int, "int64": int, "float64": float}
"""Types of arrays, and of their entries."""

LONGEST_NAME = 1000
"""Characters of the name of a tensor, which comes from the user's name of a layer."""

MOST_AXES = 4


def read_graph(data: Mapping[str, Any]) -> Graph:
    """Return a graph from JSON types; raise ValueError, which says what is wrong."""
    own = "".join(f" {key}" for key in ("states", "sound") if key in data)
    only(data, "format name stage input outputs tensors nodes stream" + own)
    tensors = [_tensor(item) for item in rows(data["tensors"], "tensors")]
    by_name = {tensor.name: tensor for tensor in tensors}
    if len(by_name) < len(tensors):
        raise ValueError("two tensors have the same name")
    stream = data["stream"]
    return Graph(
        text(data["name"]),
        text(data["stage"]),
        text(data["input"]),
        _names(data["outputs"], "outputs"),
        tuple(_node(item) for item in rows(data["nodes"], "nodes")),
        by_name,
        None if stream is None else StreamSettings.from_config(stream),
        tuple(_state(item) for item in rows(data.get("states", []), "states")),
        SoundStream.from_config(data["sound"]) if "sound" in data else None,
    )


def only(data: Any, keys: str) -> None:
    """Raise ValueError unless `data` is a dict with exactly the given keys, in one text."""
    if not isinstance(data, dict):
        raise ValueError(f"{brief(data)} is in the place of {keys.split()[0]} ...")
    for key in keys.split():
        if key not in data:
            raise ValueError(f"{key!r} is missing")
    for key in data:
        if key not in keys.split():
            raise ValueError(f"{brief(key)} is unknown")


def rows(value: Any, what: str) -> list[Any]:
    """Return a list; raise ValueError for anything else."""
    if not isinstance(value, list):
        raise ValueError(f"{what} is {brief(value)}, not a list")
    return value


def text(value: Any) -> str:
    """Return a text that can be a name; raise ValueError for anything else."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise ValueError(f"{brief(value)} is not a name")
    return value


def _names(value: Any, what: str) -> tuple[str, ...]:
    return tuple(text(name) for name in rows(value, what))


def _tensor(data: Any) -> TensorSpec:
    only(data, "name shape dtype scale zero_point low high mean")
    shape = rows(data["shape"], "shape")
    if len(shape) > MOST_AXES or not all(type(size) is int and 0 < size < 2**31 for size in shape):
        raise ValueError(f"the tensor {brief(data['name'])} has the shape {brief(shape)}")
    scale, zero_point = data["scale"], data["zero_point"]
    if isinstance(scale, dict):
        scale = array(scale)
    elif scale is not None:
        scale = _real(scale)
    if type(zero_point) is not int or abs(zero_point) >= 2**31:
        raise ValueError(f"the zero point {brief(zero_point)} is not a number of 32 bits")
    return TensorSpec(
        text(data["name"]),
        tuple(shape),
        text(data["dtype"]),
        scale,
        zero_point,
        None if data["low"] is None else _real(data["low"]),
        None if data["high"] is None else _real(data["high"]),
        None if data["mean"] is None else array(data["mean"]),
    )


def _real(value: Any) -> float:
    if type(value) is not float or not math.isfinite(value):
        raise ValueError(f"{brief(value)} is not a real number")
    return value


def _node(data: Any) -> Node:
    only(data, "op inputs output attributes")
    if not isinstance(data["attributes"], dict):
        raise ValueError(f"attributes is {brief(data['attributes'])}")
    attributes = {key: _attribute(value) for key, value in data["attributes"].items()}
    inputs = _names(data["inputs"], "inputs")
    return Node(text(data["op"]), inputs, text(data["output"]), attributes)


def _state(data: Any) -> State:
    only(data, "before after initial")
    initial = array(data["initial"])
    if initial.dtype != np.uint8 or initial.ndim != 1:
        raise ValueError(f"the state {brief(data['before'])} begins with no row of uint8")
    return State(text(data["before"]), text(data["after"]), initial)


def _attribute(value: Any) -> Any:
    return array(value) if isinstance(value, dict) else value


def array(data: Any) -> npt.NDArray[Any]:
    """Return an array from its `dtype` and `data`; raise ValueError if it is none."""
    only(data, "dtype data")
    dtype = data["dtype"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(f"an array of {brief(dtype)}: use one of {', '.join(DTYPES)}")
    flat = rows(data["data"], "data")
    shape = [len(flat)]
    while flat and type(flat[0]) is list:
        length = len(flat[0])
        if len(shape) == MOST_AXES or any(type(v) is not list or len(v) != length for v in flat):
            raise ValueError("the rows of an array differ in length, or are nested too deeply")
        shape.append(length)
        flat = [entry for row in flat for entry in row]
    if set(map(type, flat)) - {DTYPES[dtype]}:
        raise ValueError(f"the entries of an array of {dtype} are not of that type")
    if flat and DTYPES[dtype] is int:
        limits = np.iinfo(dtype)
        if min(flat) < limits.min or max(flat) > limits.max:
            raise ValueError(f"an entry of an array does not fit {dtype}")
    made = np.array(flat, dtype=dtype).reshape(shape)
    if not made.size or not np.isfinite(made).all():
        raise ValueError("an array is empty, or an entry is not finite")
    return made
