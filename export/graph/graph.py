"""The graph: tensors, nodes and the whole, the one thing that every stage reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from thumbnet.trainer import StreamSettings


@dataclass(frozen=True)
class Tensor:
    """One array between two nodes, without the batch axis.

    `real = scale * (q - zero_point)`. In the float stages `scale` is None, and `low`, `high` and
    `mean` (per entry) are calibrated. `scale` is an array where it differs by entry, and None for
    a tensor of which only the side of zero counts.
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


@dataclass(frozen=True)
class Node:
    """One operation: reads the tensors `inputs`, writes the tensor `output`."""

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
class Graph:
    """A straight program: nodes in the order they run.

    `outputs` names what the caller sees: `scores` first, then what is derived from them.
    `stream` says how samples become its input, where a module is to have a `Stream`.
    """

    name: str
    stage: str
    input: str
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    tensors: dict[str, Tensor]
    stream: StreamSettings | None = None

    def __str__(self) -> str:
        lines = [f"graph {self.name} ({self.stage})", f"  {self.tensors[self.input]}"]
        for node in self.nodes:
            lines.append(f"  {node}")
            lines.append(f"      -> {self.tensors[node.output]}")
        lines.append(f"  return {', '.join(self.outputs)}")
        return "\n".join(lines)

    def producer(self, tensor: str) -> Node | None:
        """Return the node that writes `tensor`, None for the graph's input."""
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
        tensors: dict[str, Tensor] | None = None,
        stage: str | None = None,
    ) -> Graph:
        """Return a graph of `nodes`, its tensors cut down to those that they touch."""
        known = {**self.tensors, **(tensors or {})}
        used = {self.input, *self.outputs}
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
