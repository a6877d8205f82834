"""The emulated Cortex-M core, which the benchmark has."""

from __future__ import annotations

from thumbnet.tools.benchmark.kernels.thumb_machine import (
    MOST_TIMES,
    Buffer,
    Cost,
    Fault,
    Machine,
    assemble,
)

__all__ = ["MOST_TIMES", "Buffer", "Cost", "Fault", "Machine", "assemble"]
