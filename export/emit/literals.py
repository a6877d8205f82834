"""Python literals in a readable layout: the only text that the exporter writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ..kernels.weight_layouts import Section

WIDTH = 96

Literals = dict[str, str]
"""Name to source text."""


def wrapped(items: Iterable[object], indent: str = "    ") -> str:
    """Return items as `a, b, c,` on lines of at most `WIDTH` characters."""
    lines: list[str] = []
    line = indent
    for item in items:
        text = f"{item}, "
        if len(line) + len(text) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += text
    if line.strip():
        lines.append(line.rstrip())
    return "\n".join(lines)


def tuple_literal(items: Sequence[object]) -> str:
    """Return a tuple, on one line if it fits."""
    inner = ", ".join(str(item) for item in items) + ("," if len(items) == 1 else "")
    if len(inner) + 20 <= WIDTH:
        return f"({inner})"
    return "(\n" + wrapped(items) + "\n)"


def bytes_literal(sections: Sequence[Section]) -> str:
    """Return one bytes literal; a row that takes several lines is indented from the second on."""
    if len(sections) == 1 and not sections[0].comment and len(sections[0].rows[0]) <= 16:
        return repr(bytes(sections[0].rows[0]))
    lines = []
    for section in sections:
        if section.comment:
            lines.append(f"    # {section.comment}")
        for row in section.rows:
            for start in range(0, len(row), section.line):
                indent = "      " if start and len(section.rows) > 1 else "    "
                lines.append(f"{indent}{bytes(row[start : start + section.line])!r}")
    return "(\n" + "\n".join(lines) + "\n)"


def zeros_literal(kind: str, size: int) -> str:
    """Return an array of zeros, of 16-bit ("h") or 32-bit ("i") integers."""
    return f'array("{kind}", [0] * {size})'


def array_literal(kind: str, values: npt.ArrayLike) -> str:
    """Return an array of integers, made of bytes: a tuple of them would take more heap."""
    data = np.asarray(values, {"h": "<i2", "i": "<i4"}[kind]).tobytes()
    return f'array("{kind}", {bytes_literal([Section("", [data])])})'


def named_numbers(names: Sequence[str], values: Sequence[int]) -> list[str]:
    """Return lines of numbers, each with a comment that names its numbers."""
    lines: list[str] = []
    numbers = words = ""
    for name, value in zip(names, values, strict=True):
        more, also = f"{numbers}{value}, ", f"{words}{name}, "
        if words and len(f"    {more} # {also}") > WIDTH:
            lines.append(f"    {numbers} # {words[:-2]}")
            more, also = f"{value}, ", f"{name}, "
        numbers, words = more, also
    return [*lines, f"    {numbers} # {words[:-2]}"]


def number_rows(rows: Iterable[Sequence[int]], comment: str) -> list[str]:
    """Return a comment, and one line per row of numbers."""
    return [f"    # {comment}", *(f"    {', '.join(map(str, row))}," for row in rows)]


def block(lines: Sequence[str], opening: str = "(", closing: str = ")") -> str:
    """Return lines as a tuple, or between other brackets."""
    return f"{opening}\n" + "\n".join(lines) + f"\n{closing}"
