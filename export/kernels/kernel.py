"""A kernel of `firmware/`: its name, the layout of its parameters `p`, the order of its weights.

The file of an operation declares the kernels that it calls. Everything else that has to know the
layout of `p` reads it from there: emission, and the tests of the kernels and of their comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PER_OUTPUT = ("bias", "multiplier", "shift")
"""The words of each output, after the words of a layer with weights."""


@dataclass(frozen=True)
class Kernel:
    """One function `kernel(x, w, y, p)` that every tier has.

    Parameters
    ----------
    name
        The function, and its file in each folder of `firmware/`.
    words
        The first entries of `p` in order.
    absent
        Words that `p` does not have in a tier because the kernel there does not need them, by tier.
    repeated
        Words that follow and are repeated, see `repeated_for`; empty if nothing follows.
    repeated_in_assembly
        The same for the thumb tiers, if it differs there.
    repeated_for
        What they are repeated for, in the words of a generated module's comment.
    layouts
        Order of the weights in `w` by tier, see `weight_layouts`; empty without weights.
    writes_parameters
        `p` has to be a list, because `recurrent` changes it while it runs.
    splits_inputs
        The kernel can be called with piece after piece of its inputs (`pieces` in `p`).
    in_lanes
        The weights become big integers when the module is imported, with one lane per output.
    flash
        How it reads its weights from the file system of a micro:bit v1: "in place", or "copied"
        to memory first. Empty if it does not run there.
    in_own_file
        On a micro:bit v1, its source is large enough for a separate file.
    allocates
        In tier plain, the kernel makes lists, slices or ranges, so it cannot run in an interrupt.
    title
        The user's word for it, if that is not `name`.

    """

    name: str
    words: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated_in_assembly: tuple[str, ...] = ()
    repeated_for: str = "output"
    layouts: Mapping[str, str] = field(default_factory=dict)
    writes_parameters: bool = False
    splits_inputs: bool = False
    in_lanes: bool = False
    flash: str = ""
    in_own_file: bool = False
    allocates: bool = False
    title: str = ""

    def __hash__(self) -> int:
        return hash(self.name)

    def head(self, words: Mapping[str, int]) -> tuple[int, ...]:
        """Return a value for each of `words`: the given ones by name, and 0 for the others."""
        return tuple(words.get(word, 0) for word in self.words)

    def words_in(self, tier: str) -> tuple[str, ...]:
        """Return the first entries of `p` in a tier."""
        absent = self.absent.get(tier, ())
        return tuple(word for word in self.words if word not in absent)

    def repeated_in(self, tier: str) -> tuple[str, ...]:
        """Return the words that are repeated in a tier."""
        in_assembly = self.repeated_in_assembly if tier.startswith("thumb") else ()
        return in_assembly or self.repeated
