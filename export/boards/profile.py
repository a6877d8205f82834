"""The profile of a board: what the exporter has to know about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BoardProfile:
    """What the exporter has to know about a board. Sizes are in bytes; see docs/boards.md."""

    name: str
    """The name of the profile, as in `--board`."""

    title: str
    """The board in words, for reports."""

    tiers: tuple[str, ...]
    """Folders of `firmware/` whose kernels the stock firmware runs, fastest first."""

    heap: int
    """Heap that is free for the module, its import and the user's sketch."""

    flash: int
    """Space that is free in the file system."""

    cpu: str = "cortex-m0plus"
    """A key of `CPUS` in `processors.py`."""

    clock: int = 125_000_000
    """Hertz, as the firmware sets it."""

    ram: int = 0
    """All RAM, from the data sheet; 0 if unknown."""

    arch: str = ""
    """The processor's name for `mpy-cross -march`; empty if the board runs no native code."""

    dsp: bool = False
    """The processor has the DSP instructions of ARMv7E-M: `uxtb16`, `smlad`."""

    romfs: int = 0
    """Mapped flash for ROMFS in the stock firmware; 0 for none."""

    stream: int = 1024
    """Size of the buffer for streamed weights; 0 if the firmware cannot stream."""

    memoryview: bool = True
    """The firmware has `memoryview`."""

    bigint: bool = True
    """The firmware has integers of any size."""

    comments: bool = True
    """The file system has room for comments in a module."""

    mpy: bool = True
    """The firmware imports `.mpy` files of the current format."""

    delivery: str = "file"
    """How modules are installed: "file" (copied over a port) or "hex" (with the firmware)."""

    machine: str = ""
    """Part of what `os.uname().machine` returns on the board; empty if unknown."""

    firmware: str = ""
    """The firmware that the figures are for."""

    flashed: str = ""
    """How to install the firmware and the files, in words."""
