"""Time of one inference: cycles of each tier on each processor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cycles:
    """What one tier costs on one processor."""

    mac: float
    """A multiply-accumulate."""

    input: float
    """Bringing one input to uint8."""

    output: float
    """One output of a layer: bias, requantization, clamp, table."""

    call: float
    """One layer: a call from Python and what surrounds it."""


CPUS: dict[str, dict[str, Cycles]] = {}
"""By the profile's `cpu`, then by tier; `thumb_dsp` stands for thumb on a board with `dsp`."""

_PLAIN = Cycles(1250, 3000, 8000, 12000)

for _cpu, _factor in {
    "cortex-m0": 1.15,
    "cortex-m0plus": 1.0,
    "cortex-m4": 0.6,
    "cortex-m7": 0.3,
    "cortex-m33": 0.6,
    "xtensa-lx6": 0.8,
    "xtensa-lx7": 0.8,
    "xtensa-lx106": 1.2,
    "riscv32": 0.8,
    "x86-64": 0.1,
    "wasm": 1.0,
}.items():
    CPUS[_cpu] = {
        "plain": Cycles(*(_factor * c for c in (1250, 3000, 8000, 12000))),
        "viper": Cycles(*(_factor * c for c in (24, 40, 120, 2500))),
        "thumb": Cycles(*(_factor * c for c in (5, 12, 60, 2500))),
        "thumb_dsp": Cycles(*(_factor * c for c in (2, 12, 60, 2500))),
    }
