"""Snippets that build a row of numbers, `X`, on a board that takes few characters at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .raw_repl import BURST

Row = Sequence[Any]
"""An input vector, as bytes if it is of whole levels, or the samples for a `Stream`, each of them a
list."""

Execute = Callable[[bytes], str]
COLLECT = b"c()"  # c is gc.collect: the compiler itself does not collect when memory is short
LOOP = b"i=%d\nfor v in %s:X[i]=v;i+=1"
LITERAL_ROOM = BURST - len(LOOP % (9999, b"")) - len(b"\n" + COLLECT)
INTERNED = 10  # a literal of at most this many bytes is never freed
GAP = 8  # this many zeros in a row are cheaper to skip than to send
ESCAPES = {0x27: b"\\'", 0x5C: b"\\\\", 0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t"}


def send_row(execute: Execute, row: Row) -> None:
    """Build a row as `X` on the board.

    Integers from 0 to 255 become bytes or a bytearray, which need little heap; other numbers
    become a tuple or a list.
    """
    values = list(row)
    small = all(type(v) is int and 0 <= v <= 255 for v in values)
    whole = (b"X=bytes(%s)" if small else b"X=%s") % tuple_literal(values)
    if len(whole) <= BURST - len(b"\n" + COLLECT):
        execute(whole)
        return
    execute(b"X=0")
    execute((b"X=bytearray(%d)" if small else b"X=[0]*%d") % len(values))
    for start, part in stretches(values):
        for place, piece in pieces(part, small):
            execute(LOOP % (start + place, piece))


def stretches(values: Sequence[float]) -> Iterator[tuple[int, Sequence[float]]]:
    """Yield the parts of a row between long runs of zeros, each with its index."""
    start = end = 0  # the part begins at start; its last nonzero value is before end
    for place, value in enumerate(values):
        if value == 0:
            continue
        if place - end >= GAP:
            if start < end:
                yield start, values[start:end]
            start = place
        end = place + 1
    if start < end:
        yield start, values[start:end]


def bytes_literal(values: Sequence[float]) -> bytes:
    """Return the source of a bytes object: one byte for most values, two to four for others."""
    out = [b"b'"]
    for value, after in zip(values, [*values[1:], 0], strict=False):
        value, after = int(value), int(after)
        if value in ESCAPES:
            out.append(ESCAPES[value])
        elif value < 0x20:
            # Control characters steer the REPL; an octal escape ends at the next other character.
            out.append(b"\\%o" % value if not 0x30 <= after <= 0x37 else b"\\%03o" % value)
        elif value == 0x7F:
            out.append(b"\\177")
        else:
            out.append(bytes([value]))
    return b"".join(out) + b"'"


def tuple_literal(values: Sequence[float]) -> bytes:
    """Return the source of a tuple; numbers that are not finite are written with float()."""
    return ("(" + "".join(f"{_word(value)}," for value in values) + ")").encode()


def _word(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return repr(value)


def pieces(values: Sequence[float], small: bool) -> Iterator[tuple[int, bytes]]:
    """Yield literals that are short enough for LOOP, each with the index of its first value."""
    place = 0
    while place < len(values):
        part = values[place : place + LITERAL_ROOM]
        text = _longest(part, bytes_literal) if small else None
        if text is None or text[0] <= INTERNED:
            text = _longest(part, tuple_literal)
        count, literal = text
        yield place, literal
        place += count


def _longest(
    values: Sequence[float], literal: Callable[[Sequence[float]], bytes]
) -> tuple[int, bytes]:
    """Return how many values fit into one snippet, and their literal."""
    count = len(values)
    while len(text := literal(values[:count])) > LITERAL_ROOM:
        count -= 1
    return count, text
