"""The graph of tensors and nodes, which every stage reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from thumbnet.trainer import SoundStream, StreamSettings

FLOAT_STAGES = ("lower", "fold", "equalize", "calibrate")
"""Stages whose tensors are real numbers; those of all later stages are integers."""


@dataclass(frozen=True)
class TensorSpec:
    """What is known about one array between two nodes, without the batch axis.

    Parameters
    ----------
    name, shape
        The name of the tensor, and its sizes.
    dtype
        "float32" in the float stages; "uint8" or "int32" in the integer stages.
    scale
        `real = scale * (q - zero_point)`. An array if it differs between entries; None in the float
        stages, and for a tensor of which only the sign matters.
    zero_point
        The integer that stands for 0.0.
    low, high
        The calibrated range; None before calibration.
    mean
        The calibrated mean of each entry.

    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | np.ndarray[Any, np.dtype[np.float64]] | None = None
    zero_point: int = 0
    low: float | None = None
    high: float | None = None
    mean: np.ndarray[Any, np.dtype[np.float64]] | None = None

    def __str__(self) -> str:
        text = f"{self.name}: {self.dtype}{list(self.shape)}"
        if isinstance(self.scale, float):
            text += f" scale={self.scale:.6g} zero_point={self.zero_point}"
        elif self.scale is not None:
            text += f" scale={np.min(self.scale):.6g}..{np.max(self.scale):.6g}"
        elif self.low is not None:
            text += f" range={self.low:.4g}..{self.high:.4g}"
        return text

    @property
    def range(self) -> tuple[float, float]:
        """The calibrated range; only after the stage "calibrate"."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high


@dataclass(frozen=True)
class Node:
    """One operation.

    Parameters
    ----------
    op
        The name of the operation.
    inputs, output
        Names of the tensors that it reads, and of the one that it writes.
    attributes
        The numbers of the operation, such as its weights, by name.

    """

    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={_short(value)}" for key, value in self.attributes.items())
        return f"{self.output} = {self.op}({', '.join(self.inputs)}{', ' if shown else ''}{shown})"

    def with_attributes(self, **changes: Any) -> Node:
        """Return the node with some attributes added or changed."""
        return replace(self, attributes={**self.attributes, **changes})


@dataclass(frozen=True)
class State:
    """Bytes that stay from one inference to the next: two tensors in one place of memory.

    Nodes read `before`, and later one node writes `after` over it. The next inference reads that as
    `before`.

    Parameters
    ----------
    before, after
        Names of uint8 tensors of the same size. No node writes `before`, and no node reads it once
        `after` is written.
    initial
        uint8: the levels of `before` in the first inference, in one row.

    """

    before: str
    after: str
    initial: np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Graph:
    """A program without branches: nodes in the order in which they run.

    Parameters
    ----------
    name
        The name of the module.
    stage
        The stage that wrote the graph.
    input
        The name of the tensor that the caller passes.
    outputs
        The names of the tensors that the caller sees: `scores` first, then what is derived from
        them.
    nodes
        The operations, in order.
    tensors
        The tensors by name.
    stream
        How samples become the input, if the module is to have a `Stream`.
    states
        What stays from one inference to the next; most networks have none.
    sound
        How sound becomes the input, if the module is to have a `Stream` that takes sound.

    """

    name: str
    stage: str
    input: str
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    tensors: dict[str, TensorSpec]
    stream: StreamSettings | None = None
    states: tuple[State, ...] = ()
    sound: SoundStream | None = None

    def __str__(self) -> str:
        lines = [f"graph {self.name} ({self.stage})", f"  {self.tensors[self.input]}"]
        lines += [f"  {state.before} is {state.after} of the call before" for state in self.states]
        for node in self.nodes:
            lines.append(f"  {node}")
            lines.append(f"      -> {self.tensors[node.output]}")
        lines.append(f"  return {', '.join(self.outputs)}")
        return "\n".join(lines)

    @property
    def has_stream(self) -> bool:
        """Whether its module has a `Stream`, of samples or of sound."""
        return self.stream is not None or self.sound is not None

    def producer(self, tensor: str) -> Node | None:
        """Return the node that writes `tensor`; None for an input or a state."""
        return next((node for node in self.nodes if node.output == tensor), None)

    def consumers(self, tensor: str) -> list[Node]:
        """Return the nodes that read `tensor`."""
        return [node for node in self.nodes if tensor in node.inputs]

    def only(self, op: str) -> Iterator[Node]:
        """Yield the nodes whose operation is `op`."""
        return (node for node in self.nodes if node.op == op)

    def rebuilt(
        self,
        nodes: list[Node] | tuple[Node, ...],
        tensors: dict[str, TensorSpec] | None = None,
        stage: str | None = None,
    ) -> Graph:
        """Return a graph of `nodes` with only the tensors that they use.

        Parameters
        ----------
        nodes
            The new program.
        tensors
            Tensors to add to the known ones.
        stage
            The new stage; by default that of this graph.

        """
        known = {**self.tensors, **(tensors or {})}
        used = {self.input, *self.outputs}
        for state in self.states:
            used.update((state.before, state.after))
        for node in nodes:
            used.update((*node.inputs, node.output))
        return replace(
            self,
            nodes=tuple(nodes),
            tensors={name: tensor for name, tensor in known.items() if name in used},
            stage=stage or self.stage,
        )


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"{value.dtype}{list(value.shape)}"
        return f"{value.dtype}{list(value.shape)}[{value.min():.4g}..{value.max():.4g}]"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
