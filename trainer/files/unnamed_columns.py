"""Columns without a name: the index that pandas writes, and what separators too many leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def unnamed(header: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> set[int]:
    """Return the columns without a name that may be left out.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterator of (int, list of str)
        Line and cells of the rows below it.

    Returns
    -------
    set of int
        Those that are empty in each row, and the first one if it has another whole number in each.
    """
    empty = {at for at, name in enumerate(header) if not name}
    index, seen = 0 in empty, set()
    for _, cells in rows if empty else ():
        first = cells[0]
        index = index and first.isdecimal() and len(first) < 10 and first not in seen
        seen.add(first)
        empty -= {at for at in empty if at < len(cells) and cells[at]}
        if not empty and not index:
            break
    return empty | {0} if index else empty
