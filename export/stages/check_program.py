"""Checks of a whole graph: its tensors, the order of its parts, and what an inference takes."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ..graph.arithmetic import SCORE_LIMIT
from ..graph.graph import Graph
from ..ops import operation

MOST_NODES = 1000
"""Operations of a network; the memory plan compares each with all others."""

MOST_INPUTS = 2**17
"""Numbers that a network reads: more than fit the memory of a board."""

MOST_ENTRIES = 2**23
"""Entries of all tensors together, for one row; the reference keeps all of them."""

MOST_STEPS = 2**28
"""Elementary steps of one inference: a board would take minutes."""

_ENTRY = 16
"""Steps for which a value of a tensor or of a window counts, beside multiply-accumulates."""

_SCORES = "scores"


def tensor_faults(graph: Graph) -> Iterator[str]:
    """Yield the faults of the tensors of any stage: sizes, zero points, how many there are."""
    for name, tensor in graph.tensors.items():
        if min(tensor.shape, default=1) < 1:
            yield f"{name!r} has shape {tensor.shape}: sizes must be 1 or more"
        if abs(tensor.zero_point) > SCORE_LIMIT:
            yield f"{name!r} has zero point {tensor.zero_point}: it must not exceed 2**28"
    inputs = prod(graph.tensors[graph.input].shape)
    if inputs > MOST_INPUTS:
        yield f"it has {inputs:,} inputs, but {MOST_INPUTS:,} is the most: read fewer numbers"
    entries = sum(prod(tensor.shape) for tensor in graph.tensors.values())
    if entries > MOST_ENTRIES or len(graph.nodes) > MOST_NODES:
        yield (
            f"it has {len(graph.nodes):,} operations and {entries:,} values between them, but "
            f"{MOST_NODES:,} and {MOST_ENTRIES:,} are the most: train a smaller network"
        )


def program_faults(graph: Graph) -> Iterator[str]:
    """Yield the faults of an integer graph whose nodes are valid one by one."""
    yield from _input_faults(graph)
    yield from _answer_faults(graph)
    steps = inference_steps(graph)
    if steps > MOST_STEPS:
        yield (
            f"an inference takes {steps:,} steps, but {MOST_STEPS:,} is the most: "
            "train a smaller network"
        )


def inference_steps(graph: Graph) -> int:
    """Return the elementary steps of the reference for one row of an integer graph.

    Multiply-accumulates, and the values that are written or gathered in windows.
    """
    steps = 0
    for node in graph.nodes:
        op = operation(node)
        entries = prod(graph.tensors[node.output].shape) + op.gathered(node)
        steps += op.macs(node) + _ENTRY * entries
    return steps


def time_steps(graph: Graph) -> int:
    """Return how often layers with a state run one after the other, whatever the rows."""
    return sum(operation(node).time_steps(node) for node in graph.nodes)


def _input_faults(graph: Graph) -> Iterator[str]:
    spec = graph.tensors[graph.input]
    if len(spec.shape) != 1 or spec.dtype != "int32":
        yield f"the input is {spec.dtype}{list(spec.shape)}: it must be one row of int32"
    converts = [operation(node).converts_input for node in graph.nodes]
    if converts[:1] != [True] or any(converts[1:]) or graph.nodes[0].inputs != (graph.input,):
        yield "the first operation, and no other, must convert the input to uint8"
    stream = graph.stream
    if stream is not None and prod(stream.shape) != prod(spec.shape):
        yield f"its Stream makes {prod(stream.shape)} numbers, but it reads {prod(spec.shape)}"


def _answer_faults(graph: Graph) -> Iterator[str]:
    answers = [node for node in graph.nodes if operation(node).answers]
    for node in answers:
        if node.inputs != (_SCORES,) or node.output != operation(node).answers:
            yield f"{node.output!r} must be {operation(node).answers!r}, made from the scores"
    made = (_SCORES, *(node.output for node in answers))
    if graph.outputs != made or "prediction" not in made:
        yield f"its outputs are {graph.outputs}, but its operations make {made}"
