"""Thin public functions that tools/ needs from the exporter, each to be moved to its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import Model, ThumbnetError

from .artifact import SUFFIXES, Artifact
from .artifact import load_artifact as load_module
from .boards import BoardProfile
from .build import Build
from .call import Call
from .calls import calls
from .calls_recurrent import words
from .choose import choose_build
from .estimate import Estimate, estimate
from .graph import Graph, Node
from .head import CLASSIFIER_CURVES, Head
from .integer_ops import INTEGER_OPS
from .macs import node_macs, node_parameters
from .mends import fewer_weights, larger_board, other_ways
from .names import LONGEST, check_name
from .observers import OBSERVERS
from .plan import plan
from .room import Wish, fits
from .shrink import shrink

CALIBRATIONS = tuple(OBSERVERS)
"""What `convert` takes as `calibration`."""


# Names and files of a module


def module_name(stem: str) -> str:
    """Return a name that a board can import, made from the stem of a file name.

    "my-data" becomes "my_data", "2024" becomes "m2024", and "time" becomes "time_net".
    """
    name = re.sub(r"\W", "_", stem, flags=re.ASCII)[:LONGEST]
    if not name[:1].isalpha():
        name = f"m{name}"[:LONGEST]
    try:
        check_name(name)
    except ThumbnetError:  # a keyword, or a module of MicroPython
        return f"{name}_net"
    return name


def load_artifact(path: str | os.PathLike[str]) -> Artifact:
    """Return the artifact of a written module.

    Parameters
    ----------
    path
        The module (`.py`, `.mpy` or `.hex`), or the `.json` beside it.

    Raises
    ------
    ThumbnetError
        If the module or its `.json` is missing or damaged, or the graph in it is not sound.

    """
    module = Path(path)
    if module.suffix == ".json":
        beside = (module.with_suffix(suffix) for suffix in SUFFIXES)
        module = next((file for file in beside if file.is_file()), module)
    return load_module(module)


def compact_source(source: str, keep: str) -> str:
    """Return device code that does the same in less heap of a micro:bit v1; `keep` stays named."""
    return shrink(source, {}, {keep})


# What a network costs


@dataclass(frozen=True)
class LayerCost:
    """What one node of an integer graph costs.

    Attributes
    ----------
    macs
        Multiply-accumulates of one inference.
    parameters
        Trained numbers: weights and biases.

    """

    macs: int
    parameters: int


def layer_costs(graph: Graph) -> dict[str, LayerCost]:
    """Return the cost of each node of an integer graph, by the name of its output."""
    return {n.output: LayerCost(node_macs(n), node_parameters(n)) for n in graph.nodes}


@dataclass(frozen=True)
class KernelMemory:
    """Bytes that a network takes in the assembly kernels of a Cortex-M.

    Attributes
    ----------
    weights
        Packed weights.
    words
        Parameters of the kernels (bias, multiplier and shift of each output ...), 4 bytes each.
    ram
        The arena of all activations, the scores, and the sums and states of recurrent layers.

    """

    weights: int
    words: int
    ram: int


def kernel_memory(graph: Graph) -> KernelMemory:
    """Return what a fused graph takes in tier thumb, whichever board it was converted for."""
    build, made = Build(tier="thumb"), plan(graph)
    layers = calls(graph, made, build)
    packed = [part.packed(build) for call in layers for part in (call, *call.rows)]
    wide = sum(call.word("outputs") for call in layers if call.wide)
    wide += sum(words(node) for node in (*graph.only("gru"), *graph.only("simple_rnn")))
    return KernelMemory(
        weights=sum(len(weights) for weights, _ in packed),
        words=4 * sum(len(parameters) for _, parameters in packed),
        ram=made.size + 4 * wide,
    )


def estimate_artifact(artifact: Artifact, processor: str = "") -> Estimate:
    """Return what a written module is expected to cost on the board that it was made for.

    Parameters
    ----------
    artifact
        The module.
    processor
        The `-march` of mpy-cross for the processor that it really runs on; the board's if empty.

    """
    board = replace(artifact.board, arch=processor) if processor else artifact.board
    build = artifact.build
    return estimate(
        artifact.graph, board, _tier(artifact), build.weights, artifact.mpy, build.lanes
    )


# Whether it fits


@dataclass(frozen=True)
class BoardFit:
    """How a network fits a board.

    Attributes
    ----------
    tier, weights, mpy
        The export that fits, see `convert`.
    estimate
        What that export costs; None if the network does not fit.
    refusal
        Why the network does not fit; "" if it does.

    """

    board: BoardProfile
    tier: str = ""
    weights: str = ""
    mpy: bool = False
    estimate: Estimate | None = None
    refusal: str = ""


def best_fit(graph: Graph, board: BoardProfile) -> BoardFit:
    """Return the export in the fastest tier that fits, as source if possible, else compiled."""
    for tier, mpy in _exports(board):
        if fits(graph, board, Wish(tier, None, mpy)):
            build = choose_build(graph, board, tier, None, mpy)
            need = estimate(graph, board, tier, build.weights, mpy, build.lanes)
            return BoardFit(board, tier, build.weights, mpy, need)
    try:
        choose_build(graph, board)
    except ThumbnetError as error:
        return BoardFit(board, refusal=str(error))
    raise AssertionError(f"{board.name} refuses and takes {graph.name}")


def _exports(board: BoardProfile) -> Iterator[tuple[str, bool]]:
    compiled = board.mpy and board.delivery != "hex"
    for mpy in (False, True) if compiled else (False,):
        for tier in board.tiers:
            yield tier, mpy


@dataclass(frozen=True)
class Alternatives:
    """What fits a board on which a written module does not.

    Attributes
    ----------
    options
        Options of `thumbnet export`, each of which suffices.
    smaller
        Whether a network with fewer hidden units fits in the same export.
    board
        A larger board; looked for only if neither of the above helps.

    """

    options: list[str]
    smaller: bool
    board: str | None


def alternatives(artifact: Artifact, board: BoardProfile) -> Alternatives:
    """Return what fits `board`, which describes the target as it really is."""
    graph = artifact.graph
    wish = Wish(_tier(artifact), artifact.build.weights, artifact.mpy)
    options = other_ways(graph, board, wish)
    smaller = fewer_weights(graph, board, wish) is not None
    other = None if options or smaller else larger_board(graph, board, wish)
    return Alternatives(options, smaller, other)


def _tier(artifact: Artifact) -> str:
    """Return the tier as profiles call it."""
    return artifact.build.tier.removesuffix("_dsp")


# What outputs mean


def float_head(model: Model) -> Head:
    """Return what the outputs of a float model mean, whether or not it can be converted."""
    function = model.output_activation
    labels = tuple(model.labels or ())
    if not labels and function not in CLASSIFIER_CURVES:
        return Head("regression", function, (), None)
    outputs = model.output_shape[-1]
    names = labels or tuple(str(i) for i in range(max(outputs, 2)))
    return Head("decision" if outputs == 1 else "classifier", function, names, None)


# Kernels by themselves


@dataclass(frozen=True)
class KernelCall:
    """One call `kernel(x, w, y, p)` whose x and y are buffers of their own, both at offset 0.

    Attributes
    ----------
    kernel
        Its name in `firmware/`.
    x, y
        Names of the tensors that it reads and writes.
    weights
        All of `w`.
    parameters
        All of `p`.
    wide
        Whether the outputs are int32 instead of uint8.
    outputs
        How many numbers it writes.
    scratch
        How many bytes behind x it uses for itself.

    """

    kernel: str
    x: str
    y: str
    weights: bytes
    parameters: list[int]
    wide: bool
    outputs: int
    scratch: int
    node: Node

    def expected(self, x: npt.NDArray[Any]) -> list[int]:
        """Return what the specification gives for one input."""
        outputs = INTEGER_OPS[self.node.op](x[None].astype(np.int64), **self.node.attributes)
        return [int(value) for value in outputs.ravel()]


def kernel_calls(graph: Graph, tier: str) -> list[KernelCall]:
    """Return the kernel calls of one inference of a fused graph in a tier, in order."""
    build = Build(tier)
    nodes = {node.output: node for node in graph.nodes}
    return [_alone(graph, call, nodes, build) for call in calls(graph, plan(graph), build)]


def _alone(graph: Graph, call: Call, nodes: dict[str, Node], build: Build) -> KernelCall:
    """Return a call with x and y at 0, and its patch at the first whole word behind x."""
    places, scratch = {"x_at": 0, "y_at": 0}, 0
    if "patch_at" in call.names:
        image = call.word("rows") * call.word("row")
        places["patch_at"] = -(-image // 4) * 4
        scratch = places["patch_at"] - image + -(-call.word("inputs") // 4) * 4
    weights, parameters = call.with_words(**places).packed(build)
    outputs = prod(graph.tensors[call.y].shape)
    node = nodes[call.y]
    return KernelCall(
        call.kernel, call.x, call.y, weights, parameters, call.wide, outputs, scratch, node
    )
