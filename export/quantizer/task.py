"""The meaning of the integer outputs: classes, a decision, a measurement, or an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..graph.arithmetic import ACTIVATION_MAX

CLASSIFIER_CURVES = ("softmax", "sigmoid", "tanh", "sign", "step")

PIXEL_CURVES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""The curves that an image may end with, and what its black and white pixels are then."""


@dataclass(frozen=True)
class Task:
    """How scores are interpreted.

    Parameters
    ----------
    kind
        "classifier" (argmax over several scores), "decision" (a threshold on one score),
        "regression" (scores in real units) or "image" (a level from 0 to 255 for each score).
    function
        The last activation of the model. All of these are monotonic, so the scores are the values
        before it.
    labels
        The names of the classes; empty for a regression.
    nats
        The change of log odds, in nats, per unit of score; None without probabilities.
    threshold
        The lowest real score of class 1, in a decision.
    shape
        Height and width of an image, and channels if it has that axis.

    """

    kind: str
    function: str
    labels: tuple[str, ...]
    nats: float | None
    threshold: float = 0.0
    shape: tuple[int, ...] = ()

    @property
    def has_classes(self) -> bool:
        """Whether an answer is a class, not numbers."""
        return self.kind in ("classifier", "decision")

    def levels(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return pixels of the float model as levels, 0 to 255, not rounded."""
        black, white = PIXEL_CURVES[self.function]
        share = (np.asarray(values, dtype=np.float64) - black) / (white - black)
        return np.asarray(share * ACTIVATION_MAX)
