"""The comment at the top of a generated module: what it is, how accurate it is, how to use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from textwrap import fill

import numpy as np

from thumbnet.trainer import Model

from ..cost.network_size import macs, parameters
from ..graph.graph import Graph
from ..ops import call_part, describe
from ..ops.answer import answer_kind
from ..ops.input import input_limits
from .sound_literals import shares_file, sound_sentence
from .stream_literals import stream_sentence
from .text_literals import Texts, texts_sentence


@dataclass(frozen=True)
class Facts:
    """Facts that are not in the graph."""

    labels: tuple[str, ...] = ()
    shape: str = ""
    """The layers in words, such as `64 -> 32 relu -> 10 softmax`."""

    names: tuple[str, ...] = ()
    """The features' names, if the data had them."""

    texts: Texts = ()
    """The texts that are inputs."""

    board: str = ""
    accuracy: str = ""
    """A sentence about held-out data; empty if there was none."""

    version: str = field(default_factory=lambda: version("thumbnet"))


def describe_layers(graph: Graph, model: Model) -> str:
    """Describe the layers of a network in one line.

    Parameters
    ----------
    graph
        Any graph of the network.
    model
        The model that it was made from.

    Returns
    -------
    str
        Such as `64 -> 32 relu -> 10 softmax`.

    """
    shape = model.input_shape or graph.tensors[graph.input].shape
    words = ["x".join(str(size) for size in shape)]
    for layer in model.layers:
        activation = getattr(layer, "activation", "linear")
        if text := describe(layer):
            words.append(text)
        if activation != "linear":
            words[-1] += f" {activation}"
    return " -> ".join(words)


def header(graph: Graph, facts: Facts) -> str:
    """Return the comment at the top of a module."""
    name, first = graph.name, graph.nodes[0]
    paragraphs = [
        f"{name}: a neural network in fixed point, made by thumbnet {facts.version} "
        f"for board {facts.board!r}.",
        f"{facts.shape}. {parameters(graph):,} parameters, {macs(graph):,} "
        f"multiply-accumulate{'s' * (macs(graph) != 1)}."
        + (f" {facts.accuracy}" if facts.accuracy else ""),
        _inputs(graph, facts) + ("" if graph.stream else call_part(first).input_note(graph, first)),
    ]
    if facts.texts:
        paragraphs.append(texts_sentence(facts.texts))
    if graph.stream:
        paragraphs.append(stream_sentence(graph.stream))
    if graph.sound:
        paragraphs.append(sound_sentence(graph.sound.front_end))
    usage = [f"import {name}"] + [
        f"{name}.{call:<22} # {meaning}" for call, meaning in _calls(graph)
    ]
    text = (
        "\n\n".join(fill(p, 96, break_on_hyphens=False) for p in paragraphs)
        + "\n\n    "
        + "\n    ".join(usage)
    )
    # Comments: a docstring would take heap while the module is imported.
    return "\n".join(f"# {line}".rstrip() for line in text.replace("\r", " ").split("\n"))


def _inputs(graph: Graph, facts: Facts) -> str:
    limits = input_limits(graph.nodes[0])
    (size,) = graph.tensors[graph.input].shape
    units = limits.units
    low, high = np.broadcast_arrays(limits.minimum / units, limits.maximum / units)
    numbers = "1 number" if size == 1 else f"{size} numbers"
    if graph.stream:
        return f"Input: {numbers}, the whole ones that Stream makes of its samples."
    if len(low) == 1:
        step = f", rounded to {1 / units[0]:g}" if units[0] != 1 else ", whole"
        text = f"Input: {numbers} from {low[0]:g} to {high[0]:g}{step}."
        return text + (f" In order: {', '.join(facts.names)}." if facts.names else "")
    repeated = len(low) < size
    names = (facts.names * len(low))[: len(low)] or tuple(
        f"{'channel' if repeated else 'input'} {i}" for i in range(len(low))
    )
    each = [f"{n} ({a:g} to {b:g})" for n, a, b in zip(names, low, high, strict=True)]
    if len(each) > 16:
        each = [*each[:15], f"... {len(each) - 15} more"]
    if repeated:
        numbers += f", {size // len(low)} steps of {len(low)} channels"
    return f"Input: {numbers}: {', '.join(each)}."


def _calls(graph: Graph) -> list[tuple[str, str]]:
    meanings = {
        "classifier": "class index; LABELS[i] names it",
        "regression": "the prediction, in the units of the training data",
        "image": "a byte for each pixel of OUTPUT_SHAPE, 0 to 255",
    }
    calls = [("predict(values)", meanings[answer_kind(graph)])]
    if answer_kind(graph) == "image":
        calls.append(("predict_into(values, buf)", "the same in memory of your own: takes no heap"))
    if "probabilities" in graph.outputs:
        calls.append(("predict_proba(values)", "a probability for each class, floats"))
        calls.append(("probabilities(values)", "the same as integers: 32768 is 1.0"))
    calls.append(("scores(values)", "the integer outputs, equal on every board and on the PC"))
    calls.append(("check()", "ValueError if a weight or parameter is not as exported"))
    if graph.states:
        calls.append(("reset()", "begin anew: every call continues the one before"))
    if graph.stream:
        calls.append(("Stream().push(sample)", "class index where there is a decision, else None"))
    if graph.sound:
        decided = "class index" if shares_file(graph) else "True or False"
        calls.append(("Stream().push(pcm)", f"{decided} where there is a decision, else None"))
    return calls
