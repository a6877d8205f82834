"""A kernel of `firmware/`: its name, the layout of its parameters `p`, the order of its weights.

An operation's file declares the kernels that it calls. Everything else that has to know the layout
of `p` (emission, the docstrings of the kernels, the tables of tests) reads it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PER_OUTPUT = ("bias", "multiplier", "shift")
"""What follows the words of a layer with weights, for each of its outputs."""


@dataclass(frozen=True)
class Kernel:
    """One function `kernel(x, w, y, p)` that every tier has.

    Parameters
    ----------
    name
        The function, and its file in each folder of `firmware/`.
    words
        The first entries of `p` in order; "" for one that the kernel does not read.
    absent
        Tier to the words that its `p` does not have, because its kernel has no use for them.
    repeated
        What follows them, over and over, see `repeated_for`. Empty where nothing does.
    repeated_for
        What it is repeated for, in the words of a generated module's comment.
    layouts
        Tier to the order of the weights in `w`, see `weight_layouts`. Empty without weights.
    writes_parameters
        `p` has to be a list: `recurrent` changes it while it runs.
    splits_inputs
        The kernel can be called with piece after piece of its inputs (`pieces` in `p`).
    in_lanes
        The weights become big integers when the module is imported, a lane for each output.
    flash
        On a micro:bit v1, how it reads its weights from the file system: "in place", or "copied"
        to memory first. Empty: it does not run there.
    in_own_file
        On a micro:bit v1 its source is large enough to be a file of its own.
    title
        What a user calls it, where that is another word than `name`.

    """

    name: str
    words: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated_for: str = "output"
    layouts: Mapping[str, str] = field(default_factory=dict)
    writes_parameters: bool = False
    splits_inputs: bool = False
    in_lanes: bool = False
    flash: str = ""
    in_own_file: bool = False
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
