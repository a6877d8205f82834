"""How the matrix product of two tensors walks through their memory."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .window import MOST_GATHERED


class MatrixProduct(NamedTuple):
    """The sizes of a stack of matrix products, y = a @ b, and the strides of all three tensors.

    Strides are in entries. They transpose, split into heads, or repeat (stride 0) what they read,
    without a copy.
    """

    batch: int
    rows: int
    inner: int
    columns: int
    a_batch: int
    a_row: int
    a_inner: int
    b_batch: int
    b_inner: int
    b_column: int
    y_batch: int
    y_row: int
    y_column: int

    @classmethod
    def of(cls, attributes: dict[str, Any]) -> MatrixProduct:
        """Return the product of a node, which is a plain list in a file."""
        return cls(*attributes["product"])

    @property
    def macs(self) -> int:
        """Number of multiply-accumulates."""
        return self.batch * self.rows * self.inner * self.columns

    @property
    def gathered(self) -> int:
        """Number of values that the reference copies from both tensors."""
        return self.batch * self.inner * (self.rows + self.columns)

    def multiply(
        self, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return y of tensors (n, ...), as (n, entries of y)."""
        left = _places((self.batch, self.rows, self.inner), self[4:7])
        right = _places((self.batch, self.inner, self.columns), self[7:10])
        made = a.reshape(len(a), -1)[:, left] @ b.reshape(len(b), -1)[:, right]
        y = np.empty((len(a), prod(made.shape[1:])))
        y[:, _places(made.shape[1:], self[10:])] = made
        return y

    def faults(self, a: int, b: int, y: int) -> Iterator[str]:
        """Yield what does not fit tensors of so many entries."""
        if min(*self[:4], self.a_inner) < 1:
            yield f"a product of sizes {self[:4]}: they and the inner stride must be 1 or more"
            return
        if self.gathered > MOST_GATHERED:
            yield f"a product gathers {self.gathered:,} values: {MOST_GATHERED:,} is the most"
            return
        sizes = {"a": (self.batch, self.rows, self.inner), "b": self[:1] + self[2:4]}
        for name, strides, entries in (("a", self[4:7], a), ("b", self[7:10], b)):
            last = sum((n - 1) * step for n, step in zip(sizes[name], strides, strict=True))
            if last >= entries:
                yield f"the product reads entry {last} of {name}, which has {entries}"
        written = (self.batch, self.rows, self.columns)
        # The entries of y, each once: every axis steps over all that the finer ones write.
        axes = sorted((step, n) for step, n in zip(self[10:], written, strict=True) if n > 1)
        expected = 1
        for step, n in axes:
            if step != expected:
                break
            expected *= n
        if expected != prod(written) or expected != y:
            yield f"the product writes {written} in steps of {self[10:]}, but y has {y} entries"


def _places(sizes: tuple[int, ...], strides: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return the place of each entry of a strided view."""
    steps = (np.arange(n) * step for n, step in zip(sizes, strides, strict=True))
    return np.asarray(sum(np.ix_(*steps)))
