"""The layer that all kernels are timed on, 784 inputs and 16 outputs, and what has to come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import integer_ops
from thumbnet.export.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.trainer import ThumbnetError

from ..pictures import Array

INPUTS, OUTPUTS = 784, 16
MACS = INPUTS * OUTPUTS
SCORES = ACCUMULATOR_LIMIT  # clamping limits of a wide output


@dataclass(frozen=True)
class DenseLayer:
    """Weights (outputs, inputs) from -128 to 127 and what a kernel does with the sums.

    wide: the outputs are int32, and not clamped to a byte.
    """

    weight: npt.NDArray[np.int64]
    wide: bool

    @property
    def node(self) -> dict[str, Any]:
        """What `integer_ops.fully_connected` takes."""
        outputs = np.arange(len(self.weight))
        return {
            "weight": self.weight,
            "bias": 1000 * outputs - 7500,
            "zero_point": 0 if self.wide else 128,
            "multiplier": 2**14 + 1000 * outputs % 2**14,
            "shift": 16 + 10 * (not self.wide) + outputs % 2,
            "activation_min": -SCORES if self.wide else 0,
            "activation_max": SCORES if self.wide else 255,
        }

    @property
    def parameters(self) -> list[int]:
        """`p` of a kernel: see `firmware/plain/fully_connected.py`."""
        node = self.node
        outputs, inputs = self.weight.shape
        limits = [node[key] for key in ("zero_point", "activation_min", "activation_max")]
        channels = np.stack([node[key] for key in ("bias", "multiplier", "shift")], axis=1)
        return [inputs, outputs, 0, 0, *limits, 0, int(self.wide), 1, *channels.ravel().tolist()]

    def check(self, what: str, x: Array, got: list[int]) -> None:
        """Compare a kernel's outputs for one input with those of the specification.

        Raises:
            ThumbnetError: they differ.
        """
        wanted = integer_ops.fully_connected(x[None].astype(np.int64), **self.node)[0].tolist()
        if got != wanted:
            pairs = enumerate(zip(wanted, got, strict=True))
            k, (want, said) = next(item for item in pairs if item[1][0] != item[1][1])
            raise ThumbnetError(
                f"{what} answers wrong (output {k}: expected {want}, got {said}): no use timing it"
            )


def without_zeros(inputs: int = INPUTS) -> Array:
    """An input with no zero in it."""
    return (np.arange(inputs) * 7 % 255 + 1).astype(np.uint8)


def with_zeros(share: float, inputs: int = INPUTS) -> Array:
    """An input of which that share is zero, at places drawn from a seed."""
    x = without_zeros(inputs)
    places = np.random.default_rng(0).permutation(inputs)[: round(share * inputs)]
    x[places] = 0
    return x
