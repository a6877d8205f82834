"""Quantize a trained network and emit it as one MicroPython module.

The sub-packages are `graph`, `quantizer`, `kernels`, `boards`, `ops` (one file per operation),
`stages` (the passes over a graph), `cost`, `emit`, `microbit`, `board_fit` and `program`. Each
imports only those before it. Everything public is listed here; see docs/architecture.md.
"""

from thumbnet.trainer import write_atomically

from .board_fit.best_fit import BoardFit, best_fit
from .board_fit.estimate import Estimate
from .board_fit.every_fit import every_fit
from .boards.load_profile import list_boards, load_board
from .boards.module_names import module_name
from .boards.profile import BoardProfile
from .cost.cycles import layer_seconds
from .cost.network_size import LayerCost, layer_costs, layer_weights
from .emit.firmware_source import firmware_text
from .emit.header import describe_layers
from .emit.memory_plan import alive_bytes
from .emit.mpy import cross_compile
from .graph.double_rounding import rescale_twice
from .graph.float32_arithmetic import float32_scale
from .graph.graph import Graph, Node, State, TensorSpec
from .graph.serialization import graph_from_json, graph_to_json
from .graph.staircase import staircase, steps_of
from .graph.window import Window
from .microbit.hexfile import files_in_hex, microbit_hex
from .microbit.shrink import compact_source
from .ops import operation, operation_title
from .ops.add_levels import MOST_FACTOR
from .ops.answer import answer_kind, answer_nodes
from .ops.move import LISTED_AXES, Piece
from .ops.onnx_softmax import MOST_SOFTMAX_FACTOR, onnx_exponentials
from .ops.tflite_softmax import exponentials
from .ops.xnnpack_add import add_factors
from .program.arena_calls import ArenaCall, ArenaCalls, arena_calls
from .program.artifact import Artifact, load_artifact
from .program.artifact_cost import Alternatives, alternatives, estimate_artifact
from .program.compare import (
    QuantizationResult,
    balanced_accuracies,
    compare_quantizations,
    float_accuracy,
    quantization_choices,
)
from .program.convert import convert, convert_graph
from .program.expected_answers import Answers, answers_of
from .program.kernel_inspection import (
    KernelMemory,
    StandaloneCall,
    kernel_memory,
    standalone_calls,
)
from .program.paired_test import beyond_chance, paired_test
from .program.program import Program
from .program.quality import LayerQuality, encode_targets, row_losses
from .program.sound_answers import Heard, hear
from .program.stream_votes import StreamVotes
from .program.text_columns import texts_of
from .program.with_sound import with_sound
from .program.written_files import check_file_name
from .quantizer.task import Task
from .stages.check_graph import verify
from .stages.choose_task import float_task
from .stages.observers import CALIBRATIONS
from .stages.pipeline import STAGES, Options, run_until, trained_bits
from .stages.reference import Refusal, accepted_rows, refusals, to_counts

__all__ = [
    "CALIBRATIONS",
    "LISTED_AXES",
    "MOST_FACTOR",
    "MOST_SOFTMAX_FACTOR",
    "STAGES",
    "Alternatives",
    "ArenaCall",
    "ArenaCalls",
    "Artifact",
    "BoardFit",
    "BoardProfile",
    "Estimate",
    "Graph",
    "KernelMemory",
    "LayerCost",
    "LayerQuality",
    "Node",
    "Options",
    "Piece",
    "Program",
    "QuantizationResult",
    "StandaloneCall",
    "State",
    "Task",
    "TensorSpec",
    "Window",
    "Answers",
    "Refusal",
    "StreamVotes",
    "accepted_rows",
    "answers_of",
    "refusals",
    "to_counts",
    "answer_kind",
    "add_factors",
    "alive_bytes",
    "alternatives",
    "answer_nodes",
    "arena_calls",
    "balanced_accuracies",
    "best_fit",
    "check_file_name",
    "compact_source",
    "compare_quantizations",
    "convert",
    "convert_graph",
    "Heard",
    "hear",
    "with_sound",
    "cross_compile",
    "describe_layers",
    "encode_targets",
    "estimate_artifact",
    "every_fit",
    "exponentials",
    "files_in_hex",
    "firmware_text",
    "float_accuracy",
    "float32_scale",
    "float_task",
    "graph_from_json",
    "graph_to_json",
    "kernel_memory",
    "layer_costs",
    "layer_seconds",
    "layer_weights",
    "list_boards",
    "load_artifact",
    "load_board",
    "microbit_hex",
    "module_name",
    "onnx_exponentials",
    "paired_test",
    "beyond_chance",
    "row_losses",
    "operation",
    "operation_title",
    "quantization_choices",
    "rescale_twice",
    "run_until",
    "staircase",
    "steps_of",
    "standalone_calls",
    "texts_of",
    "trained_bits",
    "verify",
    "write_atomically",
]


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__file__", "__name__", "__path__"]
