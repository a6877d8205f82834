"""Values of a network while it is read: which axis of the file lies where in memory.

Frameworks order axes in different ways, (batch, channels, height, width) or (batch, height, width,
channels), and move them around with transpositions and reshapes. Here an axis is a product of
*atoms*, and a tensor in memory has its atoms in some order. Transpose, Reshape, Squeeze and their
relatives change only how a value's axes are made of atoms, and cost nothing. What computes says in
which order it needs them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError


class Atom:
    """A part of an axis that stays together; two atoms are the same if they are one object."""

    def __init__(self, size: int) -> None:
        self.size = size


BATCH = Atom(1)
"""The axis of the examples, whose size is left open: 1 while reading."""

Axis = tuple[Atom, ...]


def size_of(axis: Sequence[Atom]) -> int:
    """Return the size of an axis."""
    return math.prod(atom.size for atom in axis)


def new_axis(size: int) -> Axis:
    """Return an axis of one atom; one of size 1 needs none."""
    return (Atom(size),) if size != 1 else ()


@dataclass(frozen=True)
class Value:
    """A tensor of the network.

    Attributes
    ----------
    tensor : str
        Its name in the float graph.
    axes : tuple of tuple of Atom
        The axes as the file sees them, each from the slowest atom to the fastest.
    stored : tuple of Atom
        All atoms but `BATCH`, in the order of the memory.
    """

    tensor: str
    axes: tuple[Axis, ...]
    stored: tuple[Atom, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the file sees, with 1 for the batch."""
        return tuple(map(size_of, self.axes))

    @property
    def batch(self) -> int:
        """The axis with the examples."""
        return next(i for i, axis in enumerate(self.axes) if BATCH in axis)

    def transposed(self, order: Sequence[int]) -> Value:
        """Return the value with its axes in another order."""
        if sorted(order) != list(range(len(self.axes))):
            raise ThumbnetError(f"the order {list(order)} does not fit {len(self.axes)} axes")
        return replace(self, axes=tuple(self.axes[i] for i in order))

    def squeezed(self, which: Sequence[int] | None) -> Value:
        """Return the value without axes of size 1; all of them but the batch for None."""
        rank = len(self.axes)
        if which is None:
            chosen = {i for i, axis in enumerate(self.axes) if not axis}
        else:
            chosen = {i % rank for i in which}
        if any(self.axes[i] for i in chosen):
            raise ThumbnetError("an axis that is squeezed has more than one element, or the batch")
        return replace(self, axes=tuple(a for i, a in enumerate(self.axes) if i not in chosen))

    def expanded(self, which: Sequence[int]) -> Value:
        """Return the value with new axes of size 1 at these places of the result."""
        rank = len(self.axes) + len(which)
        chosen, rest = {i % rank for i in which}, iter(self.axes)
        return replace(self, axes=tuple(() if i in chosen else next(rest) for i in range(rank)))

    def reshaped(self, target: Sequence[int]) -> Value:
        """Return the value with axes of these sizes; -1 stands for what is left."""
        sizes = resolved(target, math.prod(self.shape))
        queue = [atom for axis in self.axes for atom in axis]
        axes, stored = [], list(self.stored)
        for place, size in enumerate(sizes):
            axis: list[Atom] = []
            while queue and (size_of(axis) < size or (queue[0] is BATCH and _fits(place, sizes))):
                atom = queue.pop(0)
                wanted = size // size_of(axis)
                if atom.size > wanted:
                    if atom.size % wanted:
                        raise ThumbnetError(
                            f"a reshape from {self.shape} to {tuple(sizes)} mixes axes"
                        )
                    first, second = Atom(wanted), Atom(atom.size // wanted)
                    at = stored.index(atom)
                    stored[at : at + 1] = [first, second]
                    atom, queue = first, [second, *queue]
                axis.append(atom)
            if size_of(axis) != size:
                raise ThumbnetError(f"a reshape from {self.shape} to {tuple(sizes)} mixes axes")
            axes.append(tuple(axis))
        if queue:
            axes[-1] = (*axes[-1], *queue)
        if not any(BATCH in axis for axis in axes):
            raise ThumbnetError("a reshape loses the batch axis: keep it as the first")
        return Value(self.tensor, tuple(axes), tuple(stored))


def _fits(place: int, sizes: Sequence[int]) -> bool:
    """Whether the batch may be in this axis: one of size 1, or the last that is left."""
    return sizes[place] == 1 or all(size != 1 for size in sizes[place:])


def resolved(target: Sequence[int], total: int) -> list[int]:
    """Return the sizes of a shape, with -1 replaced."""
    sizes = [int(n) for n in target]
    if sizes.count(-1) > 1 or any(n < -1 or n == 0 for n in sizes):
        raise ThumbnetError(f"a reshape to {sizes} is not understood")
    known = math.prod(n for n in sizes if n != -1)
    if -1 in sizes and total % known == 0:
        sizes[sizes.index(-1)] = total // known
    if math.prod(sizes) != total:
        raise ThumbnetError(f"a reshape of {total:,} numbers to {list(target)} does not fit")
    return sizes


def places(value: Value) -> list[tuple[int, int]]:
    """Return how a value lies in memory: (axis, size) of each run, whatever its atoms are."""
    owner = {atom: (i, k) for i, axis in enumerate(value.axes) for k, atom in enumerate(axis)}
    runs: list[tuple[int, int]] = []
    previous = (-1, -1)
    for atom in value.stored:
        axis, k = owner[atom]
        if (axis, k - 1) == previous:
            runs[-1] = (axis, runs[-1][1] * atom.size)
        else:
            runs.append((axis, atom.size))
        previous = (axis, k)
    return runs


def order_of(logical: Sequence[Atom], stored: Sequence[Atom]) -> npt.NDArray[np.intp]:
    """Return, for each place in memory, which element of an axis it holds."""
    sizes = [atom.size for atom in logical]
    numbers = np.arange(math.prod(sizes)).reshape(sizes)
    return np.asarray(numbers.transpose([list(logical).index(a) for a in stored]).reshape(-1))


def equal_sets(a: Sequence[Atom], b: Sequence[Atom]) -> bool:
    """Whether two rows of atoms differ in their order at most."""
    return len(a) == len(b) and set(a) == set(b)


def input_order(source: Value, value: Value, groups: Sequence[Axis]) -> list[int] | None:
    """Return the order of the input's axes that puts these groups of atoms one after the other.

    None if there is none: a reshape has split an axis, say. Each axis is one group.
    """
    if not equal_sets(value.stored, source.stored):
        return None
    order: list[int] = []
    for group in groups:
        own = [i for i, axis in enumerate(source.axes) if i and axis and set(axis) <= set(group)]
        order += sorted(own, key=lambda i: group.index(source.axes[i][0]))
        if not group:
            single = [i for i, axis in enumerate(source.axes) if not axis and i not in order]
            order += single[:1]
    complete = sorted(order) == list(range(1, len(source.axes)))
    return order if complete and len(order) == len(groups) else None
