"""Which tier a kernel runs in: some tiers have only part of the kernels of their own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from .build import Build

_TIERS = ("thumb_dsp", "thumb", "viper", "plain")


def kernel_tier(build: Build, name: str) -> str:
    """Return the tier that a kernel runs in: a slower one where the build's own has no such file.

    Parameters
    ----------
    build
        The tier, and whether the board has viper for what is not in assembly.
    name
        The kernel, as its file in `firmware/` is called.

    """
    for folder in build.folders:
        if _there(folder, name):
            # The variants for a micro:bit v1 are as fast as the kernels that they replace.
            return folder if folder in _TIERS else build.tier
    return build.tier


@cache
def _there(folder: str, name: str) -> bool:
    return (Path(str(files("thumbnet.firmware"))) / folder / f"{name}.py").is_file()
