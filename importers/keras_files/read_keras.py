"""Read a `.keras` or `.h5` file into plain data: settings of the layers, and their weights.

Keras itself is never imported, and nothing in the file is executed or unpickled.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from thumbnet.trainer import ThumbnetError, parse_json, read_bytes, read_zip

from .hdf5 import Weights, open_weights

Array = npt.NDArray[Any]

MOST_LAYERS = 2000
_MOST_DEPTH = 8
_LAYERS_OF_ANY_KIND = ("keras", "tf_keras", "tensorflow")


@dataclass(frozen=True)
class KerasLayer:
    """A layer, or a nested model.

    Attributes
    ----------
    kind, name : str
        Class and name.
    settings : dict
        Its config.
    calls : tuple
        For each time that it is called, what it reads, as Keras writes it.
    weights : tuple of ndarray
        In Keras's order.
    inner : KerasModel or None
        The model that it is.
    """

    kind: str
    name: str
    settings: dict[str, Any]
    calls: tuple[Any, ...]
    weights: tuple[Array, ...]
    inner: KerasModel | None = None


@dataclass(frozen=True)
class KerasModel:
    """A model.

    Attributes
    ----------
    layers : tuple of KerasLayer
        In the file's order.
    sequential : bool
        Whether each reads the one before it.
    inputs, outputs : list
        [layer, call, output] of each, if it is not sequential.
    shape : tuple of (int or None), or None
        Of the input with the batch axis, if the file says it here.
    version : int
        Of Keras: 2 or 3.
    """

    layers: tuple[KerasLayer, ...]
    sequential: bool
    inputs: Any
    outputs: Any
    shape: tuple[int | None, ...] | None
    version: int


def read_keras(path: str | os.PathLike[str]) -> KerasModel:
    """Read a model that `model.save` of Keras wrote.

    Parameters
    ----------
    path : path
        `.keras`, or `.h5` of before.

    Returns
    -------
    KerasModel
        Its layers.

    Raises
    ------
    ThumbnetError
        If the package `h5py` is missing, or the file is no whole model.
    """
    data = read_bytes(path)
    members = read_zip(path, data) if data.startswith(b"PK") else {}  # names the file itself
    try:
        if data.startswith(b"PK"):
            missing = {"config.json", "model.weights.h5"} - members.keys()
            if missing:
                raise ThumbnetError(f"has no {min(missing)}: save the model with model.save(path)")
            weights = open_weights(members["model.weights.h5"])
            text = members["config.json"].decode("utf-8", "replace")
            version = 3
        elif data.startswith(b"\x89HDF"):
            weights = open_weights(data)
            text, version = weights.legacy_config()
        else:
            raise ThumbnetError("is no file of Keras: save the model with model.save('NAME.keras')")
        try:
            config = parse_json(text)
        except ValueError as error:
            raise ThumbnetError(f"its config is no JSON ({error}): save it again") from error
        return _model(config, weights, "", (), version)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        why = " ".join(str(error).split())[:100]
        raise ThumbnetError(
            f"{path}: its config is not understood ({why}): save it again"
        ) from error


def _model(
    config: Any, weights: Weights, place: str, around: tuple[str, ...], version: int
) -> KerasModel:
    """Return the model of a config.

    place: where its weights are in a `.keras` file; around: the names of the models around its
    layers.
    """
    kind, settings = config["class_name"], config["config"]
    if kind not in ("Sequential", "Functional", "Model"):
        raise ThumbnetError(
            f"it is a {str(kind)[:40]}, a class of its own: only Sequential and functional models "
            "have a description in the file"
        )
    if len(around) > _MOST_DEPTH:
        raise ThumbnetError(f"its models are nested more than {_MOST_DEPTH} deep")
    entries = settings if isinstance(settings, list) else settings["layers"]
    if len(entries) > MOST_LAYERS:
        raise ThumbnetError(f"it has {len(entries):,} layers, at most {MOST_LAYERS:,} are read")
    shape, layers, counts = None, [], dict[str, int]()
    for entry in entries:
        kind_of, own = entry["class_name"], entry["config"]
        name = str(entry.get("name") or own.get("name") or kind_of)
        group = _group_name(kind_of, counts)
        found = own.get("batch_shape") or own.get("batch_input_shape")
        if shape is None and found is not None:
            shape = tuple(None if n is None else int(n) for n in found)
        _check_known(entry, name)
        inner, arrays = None, tuple[Array, ...]()
        if kind_of in ("Sequential", "Functional", "Model"):
            inner = _model(entry, weights, f"{place}layers/{group}/", (*around, name), version)
        else:
            arrays = weights.of(f"{place}layers/{group}", (*around, name))
        calls = tuple(entry.get("inbound_nodes") or ())
        layers.append(KerasLayer(kind_of, name, own, calls, arrays, inner))
    sequential = kind == "Sequential"
    inputs, outputs = (
        [] if sequential else settings[f"{end}_layers"] for end in ("input", "output")
    )
    return KerasModel(tuple(layers), sequential, inputs, outputs, shape, version)


def _check_known(entry: dict[str, Any], name: str) -> None:
    """Refuse classes of the file's author, whose code is not in the file."""
    module = str(entry.get("module") or "keras").split(".")[0]
    registered = entry.get("registered_name") or ""
    custom = ">" in registered and not registered.startswith("Custom>keras")
    if module not in _LAYERS_OF_ANY_KIND or custom:
        raise ThumbnetError(
            f"layer {name[:60]!r} is a {str(entry['class_name'])[:40]}, a class of its own: build "
            "the model from Keras's layers"
        )


def _group_name(kind: str, counts: dict[str, int]) -> str:
    """Return the name of the group with the weights of the next layer of a class."""
    name = re.sub(r"\W+", "", kind)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    count = counts.get(name, 0)
    counts[name] = count + 1
    return f"{name}_{count}" if count else name
