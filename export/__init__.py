"""Quantize a trained network and emit it as one MicroPython module.

The stages, in the order of the data (see `pipeline`): `lower`, `fold`, `equalize`, `calibrate`,
`quantize`, `fuse`, then `emit`; `reference` executes what `emit` writes, each on its own.
"""

from .artifact import Artifact, load_artifact
from .boards import BoardProfile, list_boards, load_board
from .fit_board import import_heap
from .graph import Graph, Node, Tensor
from .pipeline import STAGES, Options, run_until
from .program import Program, convert
from .verify import verify

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
    "import_heap",
    "list_boards",
    "load_artifact",
    "load_board",
    "run_until",
    "verify",
]
