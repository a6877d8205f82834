"""How a graph becomes files for a board: which kernels, and where the weights live."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS = ("module", "stream", "romfs", "flash")
"""Literals in the module; `NAME.bin` read through a buffer, or in the mapped flash of ROMFS, or in
the chunks of a micro:bit v1's own file system."""

LAYOUTS = {"plain": "rows", "viper": "rows", "thumb": "interleaved", "thumb_dsp": "words"}
"""Tier -> order of the weights in memory, see `pack`."""


@dataclass(frozen=True)
class Build:
    """The choices of an export.

    tier: the folder of `firmware/` whose kernels run.
    weights: one of `WEIGHTS`.
    buffer: bytes of the buffer that streamed weights go through.
    lanes: big-integer lanes where they win (plain tier).
    parts: files small enough for a micro:bit v1 instead of one module.
    viper: the board has its emitter, also where the kernels are in assembly: for features.
    """

    tier: str = "plain"
    weights: str = "module"
    buffer: int = 1024
    lanes: bool = False
    parts: bool = False
    viper: bool = False

    @property
    def native(self) -> bool:
        """Kernels take addresses: tensors are told apart by `x_at` and `y_at`."""
        return self.tier != "plain"

    @property
    def layout(self) -> str:
        """How `pack` orders the weights."""
        return LAYOUTS[self.tier]

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders of `firmware/` to look in, the first that has a file wins."""
        own = {"thumb_dsp": ("thumb_dsp", "thumb"), "viper": ("viper",), "thumb": ("thumb",)}
        first = ("microbit",) if self.parts else ()
        return (*first, *own.get(self.tier, ()), "plain", "runtime")
