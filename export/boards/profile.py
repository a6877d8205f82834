"""What the exporter has to know about a board."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BoardProfile:
    """What the exporter has to know about a board. Sizes are bytes; docs/boards.md has more."""

    name: str
    title: str
    tiers: tuple[str, ...]
    """Folders of `firmware/` that the stock firmware runs, fastest first."""

    heap: int
    """Free for the module, its import and the user's sketch."""

    flash: int
    """Free in the file system."""

    cpu: str = "cortex-m0plus"
    """A row of the table of cycles in `processors.py`."""

    clock: int = 125_000_000
    """Hertz, as the firmware sets it."""

    ram: int = 0
    """All of it, as the data sheet says; 0 is unknown."""

    arch: str = ""
    """The `-march` of mpy-cross that compiles native code for it, empty without such code."""

    dsp: bool = False
    """Has the DSP instructions of ARMv7E-M: `uxtb16`, `smlad`."""

    romfs: int = 0
    """Mapped flash for ROMFS in the stock firmware, 0 is none."""

    stream: int = 1024
    """The buffer that a streamed file is read through, 0 where the firmware cannot stream."""

    memoryview: bool = True
    bigint: bool = True
    """Integers of any size."""

    mpy: bool = True
    """Imports `.mpy` files of the current format."""

    delivery: str = "file"
    """How modules get there: "file" (copied over a port) or "hex" (inside the firmware's file)."""

    machine: str = ""
    """Part of what the firmware answers to `os.uname().machine`, empty where that is not known."""

    firmware: str = ""
    """What the figures hold for."""

    flashed: str = ""
    """In words: how the firmware and the files get there."""
