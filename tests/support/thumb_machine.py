"""The emulated Cortex-M core, which the benchmark has."""

from __future__ import annotations

from thumbnet.tools.benchmark.kernels.thumb_machine import (
    TIMEOUT,
    Buffer,
    Cost,
    Fault,
    Machine,
    assemble,
)

__all__ = ["TIMEOUT", "Buffer", "Cost", "Fault", "Machine", "assemble"]
