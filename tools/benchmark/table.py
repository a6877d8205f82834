"""The table as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from ..terminal.console import Console
from .goals import Line

STATES = {True: "ok", False: "missed"}
HOW = 8
"""Indentation of the second line of a row, in characters."""


def show(console: Console, lines: Sequence[Line]) -> None:
    """Print a header, and for each line the result and below it how it was measured."""
    header = ("", "measured", "goal", "what")
    rows = [(STATES[line.ok], line.shown, str(line.goal), line.what) for line in lines]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    console.say(_aligned(header, widths), "bold")
    for line, row in zip(lines, rows, strict=True):
        console.say(_aligned(row, widths), None if line.ok else "red")
        console.say(f"{'':{HOW}}{line.how}", "dim")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
