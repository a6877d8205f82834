"""Python literals, laid out as a person would: the only text that the exporter writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    """Return a tuple, on one line where it fits."""
    inner = ", ".join(str(item) for item in items) + ("," if len(items) == 1 else "")
    if len(inner) + 20 <= WIDTH:
        return f"({inner})"
    return "(\n" + wrapped(items) + "\n)"


def bytes_literal(rows: Iterable[bytes]) -> str:
    """Return one bytes literal, every row beginning a new line."""
    rows = list(rows)
    if len(rows) == 1 and len(rows[0]) <= 16:
        return repr(bytes(rows[0]))
    lines = []
    for row in rows:
        for start in range(0, len(row), 24):
            lines.append(f"    {bytes(row[start : start + 24])!r}")
    return "(\n" + "\n".join(lines) + "\n)"


def commented_rows(groups: Iterable[tuple[str, Sequence[object]]]) -> str:
    """Return a flat tuple whose groups of items each stand under a comment."""
    lines = []
    for comment, items in groups:
        lines.append(f"    # {comment}")
        lines.append(wrapped(items))
    return "(\n" + "\n".join(lines) + "\n)"
