"""Preprocessing as part of the model, so that a model takes raw units wherever it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, record
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


class Rescaling(Layer):
    """y = x * scale + offset, with scalars or one number for each feature (the last axis).

    Computed in float64, since raw units may be far from 0. Nothing here is trained, and nothing
    counts as a parameter.

    Parameters
    ----------
    scale, offset : float or array_like, shape (features,)
        Stored as float64.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If values are not finite, or do not fit the features.
    """

    preprocesses = True
    integer_role = IntegerRole.SCALES

    def __init__(
        self, scale: ArrayLike = 1.0, offset: ArrayLike = 0.0, name: str | None = None
    ) -> None:
        super().__init__(name)
        self._set(scale, offset)

    def _set(self, scale: ArrayLike, offset: ArrayLike) -> None:
        self.scale: Array = np.array(scale, dtype=np.float64)
        self.offset: Array = np.array(offset, dtype=np.float64)
        for values in (self.scale, self.offset):
            if values.ndim > 1 or not np.isfinite(values).all():
                raise ThumbnetError(
                    f"{type(self).__name__}: scale and offset must be finite numbers, "
                    "or one row of them with one for each feature"
                )

    @classmethod
    def from_range(
        cls,
        x: ArrayLike,
        feature_range: tuple[float, float] = (0.0, 1.0),
        name: str | None = None,
    ) -> Rescaling:
        """Make the min-max scaling of data.

        Parameters
        ----------
        x : array_like, shape (n, ..., features)
            In raw units. A constant feature keeps scale 1 and goes to the lower end of the range.
        feature_range : tuple of float
            Where the smallest and the largest value of each feature go.
        name : str, optional
            Unique in its model.

        Returns
        -------
        Rescaling

        Raises
        ------
        ThumbnetError
            If the range is empty, or the data are not finite numbers.
        """
        low, high = feature_range
        if not low < high:
            raise ThumbnetError(f"Rescaling: feature_range {feature_range} must be (low, high)")
        rows = _rows(x)
        smallest, extent = rows.min(axis=0), np.ptp(rows, axis=0)
        scale = np.where(extent > 0, (high - low) / np.where(extent > 0, extent, 1), 1.0)
        return Rescaling(scale, low - smallest * scale, name)

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        self._dtype = np.dtype(dtype)
        for values in (self.scale, self.offset):
            if values.ndim and values.shape != input_shape[-1:]:
                raise ThumbnetError(
                    f"layer {self.name!r} scales {values.size} features, "
                    f"the input has shape {input_shape}"
                )
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Scale raw values of any number type; the result has the model's dtype."""
        scaled = (x.data * self.scale + self.offset).astype(self._dtype)
        return record(scaled, (x, lambda dy: dy * self.scale.astype(self._dtype)))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        numbers = {"scale": self.scale.tolist(), "offset": self.offset.tolist()}
        return {**numbers, **super().get_config()}


class Normalization(Rescaling):
    """Standardization: (x - mean) / std of every feature, learned from data by `adapt`.

    Stored as y = x * scale + offset, which can also be given.

    Parameters
    ----------
    scale, offset : float or array_like, shape (features,), optional
        Instead of a call of `adapt`.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If it is used before `adapt`.
    """

    def __init__(
        self,
        scale: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(1.0 if scale is None else scale, 0.0 if offset is None else offset, name)
        self.adapted = scale is not None

    def adapt(self, x: ArrayLike) -> Normalization:
        """Learn mean and standard deviation from data.

        Parameters
        ----------
        x : array_like, shape (n, ..., features)
            In raw units. A constant feature keeps scale 1.

        Returns
        -------
        Normalization
            The layer itself.

        Raises
        ------
        ThumbnetError
            If the data are not finite numbers.
        """
        rows = _rows(x)
        mean, std = rows.mean(axis=0), rows.std(axis=0)
        # The mean of many equal floats may be rounded, and then the std is not exactly 0.
        std = np.where(np.ptp(rows, axis=0) > 0, std, 1.0)
        self._set(1 / std, -mean / std)
        self.adapted = True
        return self

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if not self.adapted:
            raise ThumbnetError(
                f"layer {self.name!r} does not know the data yet: call its adapt(x) "
                "with the training inputs before fit"
            )
        return super()._create(input_shape, rng, dtype)


def _rows(x: ArrayLike) -> Array:
    """Return data (n, ..., features) as float64 rows (m, features), all finite."""
    values = np.asarray(x)
    if values.ndim < 2 or not values.size or values.dtype.kind not in "buif":
        raise ThumbnetError(
            f"cannot adapt to data of shape {values.shape} and type {values.dtype}: "
            "give numbers as (examples, features)"
        )
    rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
    if not np.isfinite(rows).all():
        raise ThumbnetError("cannot adapt to data with NaN or infinity: remove those examples")
    return rows
