"""Quantize a trained network and emit it as one MicroPython module.

The stages, in the order of the data (see `pipeline`): `lower`, `fold`, `equalize`, `calibrate`,
`quantize`, `fuse`, then `choose` (tier and place of the weights for a board), `plan` (memory),
`calls`, `emit`; `reference` executes what `emit` writes, each on its own.
"""

from .artifact import Artifact
from .artifact import write_whole as write_atomically
from .boards import BoardProfile, list_boards, load_board
from .compare import Quantized as QuantizationResult
from .compare import balanced_accuracies, float_accuracy
from .compare import compare as compare_quantizations
from .compare import ways as quantization_choices
from .estimate import Estimate
from .graph import Graph, Node, Tensor
from .head import Head as OutputHead
from .header import layers_in_words as describe_layers
from .hexfile import files_in_hex, microbit_hex
from .pipeline import STAGES, Options, run_until, trained_bits
from .program import Program, convert
from .public_helpers_todo import (
    CALIBRATIONS,
    Alternatives,
    BoardFit,
    KernelCall,
    KernelMemory,
    LayerCost,
    alternatives,
    best_fit,
    compact_source,
    estimate_artifact,
    float_head,
    kernel_calls,
    kernel_memory,
    layer_costs,
    load_artifact,
    module_name,
)
from .quality import LayerQuality
from .quality import class_targets as encode_targets
from .reference import accepted as accepted_rows
from .verify import verify

__all__ = [
    "Alternatives",
    "Artifact",
    "BoardFit",
    "BoardProfile",
    "CALIBRATIONS",
    "Estimate",
    "Graph",
    "KernelCall",
    "KernelMemory",
    "LayerCost",
    "LayerQuality",
    "Node",
    "Options",
    "OutputHead",
    "Program",
    "QuantizationResult",
    "STAGES",
    "Tensor",
    "accepted_rows",
    "alternatives",
    "balanced_accuracies",
    "best_fit",
    "compact_source",
    "compare_quantizations",
    "convert",
    "describe_layers",
    "encode_targets",
    "estimate_artifact",
    "files_in_hex",
    "float_accuracy",
    "float_head",
    "kernel_calls",
    "kernel_memory",
    "layer_costs",
    "list_boards",
    "load_artifact",
    "load_board",
    "microbit_hex",
    "module_name",
    "quantization_choices",
    "run_until",
    "trained_bits",
    "verify",
    "write_atomically",
]


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
