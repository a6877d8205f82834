"""`InputSpec`: the shape, names, resolution and range of the inputs, in raw units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ThumbnetError
from ..files.json_types import construct
from .class_labels import check_names

FINEST = 1e-15
"""The smallest resolution: floats have no more digits."""


def _per_feature(
    name: str, value: float | Sequence[float], shape: tuple[int, ...]
) -> float | tuple[float, ...]:
    """Return `value` as a float, or as a tuple of finite floats, one for each feature."""
    features = math.prod(shape)
    if np.ndim(value) == 0:
        scalar = float(np.asarray(value).item())
        if not math.isfinite(scalar):
            raise ThumbnetError(f"InputSpec: {name} is {scalar}, it must be a finite number")
        return scalar
    values = tuple(float(v) for v in np.asarray(value, dtype=np.float64).ravel())
    if len(values) == shape[-1]:
        values *= features // shape[-1]
    if len(values) != features:
        raise ThumbnetError(
            f"InputSpec: {name} has {len(values)} values for {features} features: "
            "give one number, or one for each feature"
        )
    if not all(math.isfinite(v) for v in values):
        raise ThumbnetError(f"InputSpec: {name} holds NaN or infinity, give finite numbers")
    return values


@dataclass(frozen=True)
class InputSpec:
    """One input of a model, in raw units (those of the sensor or of the file).

    One number per channel applies to all features of the channel.

    Parameters
    ----------
    shape : tuple of int
        Of one example, without the batch axis, such as `(784,)`, or `(100, 3)` with channels last.
    names : tuple of str, optional
        One name for each feature or for each channel.
    resolution : float or tuple of float
        The size of one count in raw units, for all features or for each. Always 1/N with a positive
        integer N (1.0, 0.5, 0.1, 0.01 ...): the board computes with integer counts.
    minimum, maximum : float or tuple of float, optional
        The range of raw values that is accepted, for all features or for each; None if unknown.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    resolution: float | tuple[float, ...] = 1.0
    minimum: float | tuple[float, ...] | None = None
    maximum: float | tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        if not shape or min(shape) < 1:
            raise ThumbnetError(
                f"InputSpec: shape is {self.shape}, it must be like (784,): positive sizes"
            )
        object.__setattr__(self, "shape", shape)
        if self.names is not None:
            names = tuple(str(name) for name in self.names)
            if len(names) not in (self.features, shape[-1]):
                raise ThumbnetError(f"InputSpec: {len(names)} names for {self.features} features")
            check_names("InputSpec", names)
            object.__setattr__(self, "names", names)
        for name in ("resolution", "minimum", "maximum"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _per_feature(name, value, shape))
        for step in np.ravel(self.resolution).tolist():
            if not FINEST <= step <= 1 or abs(round(1 / step) * step - 1) > 1e-9:
                raise ThumbnetError(
                    f"InputSpec: resolution {step:g} is not 1/N for a positive integer N "
                    "(1.0, 0.5, 0.1, 0.01 ...)"
                )
        if self.minimum is not None and self.maximum is not None:
            low, high = np.broadcast_arrays(np.ravel(self.minimum), np.ravel(self.maximum))
            if bool(np.any(low > high)):
                raise ThumbnetError("InputSpec: a minimum is larger than its maximum")

    @property
    def features(self) -> int:
        """Numbers in one example."""
        return math.prod(self.shape)

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `InputSpec.from_config` reads them back."""

        def plain(value: Any) -> Any:
            return list(value) if isinstance(value, tuple) else value

        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Return the spec that `get_config` described; raises WrongType if it is not one."""
        return construct(cls, config, "input_spec")
