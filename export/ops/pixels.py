"""The pixels of an image that a network draws: a byte for each score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES

from ..graph.arithmetic import SCORE_LIMIT, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..quantizer.task import Task
from .attribute_kinds import Array, Whole
from .call_part import Literal, Named, Sources
from .operation import Operation

ENTRIES = 512
"""Most entries of the table, or one more: between two, a sigmoid rises by at most 3.1 levels."""

FLAT = math.log(2 * 255 - 1)
"""Where a sigmoid is half a level from its ends."""

AXES = ("height", "width", "channels")


class Pixels(Operation):
    """Return a level from 0 to 255 for each score, from a table of the last activation."""

    name = "pixels"
    title = "pixels (table)"
    reads = "int32"
    writes = "int32"  # bytes of the caller, not of the arena, where all uint8 tensors are
    answers = "prediction"
    integer_attributes = {
        "levels": Array("uint8", ("entries",)),
        "lowest": Whole(-SCORE_LIMIT, 0),
        "shift": Whole(0, SCORE_LIMIT.bit_length() - 1),
    }

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `levels[(score >> shift) - lowest]`, rounded half up; the ends go on outside."""
        (scores,), a = inputs, attributes
        entry = (scores + (1 << a["shift"] >> 1) >> a["shift"]) - a["lowest"]
        return np.asarray(a["levels"].astype(np.int64)[np.clip(entry, 0, len(a["levels"]) - 1)])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield an image that does not have a pixel for each score."""
        scores, image = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
        if len(image) not in (2, 3) or scores != (math.prod(image),):
            yield f"{node.output!r} has shape {image}, expected an image of {scores} numbers"

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the file that draws, and the one that draws into a buffer of the caller."""
        # A micro:bit v1 has too little heap for both.
        files = (self.name,) if build.parts else (self.name, "predict_into")
        return Sources(files, (("classify", self.name),), self.name)

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the shape of the image, and the table with the place of score 0 in it."""
        image, a = graph.tensors[node.output].shape, node.attributes
        return {
            "OUTPUT_SHAPE": Named(AXES[: len(image)], image),
            "PIXELS": math.prod(image),
            "LEVELS": a["levels"].tobytes(),
            "LOWEST": int(a["lowest"]),
            "SHIFT": int(a["shift"]),
        }


def pixels_scaling(scale: float, task: Task) -> dict[str, Any]:
    """Return the attributes of `Pixels` for scores of this scale.

    The table covers the scores between which the last activation changes. Its step is a power of
    two, so that no multiplication is needed to find an entry.
    """
    # (1 + tanh z) / 2 is sigmoid(2 z).
    flat = FLAT / (2 if task.function == "tanh" else 1)
    reach = min(math.ceil(flat / scale), SCORE_LIMIT)
    shift = 0
    while 2 * -(-reach >> shift) > ENTRIES:
        shift += 1
    most = -(-reach >> shift)
    steps = np.arange(-most, most + 1, dtype=np.float64) * 2.0**shift
    levels = np.floor(task.levels(CURVES[task.function](steps * scale)) + 0.5).astype(np.uint8)
    return {"levels": levels, "lowest": -most, "shift": shift}


OPERATIONS = (Pixels(),)
