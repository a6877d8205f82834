"""The fields of a board profile: their types, limits and error messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from thumbnet.trainer import ThumbnetError

from ..graph.brief import brief
from .processors import CPUS
from .profile import BoardProfile

TIERS = ("thumb", "viper", "plain")
"""Folders of `firmware/`, fastest first."""

ARCHITECTURES = (
    "",
    "armv6m",
    "armv7m",
    "armv7em",
    "armv7emsp",
    "armv7emdp",
    "xtensa",
    "xtensawin",
    "rv32imc",
    "rv64imc",
    "x86",
    "x64",
)
"""Values of `mpy-cross -march`; empty for no native code."""

DELIVERIES = ("file", "hex")

LONGEST = 200
"""Characters of a text."""


@dataclass(frozen=True)
class Field:
    """One field: how it is checked, and a valid example."""

    check: Callable[[Any], bool]
    expected: str
    sample: str

    def read(self, file: str, key: str, value: Any) -> Any:
        """Return the value as `BoardProfile` stores it; raise ThumbnetError if it is invalid."""
        if not self.check(value):
            raise ThumbnetError(
                f"{file}: {key} is {brief(value)}, expected {self.expected}: "
                f"write {self.example(key)}"
            )
        return tuple(value) if isinstance(value, list) else value

    def example(self, key: str) -> str:
        """Return a line of TOML with this field."""
        return f"`{key} = {self.sample}`"


def _whole(low: int, high: int, expected: str, sample: str) -> Field:
    def check(value: Any) -> bool:
        return type(value) is int and low <= value <= high

    return Field(check, expected, sample)


def _one_of(choices: tuple[str, ...]) -> Field:
    shown = ", ".join(repr(choice) for choice in choices)
    return Field(lambda value: value in choices, f"one of {shown}", f'"{choices[-1]}"')


def _tiers(value: Any) -> bool:
    """Return whether the value is a part of TIERS, in order, that ends with `plain`."""
    return (
        isinstance(value, list)
        and value == [tier for tier in TIERS if tier in value]
        and value[-1:] == ["plain"]
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= LONGEST


_TEXT = Field(_is_text, f"one line of text, up to {LONGEST} characters", '"..."')
NAME = _TEXT
"""The name of a profile, which stands in messages and in the header of modules."""

_FLAG = Field(lambda value: isinstance(value, bool), "true or false", "true")

REQUIRED = {
    "title": _TEXT,
    "cpu": _one_of(tuple(CPUS)),
    "clock": _whole(10**6, 10**10, "hertz, 1 MHz to 10 GHz", "125_000_000"),
    "ram": _whole(4096, 2**40, "bytes of RAM, 4 KB or more", "264_000"),
    "heap": _whole(1024, 2**40, "bytes of heap, 1 KB or more", "100_000"),
    "flash": _whole(1024, 2**50, "bytes of file system, 1 KB or more", "800_000"),
    "tiers": Field(
        _tiers,
        "some of thumb, viper, plain, in this order and ending with plain",
        '["viper", "plain"]',
    ),
}

OPTIONAL = {
    "arch": _one_of(ARCHITECTURES),
    "dsp": _FLAG,
    "romfs": _whole(0, 2**40, "bytes of mapped flash, 0 for none", "0"),
    "stream": Field(
        lambda value: type(value) is int and value in (0, *range(64, 2**20 + 4, 4)),
        "bytes: a multiple of 4 from 64 to 1,048,576, or 0 for none",
        "1024",
    ),
    "memoryview": _FLAG,
    "bigint": _FLAG,
    "comments": _FLAG,
    "mpy": _FLAG,
    "delivery": _one_of(DELIVERIES),
    "machine": _TEXT,
    "firmware": _TEXT,
    "flashed": _TEXT,
}


def check_together(file: str, board: BoardProfile) -> None:
    """Raise ThumbnetError if fields contradict each other."""
    arm = board.arch.startswith("armv")
    if 0 < board.ram < board.heap:
        raise ThumbnetError(
            f"{file}: heap is {board.heap:,}, but ram is only {board.ram:,}: set heap to what "
            "`import gc; gc.collect(); gc.mem_free()` returns on the board"
        )
    if "thumb" in board.tiers and not arm:
        raise ThumbnetError(
            f"{file}: tiers has thumb, but arch is {board.arch!r}: set arch to the ARM core, "
            'such as `arch = "armv6m"`, or remove thumb'
        )
    if "viper" in board.tiers and not board.arch:
        raise ThumbnetError(
            f"{file}: tiers has viper, but arch is empty: set arch to the -march of "
            'mpy-cross, such as `arch = "xtensawin"`, or remove viper'
        )
    slow = [tier for tier in board.tiers if tier not in CPUS[board.cpu].tiers]
    if slow:
        raise ThumbnetError(
            f"{file}: tiers has {', '.join(slow)}, which {board.cpu} does not run: remove it, or "
            "set another cpu"
        )
    if board.dsp and not ("thumb_dsp" in CPUS[board.cpu].tiers and "thumb" in board.tiers):
        raise ThumbnetError(
            f"{file}: dsp is for tier thumb on a Cortex-M4, M7 or M33, not for {board.cpu}: "
            "remove it"
        )
    if board.delivery == "hex" and (board.cpu != "cortex-m0" or board.tiers[0] != "thumb"):
        raise ThumbnetError(
            f'{file}: delivery is "hex", the file for a micro:bit v1, which has a cortex-m0 and '
            "tier thumb: set these, or remove delivery"
        )
