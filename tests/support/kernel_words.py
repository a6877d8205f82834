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


LIMITS = ("zero_point", "activation_min", "activation_max")
EACH_OUTPUT = ("bias", "multiplier", "shift")
WINDOW = (
    *("rows", "row", "k_h", "run", "stride_h", "step", "pad_top", "left"),
    *("out_h", "out_w", "y_step"),
)
"""The words of a window that moves."""

_LAYER = ("inputs", "outputs", "x_at", "y_at", *LIMITS, "table")
_MOVED = (*WINDOW, "pad", "patch_at")
_POOL = ("channels", "x_at", "y_at")
_COPY = ("n", "x_at", "y_at")

_WORDS = {
    "fully_connected": Words((*_LAYER, "wide", "pieces"), EACH_OUTPUT),
    "fully_connected_lanes": Words((*_LAYER, "wide", "pieces"), EACH_OUTPUT),
    "conv": Words((*_LAYER, "wide", *_MOVED), EACH_OUTPUT),
    "conv_int4": Words((*_LAYER, "wide", *_MOVED), EACH_OUTPUT),
    "depthwise_conv": Words((*_LAYER, *_MOVED), EACH_OUTPUT),
    "max_pool": Words((*_POOL, *WINDOW)),
    "average_pool": Words(
        (*_POOL, *LIMITS, "x_zero_point", *WINDOW, "fewest"), ("multiplier", "shift")
    ),
    "add": Words(("n", "x_at", "w_at", "y_at", "ka", "kb", "bias", "shift", *LIMITS[1:])),
    "copy": Words(_COPY),
    "copy_channels": Words(("pixels", "channels", "x_at", "y_at", "y_step")),
    "lookup": Words(_COPY),
    "simple_rnn": Words(("units", "y_at", "reset", "shift", "state_zero", "center")),
    "gru": Words(("units", "y_at", "reset", "shift")),
    "recurrent": Words(("steps", "x_at", "x_step", "y_at", "y_step")),
}
"""Kernel to the layout of its `p` in the tier that has most of it."""

_WITHOUT = {
    "plain": {
        **dict.fromkeys(("fully_connected", "fully_connected_lanes"), ("inputs", "x_at")),
        **dict.fromkeys(("conv", "conv_int4", "depthwise_conv"), ("x_at", "patch_at")),
        **dict.fromkeys(("max_pool", "average_pool", "lookup"), ("x_at", "y_at")),
        **{"add": ("x_at", "w_at", "y_at"), "copy_channels": ("x_at",)},
    },
    "viper": dict.fromkeys(("conv", "conv_int4", "depthwise_conv"), ("k_h",)),
}
_WITHOUT_ALL = {"plain": ("wide", "pieces"), "viper": ("pieces",)}
"""Tier to the words that its kernels do without."""


def words_of(kernel: str, tier: str) -> Words:
    """Return the layout of a kernel's `p` in one tier."""
    words = _WORDS[kernel]
    without = (*_WITHOUT.get(tier, {}).get(kernel, ()), *_WITHOUT_ALL.get(tier, ()))
    return Words(tuple(w for w in words.front if w not in without), words.repeated)


WORDS = {kernel: words_of(kernel, "thumb") for kernel in _WORDS}
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
