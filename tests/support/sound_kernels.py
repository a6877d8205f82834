"""The sound front end in assembly, on an emulated core, and numbers to try it with."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from .asm_thumb import Firmware
from .kernel_words import FIRMWARE

THUMB = FIRMWARE / "thumb"


def loaded(name: str, **literals: Any) -> Firmware:
    return Firmware(THUMB / f"{name}.py", **literals)


EXTREMES = (-32768, -32767, -16385, -1, 0, 1, 16384, 32766, 32767)


def of_16_bits(size: int, kind: str, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    if kind == "extremes":
        return rng.choice(EXTREMES, size)
    if kind == "few":
        return rng.choice(EXTREMES, size) * (rng.random(size) < 3 / size)
    return rng.integers(-32768, 32768, size)


KINDS = st.sampled_from(["extremes", "few", "noise"])
SEEDS = st.integers(0, 2**32 - 1)
