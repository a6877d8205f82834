"""The `Stream` of a module: its literals and files of `firmware/`, from the model's settings."""

from __future__ import annotations

from math import prod

from thumbnet.trainer import BANDS_FEATURE, Model, StreamSettings, ThumbnetError
from thumbnet.trainer import sine_table as sines

from ..graph.graph import Graph
from ..ops.answer import answer_kind
from .literals import Literals, tuple_literal

FOLDER = "stream"
"""The folder of `firmware/` with its files."""

_SHORTEST = 2**15
"""Counts below this fit a 16-bit array."""


def stream_of(model: Model, graph: Graph) -> StreamSettings | None:
    """Return the stream settings of the model; None if it has none.

    Raises
    ------
    ThumbnetError
        If they are damaged, or do not match this network.

    """
    config = model.info.get("stream")
    if config is None:
        return None
    settings = StreamSettings.from_config(config)
    (inputs,) = graph.tensors[graph.input].shape
    if prod(settings.shape) != inputs:
        raise ThumbnetError(
            f"export: the network reads {inputs} numbers, but its stream settings make "
            f"{prod(settings.shape)} from a window: call windows.prepare(model) with the windows "
            "that it was trained on"
        )
    if not model.labels or answer_kind(graph) != "classifier":
        raise ThumbnetError(
            "export: a Stream needs labels to decide between, but this network has none: remove "
            'model.info["stream"], or train a classifier'
        )
    return settings


def stream_roots(settings: StreamSettings | None) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the files of the features, the files after them, and which file replaces which."""
    if settings is None:
        return [], [], {}
    if settings.is_raw:
        return [], ["stream"], {"features": "raw_window"}
    return list(settings.features), ["stream"], {}


def stream_literals(settings: StreamSettings | None) -> tuple[Literals, Literals]:
    """Return the literals of a `Stream`, and those that come after the features they name."""
    if settings is None:
        return {}, {}
    channels = len(settings.channels)
    counts = '"h"' if settings.reach < _SHORTEST else '"i"'
    literals = {
        "CHANNELS": tuple_literal([repr(name) for name in settings.channels]),
        "UNITS": tuple_literal(settings.units),
        "REACH": str(settings.reach),
        "WINDOW": str(settings.window),
        "HOP": str(settings.hop),
        "RING": str(settings.window * channels),
        "COUNT": counts,
        "VOTE": tuple_literal(settings.vote),
    }
    if settings.is_raw:
        return {**literals, "COUNTED": counts, "VALUES": _array(counts, prod(settings.shape))}, {}
    literals["CHANNEL"] = _array('"i"', settings.window)
    literals["VALUES"] = _array('"i"', prod(settings.shape))
    literals["COUNTED"] = '"i"'
    literals["FRACTION"] = str(settings.fraction)
    if BANDS_FEATURE in settings.features:
        literals["BANDS"] = str(settings.bands)
        literals["SINES"] = f'array("h", {tuple_literal(sines(settings.window))})'
        literals["REAL"] = literals["IMAGINARY"] = _array('"h"', settings.window // 2)
    return literals, {"FEATURES": tuple_literal(settings.features)}


def stream_sentence(settings: StreamSettings) -> str:
    """Return the header's sentence about the stream: its samples, hop and features."""
    steps = {f" (in steps of {1 / units:g})" if units != 1 else "" for units in settings.units}
    names = [
        name + (f" (in steps of {1 / units:g})" if len(steps) > 1 and units != 1 else "")
        for name, units in zip(settings.channels, settings.units, strict=True)
    ]
    samples = ", ".join(names) + (steps.pop() if len(steps) == 1 else "")
    every = f"every {settings.hop}" if settings.hop != 1 else "at each of them"
    made = "" if settings.is_raw else f", by {', '.join(settings.features)} of each"
    needed, kept = settings.vote
    vote = (
        ""
        if kept == 1
        else (
            f" A decision is what most of the last {kept} windows say."
            if needed == 1
            else f" A decision is what {needed} of the last {kept} windows say."
        )
    )
    return (
        f"Stream: samples of {samples} at {settings.rate:g} Hz; {settings.window} of them "
        f"are classified {every}{made}.{vote}"
    )


def _array(kind: str, size: int) -> str:
    return f"array({kind}, [0] * {size})"
