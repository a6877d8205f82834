"""What the translations of ONNX's operations share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from .tracer import Traced, Tracer

Array = npt.NDArray[Any]
Results = Sequence[Traced | Array | None]


@dataclass
class Context:
    """What the operations share.

    Attributes
    ----------
    tracer : Tracer
        Builds the graph.
    opset : int
        Version of the operations.
    uses : dict of str to int
        How often each tensor is read.
    values : dict
        Everything that is known, by name.
    """

    tracer: Tracer
    opset: int
    uses: dict[str, int]
    values: dict[str, Any] = field(default_factory=dict)
