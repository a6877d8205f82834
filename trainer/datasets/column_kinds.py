"""What the feature columns of a table hold: numbers, yes and no, names, times; and their inputs."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.number_format import sign_of, unit_of
from .resolution import resolution_for
from .table_cells import Cells, Texts, ignoring

MOST_NAMES = 32
"""Different texts of a column, each of which becomes an input."""
_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "y", "t"), 1.0),
    **dict.fromkeys(("false", "no", "off", "n", "f"), 0.0),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)([T ,].*)?"
    r"|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AP]M)?|\d{4}-(\d\d|W\d\d(-\d)?)|\d{8}T\d{4,6}.*"
    rf"|([a-z]+,? )?\d{{1,2}}[ .-]+{_MONTH}[ ,.-]+\d{{2,4}}.*|{_MONTH}[ -]\d{{1,2}},? \d{{4}}.*",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"time(stamp)?|date(time)?|epoch|unix.*|.*_(time|ts)|ts|created.*|time.*", re.I)
_EPOCH = (9e8, 2.3e9)
"""Seconds since 1970 from 1998 to 2042."""
_UNITS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}


@dataclass
class Inputs:
    """The inputs of a network, made of the columns of a table.

    Attributes
    ----------
    x
        (rows, inputs), float64.
    steps
        The resolution of each input.
    texts, flags, means
        See `TableColumns`.
    kept
        Which rows of the table are left, (all rows,).
    """

    x: NDArray[np.float64]
    steps: list[float]
    texts: dict[str, tuple[str, ...]]
    flags: tuple[str, ...]
    means: dict[str, float | str]
    kept: NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """What columns held in training, if this is another table of the same kind."""

    texts: dict[str, tuple[str, ...]]
    flags: tuple[str, ...]
    means: dict[str, float | str]


def make_inputs(cells: Cells, missing: str, known: Known | None = None) -> Inputs:
    """Return the inputs that the columns of a table become.

    Parameters
    ----------
    cells : Cells
        The features.
    missing : str
        See `TableOptions`.
    known : Known, optional
        How the columns were read in training.

    Returns
    -------
    Inputs

    Raises
    ------
    ThumbnetError
        If a column cannot be an input; the message names it, a line, and a remedy.
    """
    numbers, absent = cells.numbers(), cells.missing()
    kept: NDArray[np.bool_] = np.ones(len(numbers), dtype=np.bool_)
    if absent.any():
        if missing == "refuse":
            raise _missing(cells, absent)
        if missing == "drop":
            kept = np.logical_not(absent.any(axis=1))
            if not kept.any():
                raise _all_missing(cells, absent)
    found = Inputs(numbers, [], {}, (), {}, kept)
    columns: list[NDArray[Any]] = []
    for i, name in enumerate(cells.names):
        column, gaps = numbers[:, i], absent[:, i]
        texts = cells.texts.get(i)
        # In a row that is left out, there may be whatever: the units, or a sum.
        left = gaps | ~kept
        words = [] if texts is None else _words(texts, left)
        as_text = known is not None and name in known.texts
        if words or as_text:
            columns += _of_texts(cells, i, words, left, missing, found, known)
            continue
        filled = missing == "mean" and known is not None and name in known.means
        if gaps.all() and not filled:
            raise _all_missing(cells, absent[:, i : i + 1], name)
        if known is None:
            _check_epoch(cells, name, column[~gaps])
        if gaps.any() and missing == "mean":
            mean = None if known is None else known.means.get(name)
            if not isinstance(mean, float | int):
                mean = round(float(column[~gaps].mean()), cells.decimals[i])
            found.means[name] = float(mean)
            column = np.where(gaps, mean, column)
        columns.append(column)
        taken = column[kept]
        where = f"{cells.path}, column {name!r}"
        found.steps.append(
            resolution_for(
                cells.decimals[i],
                float(taken.min()),
                float(taken.max()),
                where,
                leave=ignoring(name),
            )
        )
    found.x = np.stack([column[kept] for column in columns], axis=1)
    return found


def _words(texts: Texts, gaps: NDArray[np.bool_]) -> list[tuple[int, str]]:
    return [(row, text) for row, text in texts.of_rows() if not gaps[row]]


def _of_texts(
    cells: Cells,
    i: int,
    words: Sequence[tuple[int, str]],
    gaps: NDArray[np.bool_],
    missing: str,
    found: Inputs,
    known: Known | None,
) -> list[NDArray[Any]]:
    """Return the inputs of a column with texts: one for yes and no, or one for each text."""
    name, rows = cells.names[i], len(gaps)
    line, first = (cells.lines[words[0][0]], words[0][1]) if words else (0, "")
    where = f"{cells.path}, line {line}, column {name!r}"
    by_row = dict(words)
    mixed = len(by_row) < rows - int(gaps.sum())
    is_text = known is not None and name in known.texts
    _check_units(where, first, [text for _, text in words] if not is_text else [])
    if mixed and not is_text:
        sign = shlex.quote(f"{name}={first}")
        raise ThumbnetError(
            f"{where}: {first[:40]!r} is not a number, unlike others of the column: correct it, "
            f"delete the row, say that it is a missing value (--na {sign} --missing drop), or "
            f"leave the column out ({ignoring(name)})"
        )
    if mixed:  # a text of this column may be a number in another file
        numbers = cells.numbers()[:, i]
        by_row.update(
            {r: f"{numbers[r]:g}" for r in range(rows) if not gaps[r] and r not in by_row}
        )
    counts = Counter(text for _, text in sorted(by_row.items()))
    usual = [text for text, _ in counts.most_common(1)]
    if known is not None and name in known.means:
        usual = [str(known.means[name])]
    if not usual:
        raise _all_missing(cells, gaps[:, None], name)
    filler = usual[0]
    if gaps.any() and missing == "mean":
        found.means[name] = filler
    if not is_text and {text.lower() for text in counts} <= {*_FLAGS}:
        found.flags += (name,)
        found.steps.append(1.0)
        flags = [_FLAGS[by_row.get(r, filler).lower()] for r in range(rows)]
        return [np.array(flags)]
    texts = known.texts[name] if known is not None and is_text else _names(where, name, counts)
    found.texts[name] = texts
    found.steps += [1.0] * len(texts)
    for row, text in by_row.items():
        if text not in texts:
            raise ThumbnetError(
                f"{cells.path}, line {cells.lines[row]}, column {name!r}: {text[:40]!r} was not "
                f"seen in training, only {quoted(texts)}: correct it, or train again with it"
            )
    cell = np.array([by_row.get(r, filler) for r in range(rows)], dtype=object)
    return [(cell == text).astype(np.float64) for text in texts]


def _check_units(where: str, first: str, texts: Sequence[str]) -> None:
    """Raise ThumbnetError for numbers that one unit follows: other texts may be names."""
    for part, where_it_is in ((unit_of, "follows it"), (sign_of, "is before it")):
        found = set(map(part, texts))
        if len(found) == 1 and (unit := found.pop()):
            raise ThumbnetError(
                f"{where}: {first[:40]!r} is not a number: text {where_it_is}, remove {unit!r} "
                "from the column"
            )


def _names(where: str, name: str, counts: Counter[str]) -> tuple[str, ...]:
    """Return the texts of a column of names; raise ThumbnetError if they are dates, or too many."""
    first = next(iter(counts))
    if all(map(_DATE.fullmatch, counts)):
        raise ThumbnetError(
            f"{where}: {first[:40]!r} is a date or a time, which a network cannot learn from: "
            f"leave it out ({ignoring(name)}), or put a number in its place, such as the hour"
        )
    rows = sum(counts.values())
    if len(counts) == 1:
        raise ThumbnetError(
            f"{where}: {first[:40]!r} is in every row, which tells nothing: leave it out "
            f"({ignoring(name)})"
        )
    if len(counts) > MOST_NAMES or (len(counts) > 2 and 2 * len(counts) > rows):
        raise ThumbnetError(
            f"{where}: {first[:40]!r} is not a number, and with {len(counts):,} different texts in "
            f"{rows:,} rows these are no categories: leave it out ({ignoring(name)}), or name it "
            f"with --label"
        )
    return tuple(sorted(counts))


def _check_epoch(cells: Cells, name: str, values: NDArray[np.float64]) -> None:
    """Raise ThumbnetError for a clock that counts from 1970."""
    low, high = float(values.min()), float(values.max())
    for unit, factor in _UNITS.items():
        if not _EPOCH[0] <= low / factor <= high / factor <= _EPOCH[1]:
            continue
        in_order = len(values) > 2 and bool(np.all(np.diff(values) >= 0))
        if _CLOCK.fullmatch(name) or in_order:
            start = datetime.fromtimestamp(low / factor, timezone.utc)
            raise ThumbnetError(
                f"{cells.path}, column {name!r}: holds times in {unit} since 1970, from "
                f"{start:%Y-%m-%d %H:%M}, which a network cannot learn from: leave it out "
                f"({ignoring(name)}), or put a number in its place, such as the hour"
            )


def _missing(cells: Cells, absent: NDArray[np.bool_]) -> ThumbnetError:
    """Return the error for a missing value that may not be missing."""
    row, column = (int(at) for at in np.argwhere(absent)[0])
    name = cells.names[column]
    text = dict(cells.texts[column].of_rows())[row]
    shown = f" ({text!r})" if text else ""
    count = int(absent.any(axis=1).sum())
    remedy = f"--missing drop (leaves out {count:,} of {len(absent):,} rows) or --missing mean"
    if 2 * int(absent[:, column].sum()) > len(absent):
        remedy = f"{ignoring(name)}, as most of this column is missing"
    return ThumbnetError(
        f"{cells.path}, line {cells.lines[row]}, column {name!r}: missing value{shown}: "
        f"fill it in, delete the row, or use {remedy}"
    )


def _all_missing(cells: Cells, absent: NDArray[np.bool_], name: str = "") -> ThumbnetError:
    name = name or cells.names[int(absent.sum(axis=0).argmax())]
    return ThumbnetError(
        f"{cells.path}, column {name!r}: values are missing, so that no row is left: leave the "
        f"column out ({ignoring(name)})"
    )
