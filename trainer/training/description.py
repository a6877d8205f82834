"""The description in a model's file: which fields it has, and of which types.

`saving` and `checkpoint` write it. What it says about a layer or an optimizer is checked by their
constructors, see `json_types.construct`.
"""

from __future__ import annotations

import math
from typing import Any, Literal, TypedDict

from ..errors import ThumbnetError
from ..files.json_types import WrongType, check_type
from ..layers.layer import Layer

MOST_LAYERS = 1000
MOST_NUMBERS = 2**22
"""Numbers of one example, at most, at the input and after every layer; no board has the memory."""
MOST_PRODUCTS = 2**30
"""Products of weights and inputs in a layer, at most: minutes on any board."""

LayerEntry = TypedDict("LayerEntry", {"class": str, "config": dict[str, Any]})


class CompileEntry(TypedDict):
    """How a network was compiled."""

    optimizer: dict[str, Any]
    loss: str
    metrics: list[str]


class _Always(TypedDict):
    format: str
    version: int
    name: str
    seed: Any
    dtype: Literal["float32", "float64"]
    input_shape: list[int]
    layers: list[LayerEntry]
    compile: CompileEntry | None
    labels: list[str] | None
    input_spec: dict[str, Any] | None
    info: dict[str, Any]


class Description(_Always, total=False):
    """What every file has, what only some have, and the state of a checkpoint."""

    sources: list[list[str]]
    quantized: Literal["int8", "int4"]
    activation_ranges: dict[str, tuple[float, float]]
    training: dict[str, Any]


class _PCG64(TypedDict):
    state: Any
    inc: Any


class RandomState(TypedDict):
    """The state of NumPy's usual generator of random numbers."""

    bit_generator: Literal["PCG64"]
    state: _PCG64
    has_uint32: Literal[0, 1]
    uinteger: int


class QuantizerState(TypedDict, total=False):
    """The state of quantization-aware training; see `FakeQuantization.get_state`."""

    width: Literal["int8", "int4"]
    ranges: dict[str, tuple[float, float]]
    batches: int


class _TrainingAlways(TypedDict):
    history: dict[str, list[float]]
    epochs: int
    optimizer: dict[str, Any]
    iterations: int
    random: RandomState
    stopped: bool
    callbacks: list[str]


class Training(_TrainingAlways, total=False):
    """The state of a training."""

    quantizer: QuantizerState


def check_description(description: dict[str, Any]) -> None:
    """Check the fields of a description.

    Parameters
    ----------
    description : dict
        JSON types.

    Raises
    ------
    WrongType
        If a field is missing, unknown or of another type.
    ThumbnetError
        If it describes more than any board holds.
    """
    check_type(description, Description, "the description")
    seed = description["seed"]
    if seed is not None and not _whole(seed, 2**128):
        raise WrongType("seed is no whole number from 0 on")
    if len(description["layers"]) > MOST_LAYERS:
        raise ThumbnetError(
            f"it has {len(description['layers']):,} layers, at most {MOST_LAYERS:,} are read"
        )
    for name, (low, high) in description.get("activation_ranges", {}).items():
        if low > high:
            raise WrongType(f"activation_ranges[{name!r:.40}] ends before it begins")


def check_size(name: str, shape: tuple[int, ...]) -> None:
    """Raise ThumbnetError if one example has more numbers after a layer than any board holds."""
    if math.prod(shape) > MOST_NUMBERS:
        where = f"layer {name!r:.40}" if name else "the input"
        raise ThumbnetError(
            f"{where} has {_size(math.prod(shape))} numbers, at most {MOST_NUMBERS:,} are read"
        )


def check_cost(layer: Layer) -> None:
    """Raise ThumbnetError if a built layer computes more than any board does."""
    check_size(layer.name, layer.output_shape)
    check_size(layer.name, (layer.inner_numbers,))
    places = max(math.prod(layer.input_shape[:-1]), math.prod(layer.output_shape[:-1]))
    if places * layer.count_params() > MOST_PRODUCTS:
        raise ThumbnetError(
            f"layer {layer.name!r:.40} takes {places * layer.count_params():,} products, at most "
            f"{MOST_PRODUCTS:,} are read"
        )


def _size(count: int) -> str:
    return f"{count:,}" if count < 10**15 else "more than 10**15"


def check_training(training: dict[str, Any]) -> None:
    """Check the state of a training, as `check_description` does the rest."""
    check_type(training, Training, "training")
    for name in ("epochs", "iterations"):
        if not 0 <= training[name] < 2**31:
            raise WrongType(f"training.{name} is {training[name]}")
    if any(len(values) != training["epochs"] for values in training["history"].values()):
        raise WrongType("training.history has not one number for each epoch")
    random = training["random"]
    whole = all(_whole(random["state"][name], 2**128) for name in ("state", "inc"))
    if not whole or not _whole(random["uinteger"], 2**32):
        raise WrongType("training.random is no state of random numbers")


def _whole(value: Any, limit: int) -> bool:
    return type(value) is int and 0 <= value < limit
