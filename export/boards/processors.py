"""Processors that MicroPython runs on, and what each tier costs on them, in cycles.

Bytecode was counted in instructions on an emulated Cortex-M0 (MicroPython 1.9.2) and scaled to
other processors by the published times of one MicroPython benchmark. Kernels were also counted in
instructions, or timed on an RP2040 and on a PC. docs/boards.md lists the errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cycles:
    """The costs of one tier on one processor, in cycles."""

    mac: float
    """A multiply-accumulate; one with a zero input costs less, or nothing."""

    input: float
    """Converting one integer level to uint8."""

    output: float
    """One output of a layer: bias, requantization, clamp, table."""

    call: float
    """One layer: the call from Python and the code around it."""

    pool: float
    """Comparing or adding one value of a pooling window."""

    assembly: bool = field(default=False, kw_only=True)
    """The kernels are in assembly."""


@dataclass(frozen=True)
class Cpu:
    """A processor that runs MicroPython: its tiers, and the cost of bytecode, in cycles."""

    tiers: dict[str, Cycles]
    """Costs by tier; `thumb_dsp` is `thumb` on a board with `dsp`."""

    sensor: float
    """Converting one reading that is a float to uint8; bytecode in every tier."""

    predict: float
    """The code of `predict` around the layers; bytecode in every tier."""

    read: float
    """Reading the next bytes of a file, called from bytecode."""

    byte: float
    """Each byte that is read."""

    feature: float
    """The cost of a window's features, relative to an RP2040."""

    word: int = 4
    """Bytes of a pointer."""


def _microcontroller(
    bytecode: float,
    byte: float,
    read: float = 6000,
    viper: float = 0,
    thumb: float = 0,
    dsp: float = 0,
) -> Cpu:
    """Return a processor from its bytecode cost relative to an RP2040, and cycles per MAC."""
    call = 3000 * bytecode
    plain = (1250, 9000, 6000, 10_000, 1250)
    tiers = {"plain": Cycles(*(bytecode * cycles for cycles in plain))}
    if viper:
        tiers["viper"] = Cycles(viper, 2 * viper, 10 * viper, call, 14 * viper)
    if thumb:
        tiers["thumb"] = Cycles(thumb, 3 * thumb, 25 * thumb, call, thumb, assembly=True)
    if dsp:
        tiers["thumb_dsp"] = Cycles(dsp, 3 * thumb, 25 * thumb, call, thumb, assembly=True)
    return Cpu(tiers, 15_000 * bytecode, 12_000 * bytecode, read * bytecode, byte, bytecode)


def _pc(slower: float, word: int = 8) -> Cpu:
    """Return a PC, `slower` times slower than a native interpreter on x86-64."""
    tiers = {
        "plain": Cycles(*(slower * cycles for cycles in (130, 3000, 6000, 2000, 130))),
        "viper": Cycles(2, 15, 150, 500, 2),
    }
    return Cpu(tiers, 5000 * slower, 5000 * slower, 1800 * slower, 1, 0.15 * slower, word)


CPUS: dict[str, Cpu] = {
    "cortex-m0": _microcontroller(1.5, byte=4, read=2000, thumb=5),
    "cortex-m0plus": _microcontroller(1.0, byte=50, viper=24, thumb=5),
    "cortex-m4": _microcontroller(0.75, byte=50, viper=18, thumb=4, dsp=2.2),
    "cortex-m7": _microcontroller(0.6, byte=50, viper=12, thumb=2.5, dsp=1.5),
    "cortex-m33": _microcontroller(0.62, byte=50, viper=18, thumb=4, dsp=2.2),
    "xtensa-lx6": _microcontroller(1.0, byte=200, viper=20),
    "xtensa-lx7": _microcontroller(0.86, byte=200, viper=18),
    "xtensa-lx106": _microcontroller(1.47, byte=200),
    "riscv32": _microcontroller(0.85, byte=200, viper=20),
    "x86-64": _pc(1),
    "aarch64": _pc(1.5),
    "wasm": _pc(4, word=4),
}
"""Processors by name, as in the `cpu` of a board profile."""
