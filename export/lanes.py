"""When big-integer lanes win over the plain kernel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_OUTPUTS = 4
"""A bytecode operation on a column costs about what three on small integers cost."""


def lanes_win(weight: npt.NDArray[np.int8]) -> bool:
    """Tell whether a layer, int8 (outputs, inputs), runs faster with one lane an output."""
    return weight.shape[0] >= FEWEST_OUTPUTS
