"""What is known of an ONNX file's tensors while it is translated, and which nodes matter."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..onnx_files.read_onnx import OnnxModel, OnnxNode
from ..tflite.model import Operator
from .onnx_builder import OnnxBuilder
from .onnx_qoperators import LINEAR


@dataclass(frozen=True)
class Level:
    """A tensor of integers of the file, by its number."""

    number: int


@dataclass
class Pending:
    """What an operation computes in floats: the QuantizeLinear behind it tells its scale.

    Attributes
    ----------
    operator
        The operation; its output is not known yet.
    limits
        Relu and Clip behind it, with the operation that each is.

    """

    operator: Operator
    limits: list[tuple[Operator, float, float]] = field(default_factory=list)


def computes_in_integers(model: OnnxModel) -> bool:
    """Return whether activations of a file are quantized, not only its weights."""
    return any(node.op == "QuantizeLinear" or node.op in LINEAR for node in model.nodes)


def input_of(model: OnnxModel, builder: OnnxBuilder) -> tuple[str, tuple[int, ...]]:
    """Return the name of the input, and its shape with a batch of 1."""
    if len(model.inputs) != 1:
        builder.refuse(f"it has {len(model.inputs)} inputs", "export a network with one")
    ((name, shape),) = model.inputs.items()
    if len(shape) < 2 or shape[0] not in (1, None) or None in shape[1:] or len(shape) > 5:
        text = ", ".join("?" if n is None else str(n) for n in shape)
        builder.refuse(
            f"its input has shape ({text})",
            "export it with a batch axis of 1 or left open, and fixed sizes behind it",
        )
    return name, (1, *(int(n) for n in shape[1:] if n is not None))


def needed_of(model: OnnxModel) -> list[OnnxNode]:
    """Return the nodes that an output depends on."""
    tensors, kept = set(model.outputs), []
    for node in reversed(model.nodes):
        if tensors & set(node.outputs):
            kept.append(node)
            tensors |= set(node.inputs)
    return kept[::-1]
