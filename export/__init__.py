"""Quantize a trained network and emit it as one MicroPython module.

The rooms, in the order of the data: `graph`, `quantizer`, `kernels`, `boards`, `ops` (one file an
operation), `stages` (the passes over a graph), `cost`, `emit`, `microbit`, `board_fit`, `program`.
"""

from .boards.load_profile import list_boards, load_board
from .boards.profile import BoardProfile
from .graph.graph import Graph, Node, TensorSpec
from .program.artifact import Artifact, load_artifact
from .program.program import Program, convert
from .stages.pipeline import STAGES, Options, run_until
from .stages.verify import verify

__all__ = [
    "STAGES",
    "Artifact",
    "BoardProfile",
    "Graph",
    "Node",
    "Options",
    "Program",
    "TensorSpec",
    "convert",
    "list_boards",
    "load_artifact",
    "load_board",
    "run_until",
    "verify",
]
