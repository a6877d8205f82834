"""`Dataset`: examples in memory and their description."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import LARGEST as LARGEST
from ..errors import ThumbnetError
from ..files.table_header import MOST_COLUMNS
from .class_labels import check_names
from .input_spec import InputSpec
from .table_options import TableColumns

Array = NDArray[Any]

MOST_NUMBERS = 2**24
"""Numbers of one example; no board has the memory."""


def check_features(where: str, shape: tuple[int, ...], is_picture: bool) -> None:
    """Raise ThumbnetError for examples that no network for a board can take.

    Parameters
    ----------
    where : str
        Names the file.
    shape : tuple of int
        Of one example.
    is_picture : bool
        Whether all of its numbers have one resolution.
    """
    most = MOST_NUMBERS if is_picture else MOST_COLUMNS
    if math.prod(shape) > most:
        raise ThumbnetError(
            f"{where}: an example has {math.prod(shape):,} features, at most {most:,} are read: "
            "leave some out"
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in raw units and their description.

    Parameters
    ----------
    x : ndarray, shape (n, ...)
        float32 or uint8; other number types are converted to float32.
    y : ndarray, shape (n,)
        Classification: int64 class indices. Regression: float64, (n, targets) for several.
    labels : tuple of str, optional
        Class names in the order of the indices; None for regression.
    input_spec : InputSpec, optional
        Describes one example of x.
    name : str
        For reports.
    image_shape : tuple of int, optional
        (height, width) if a flat row of x is an image.
    table : TableColumns, optional
        How the columns of a table became x.
    lines : ndarray, shape (n,), optional
        The line of the file with each row.
    groups : ndarray, shape (n,), optional
        Whom or what each row is of, such as a person: an index. Rows of one stay together wherever
        data are split.
    notices : tuple of str
        What a user should know about how the file was read.
    answered : bool
        Whether y is known. Rows to predict have none: their y is NaN.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    x: Array
    y: Array
    labels: tuple[str, ...] | None = None
    input_spec: InputSpec | None = None
    name: str = ""
    image_shape: tuple[int, int] | None = None
    table: TableColumns | None = None
    lines: Array | None = None
    groups: Array | None = None
    notices: tuple[str, ...] = ()
    answered: bool = True

    def __post_init__(self) -> None:
        where = f"data set {self.name!r}" if self.name else "data set"
        x, y = np.asarray(self.x), np.asarray(self.y)
        if x.ndim < 2:
            raise ThumbnetError(f"{where}: x has shape {x.shape}, it must be (examples, features)")
        if y.shape != (len(x),) and (
            self.labels is not None or y.ndim != 2 or y.shape[0] != len(x) or y.shape[1] < 2
        ):
            raise ThumbnetError(
                f"{where}: y has shape {y.shape}, it must be ({len(x)},): one for each row of x"
            )
        if x.dtype != np.uint8:
            x = x.astype(np.float32)
        if self.labels is not None:
            labels = tuple(str(label) for label in self.labels)
            check_names(where, labels)
            object.__setattr__(self, "labels", labels)
            y = y.astype(np.int64)
            if len(y) and not 0 <= int(y.min()) <= int(y.max()) < len(labels):
                raise ThumbnetError(
                    f"{where}: y holds class indices from {y.min()} to {y.max()}, "
                    f"but there are {len(labels)} labels: they must be 0 to {len(labels) - 1}"
                )
        else:
            y = y.astype(np.float64)
        if self.input_spec is not None and self.input_spec.shape != x.shape[1:]:
            raise ThumbnetError(
                f"{where}: input_spec is for shape {self.input_spec.shape}, x has {x.shape[1:]}"
            )
        if self.image_shape is not None and math.prod(self.image_shape) != math.prod(x.shape[1:]):
            raise ThumbnetError(
                f"{where}: image_shape {self.image_shape} does not hold "
                f"{math.prod(x.shape[1:])} pixels"
            )
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def is_classification(self) -> bool:
        """Whether y holds class indices rather than numbers to predict."""
        return self.labels is not None

    def take(self, indices: Sequence[int] | Array) -> Dataset:
        """Return the examples at `indices`, in that order, as a new data set."""
        chosen = np.asarray(indices, dtype=np.int64)
        lines = None if self.lines is None else self.lines[chosen]
        groups = None if self.groups is None else self.groups[chosen]
        return replace(self, x=self.x[chosen], y=self.y[chosen], lines=lines, groups=groups)
