"""The kinds of attributes that an operation's integer node may have, and their checks.

An operation lists its attributes with their kinds. A node that passes these checks has every array
in the type and with as many axes as `integer_forward`, costs and emission take for granted; sizes
with the same name are equal. Sizes that follow from tensors, and sums, are checked by the operation
itself (`shape_faults`, `integer_faults`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from ..graph.brief import brief

Bound = dict[str, tuple[int, str]]
"""Sizes known so far, by name: the size, and the attribute that has it."""

INT32 = (-(2**31), 2**31 - 1)
"""Numbers of a board: words of `p`, and what literals hold."""


@dataclass(frozen=True)
class Kind:
    """What an attribute may be.

    Parameters
    ----------
    optional
        A node may lack the attribute.

    """

    optional: bool = field(default=False, kw_only=True)

    def faults(self, name: str, value: Any, sizes: Bound) -> Iterator[str]:
        """Yield what is wrong with a value; note its sizes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Whole(Kind):
    """One whole number from `low` to `high`."""

    low: int = INT32[0]
    high: int = INT32[1]

    def faults(self, name: str, value: Any, sizes: Bound) -> Iterator[str]:
        """Yield another type, or a number out of range."""
        if not is_whole(value) or not self.low <= value <= self.high:
            yield f"{name} is {brief(value)}: it must be a whole number, {self.low} to {self.high}"


@dataclass(frozen=True)
class Flag(Kind):
    """True or False."""

    def faults(self, name: str, value: Any, sizes: Bound) -> Iterator[str]:
        """Yield another type."""
        if type(value) is not bool:
            yield f"{name} is {brief(value)}: it must be true or false"


@dataclass(frozen=True)
class Sizes(Kind):
    """A row of whole numbers from 0 to 2**24; `count` of them, or 1 or more if it is 0."""

    count: int = 0

    def faults(self, name: str, value: Any, sizes: Bound) -> Iterator[str]:
        """Yield another type, another length, or a number out of range."""
        good = isinstance(value, tuple | list) and len(value) == (self.count or max(len(value), 1))
        if not good or not all(is_whole(size) and 0 <= size <= 2**24 for size in value):
            many = f"{self.count} whole numbers" if self.count else "whole numbers"
            yield f"{name} is {brief(value)}: it must be {many}, 0 to 2**24 each"


@dataclass(frozen=True)
class Array(Kind):
    """An array.

    Parameters
    ----------
    dtype
        "int8", "uint8" or "int64".
    axes
        The size of each axis: a number, or a name; axes with the same name have the same size.
    low, high
        Limits of every entry of an int64 array.

    """

    dtype: str = "int64"
    axes: tuple[int | str, ...] = ("outputs",)
    low: int = INT32[0]
    high: int = INT32[1]

    def faults(self, name: str, value: Any, sizes: Bound) -> Iterator[str]:
        """Yield another type, another number of axes, sizes that differ, or a number too large."""
        needed = f"{self.dtype}[{', '.join(map(str, self.axes))}]"
        if not isinstance(value, np.ndarray):
            yield f"{name} is {brief(value)}: it must be {needed}"
            return
        wrong = str(value.dtype) != self.dtype or value.ndim != len(self.axes) or not value.size
        pairs = [] if wrong else list(zip(self.axes, value.shape, strict=True))
        if wrong or any(isinstance(axis, int) and axis != size for axis, size in pairs):
            yield f"{name} is {brief(value)}: it must be {needed}"
            return
        for axis, size in pairs:
            if not isinstance(axis, str):
                continue
            known, other = sizes.setdefault(axis, (size, name))
            if size != known:
                yield f"{name} has shape {value.shape}, but {other} has {known} {axis}"
        low, high = value.min(), value.max()
        if self.dtype == "int64" and (low < self.low or high > self.high):
            yield f"{name} has {low} to {high}: its entries must be {self.low} to {self.high}"


Kinds = Mapping[str, Kind]
"""The attributes of an operation, by name."""

EACH_OUTPUT = Array()
"""A number for each output."""

TABLE = Array("uint8", (256,))
"""A curve: a byte for each byte."""

WEIGHTS = Array("int8", ("outputs", "products"))

WINDOW = Sizes(11)
"""The fields of `graph.window.Window`."""

BITS = Whole(4, 4, optional=True)
"""The width of the weights if it is not 8."""

K = TypeVar("K", bound=Kind)


def optional(kind: K) -> K:
    """Return the kind of an attribute that a node may lack."""
    return replace(kind, optional=True)


def without_bits(kinds: Kinds) -> dict[str, Kind]:
    """Return the attributes of an operation whose weights always have 8 bits."""
    return {name: kind for name, kind in kinds.items() if name != "bits"}


def attribute_faults(kinds: Kinds, attributes: Mapping[str, Any]) -> Iterator[str]:
    """Yield the faults of a node's attributes: missing, unknown, or of another kind."""
    sizes: Bound = {}
    for name, kind in kinds.items():
        if name in attributes:
            yield from kind.faults(name, attributes[name], sizes)
        elif not kind.optional:
            yield f"attribute {name!r} is missing: set it in the stage that adds the node"
    for name in attributes:
        if name not in kinds:
            yield f"attribute {brief(name)} is unknown: use {', '.join(kinds) or 'none'}"


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
