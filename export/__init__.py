"""Quantize a trained network and emit it as one MicroPython module.

The stages, in the order of the data (see `pipeline`): `lower`, `fold`, `equalize`, `calibrate`,
`quantize`, `fuse`, then `choose` (tier and place of the weights for a board), `plan` (memory),
`calls`, `emit`; `reference` executes what `emit` writes, each on its own.
"""

from .program.artifact import Artifact, load_artifact
from .boards.profile import BoardProfile, list_boards, load_board
from .graph.graph import Graph, Node, Tensor
from .stages.pipeline import STAGES, Options, run_until
from .program.program import Program, convert
from .stages.verify import verify

__all__ = [
    "STAGES",
    "Artifact",
    "BoardProfile",
    "Graph",
    "Node",
    "Options",
    "Program",
    "Tensor",
    "convert",
    "list_boards",
    "load_artifact",
    "load_board",
    "run_until",
    "verify",
]
