"""The layout of `p` of each kernel in each tier, and what its file says of it.

A kernel lists its words in the comment above its function:

    # p: n, x_at (a remark), 0, then bias, multiplier and shift of each output. More remarks.

`0` is a word that no kernel reads. A comment takes no heap when the file is imported, a docstring
does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from thumbnet.export.kernels.kernel import PER_OUTPUT
from thumbnet.export.ops import KERNELS
from thumbnet.export.ops.conv import WINDOW_WORDS

FIRMWARE = Path(__file__).parents[2] / "firmware"

TIERS = ("plain", "viper", "thumb", "thumb_dsp", "microbit", "runtime")


@dataclass(frozen=True)
class Words:
    """The words at the front of `p`, and what is repeated behind them."""

    front: tuple[str, ...]
    repeated: tuple[str, ...] = ()

    def index(self, name: str) -> int:
        """The place of a word; of one that is repeated, its first."""
        return (*self.front, *self.repeated).index(name)

    @property
    def places(self) -> dict[str, int]:
        """Each word with its place."""
        return {name: k for k, name in enumerate((*self.front, *self.repeated)) if name}

    def values(self, words: Mapping[str, int], repeated: Iterable[int] = ()) -> list[int]:
        """All of `p` with those of these values that belong to it, and 0 for all other words."""
        return [*(words.get(name, 0) for name in self.front), *repeated]

    def alike(self, words: Mapping[str, int], each: Mapping[str, int], count: int) -> list[int]:
        """All of `p`, with the same values for each of `count` outputs."""
        return self.values(words, [each[name] for name in self.repeated] * count)


WINDOW = WINDOW_WORDS
"""The words of a window that moves."""

LIMITS = ("zero_point", "activation_min", "activation_max")
EACH_OUTPUT = PER_OUTPUT

_KERNELS = {kernel.name: kernel for kernel in KERNELS}


def words_of(kernel: str, tier: str) -> Words:
    """Return the layout of a kernel's `p` in one tier, from where the exporter has it."""
    return Words(_KERNELS[kernel].words_in(tier), _KERNELS[kernel].repeated_in(tier))


WORDS = {kernel: words_of(kernel, "thumb") for kernel in _KERNELS}
"""Kernel to the layout of assembly."""


def kernel_files() -> list[Path]:
    """Every file of a kernel, in every tier."""
    return [
        path
        for tier in TIERS
        for path in sorted((FIRMWARE / tier).glob("*.py"))
        if path.stem in WORDS
    ]


def listed_words(source: str) -> Words:
    """Return the words that the comment above a kernel lists; ValueError if there is not one."""
    comments = re.findall(r"(?:^# .*\n)+(?=(?:@.*\n)*def )", source, re.M)
    joined = [" ".join(c.replace("# ", "").split()) for c in comments]
    found = [m[1] for c in joined if (m := re.match(r"p: (.*?)\.(?: |$)", c))]
    if len(found) != 1:
        raise ValueError(f"{len(found)} lists of p")
    text = re.sub(r" \([^()]*\)", "", found[0])
    front, _, behind = text.partition(", then ")
    repeated = re.fullmatch(r"(.+) of each .+", behind)
    return Words(
        tuple(name.replace("0", "") for name in front.split(", ")),
        tuple(re.split(r", | and ", repeated[1])) if repeated else (),
    )
