"""How a graph becomes files for a board: which kernels it uses and where its weights live."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS = ("module", "stream", "romfs", "flash")
"""Where weights live: literals in the module; `NAME.bin`, read through a buffer; `NAME.bin` in the
mapped flash of ROMFS; `NAME.bin` in the chunks of a micro:bit v1's own file system."""


@dataclass(frozen=True)
class Build:
    """The choices of an export.

    Parameters
    ----------
    tier
        The folder of `firmware/` whose kernels run.
    weights
        One of `WEIGHTS`.
    buffer
        Size of the buffer for streamed weights, in bytes.
    lanes
        Use big-integer lanes where they are faster (plain tier).
    parts
        Write files small enough for a micro:bit v1 instead of one module.
    viper
        The board has the viper emitter. Features, and kernels that are not in assembly, use it even
        in the thumb tiers.
    terse
        Leave out comments, for a board whose file system is small.
    check
        0: the module checks its weights and parameters when it is imported; N: also before every
        N-th call; None: only when `check()` is called.

    """

    tier: str = "plain"
    weights: str = "module"
    buffer: int = 1024
    lanes: bool = False
    parts: bool = False
    viper: bool = False
    terse: bool = False
    check: int | None = None

    @property
    def native(self) -> bool:
        """True if kernels take addresses: `x_at` and `y_at` then select tensors in the arena."""
        return self.tier != "plain"

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders of `firmware/` to search; the first that contains a file wins."""
        own = {"thumb_dsp": ("thumb_dsp", "thumb"), "viper": ("viper",), "thumb": ("thumb",)}
        first = ("microbit",) if self.parts else ()
        # What is not in assembly runs in viper, where the board has it.
        viper = ("viper",) if self.viper and self.tier != "viper" else ()
        return (*first, *own.get(self.tier, ()), *viper, "plain", "runtime")
