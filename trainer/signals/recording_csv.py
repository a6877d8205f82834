"""Recordings in one CSV file: which column is what, and where a recording ends."""

from __future__ import annotations

import difflib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..datasets.label_columns import USUAL_LABELS, label_column
from ..errors import ThumbnetError, quoted
from ..files.number_format import NumberFormat, is_number
from ..files.text_tables import read_table
from .sample_times import UNITS, other_time_unit, rate_of, time_column, unit_by_name, unit_of_time

RECORDING = ("recording", "recording_id", "session", "session_id")
"""Names of a column that separates recordings, if none is given."""

_FEWEST = 3
_RATE_APART = 0.1
"""Largest relative difference of the rate of the times and a given rate."""


@dataclass(frozen=True)
class Columns:
    """The columns that are not channels, as the caller named them; see `read_recordings`."""

    label: str | None = None
    time: str | None = None
    rate: float | None = None
    recording: str | None = None
    default_rate: float | None = None


@dataclass(frozen=True, eq=False)
class Part:
    """One recording of a file.

    Attributes
    ----------
    lines : tuple of int
        The line of the file with each sample.
    guessed : str
        Time column and unit, such as "time:ms", if nothing states the unit.
    """

    values: NDArray[np.float64]
    label: str
    rate: float
    name: str
    channels: tuple[str, ...]
    lines: tuple[int, ...]
    guessed: str


@dataclass
class _Rows:
    """The rows of one recording, while they are read."""

    lines: list[int]
    times: array[float]
    numbers: array[float]
    label: str
    recording: str


def read_parts(path: Path, shown: str, columns: Columns, label: str | None) -> list[Part]:
    """Read the recordings of a CSV file.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        The file's name in names of recordings.
    columns : Columns
        Which columns are not channels.
    label : str or None
        The label of the whole file; None if a column has it.

    Returns
    -------
    list of Part

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file and line.
    """
    table = read_table(path, fewest=1)
    header, rows = table.header, table.rows
    at_label = None if label is not None else label_column(path, header, columns.label)
    at_time, unit = _time(path, header, columns, at_label)
    at_recording = _recording(path, header, columns.recording)
    special = [at_label, at_time, at_recording]
    channels = [k for k in range(len(header)) if k not in special]
    taken = [header[k] for k in special if k is not None]
    guessed = header[at_label] if at_label is not None and columns.label is None else None
    if guessed is not None and not channels:
        raise ThumbnetError(
            f"{path}: column {guessed!r} is taken for the labels, which leaves no channel: "
            f"{_remedy_for_labels(path)}"
        )
    if len(set(taken)) < len(taken) or not channels:
        raise ThumbnetError(
            f"{path}: no channel is left among the columns {quoted(header)}, "
            f"since {quoted(taken)} are not channels: name others with label, time or recording"
        )
    if at_time is None and columns.rate is None and columns.default_rate is None:
        raise ThumbnetError(
            f"{path}: no column of {quoted(header)} is a time: name it, or give the rate of the "
            "samples (--time COLUMN, --rate 100)"
        )
    found: list[_Rows] = []
    seen: set[str] = set()
    for line, mark, name, time, numbers in _numbered(
        path, header, rows, table.numbers, special, channels, label
    ):
        if not found or (mark, name) != (found[-1].recording, found[-1].label):
            if mark in seen and mark != found[-1].recording:
                raise ThumbnetError(
                    f"{path}, line {line}: recording {mark!r} continues after another one: "
                    "sort the rows by recording"
                )
            seen.update({mark} - {""})
            found.append(_Rows([], array("d"), array("d"), name, mark))
        one = found[-1]
        one.lines.append(line)
        one.times.append(time)
        one.numbers.extend(numbers)
    if not found:
        raise ThumbnetError(f"{path}: no rows below the header: delete the file, or record again")
    short = next((one for one in found if len(one.lines) < _FEWEST), None)
    if short is not None:
        raise _too_short(path, short, guessed)
    names = tuple(header[k] for k in channels)
    clock = None if at_time is None else header[at_time]
    whole = len(found) == 1
    return [_part(path, shown, one, names, clock, unit, columns, whole) for one in found]


_Row = tuple[int, str, str, float, list[float]]
"""Line, recording, label, time, numbers of the channels."""


def _numbered(
    path: Path,
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    numbers: NumberFormat,
    special: list[int | None],
    channels: list[int],
    label: str | None,
) -> Iterator[_Row]:
    at_label, at_time, at_recording = special
    known: dict[str, float] = {}  # sensors repeat themselves: parse each text once

    def number(line: int, k: int, cell: str) -> float:
        value = known.get(cell)
        if value is None:
            try:
                value = known[cell] = numbers.parse(cell)[0]
            except ValueError as error:
                remedy = ""
                if str(error).endswith("is not a number"):
                    other = "" if k == at_time else ", or leave the column out"
                    remedy = f": fix or delete the row{other}"
                raise ThumbnetError(
                    f"{path}, line {line}, column {header[k]!r}: {error}{remedy}"
                ) from error
        return value

    for line, cells in rows:
        name = label if at_label is None else cells[at_label]
        if not name:
            raise ThumbnetError(
                f"{path}, column {header[at_label or 0]!r}, line {line}: missing label: fill it in"
            )
        mark = "" if at_recording is None else cells[at_recording]
        time = 0.0 if at_time is None else number(line, at_time, cells[at_time])
        yield line, mark, name, time, [number(line, k, cells[k]) for k in channels]


def _too_short(path: Path, rows: _Rows, column: str | None) -> ThumbnetError:
    """Return the error for a label with few rows; column: the label column, if it was only guessed.

    If no column has the name of a label column, the last one is taken, or one called y. These may
    be channels: then they hold numbers.
    """
    where = f"{path}, line {rows.lines[0]}"
    if column is None or column.lower() in USUAL_LABELS[:-1] or not is_number(rows.label):
        return ThumbnetError(
            f"{where}: label {rows.label!r} for fewer than {_FEWEST} rows: fix the labels around "
            "it, or delete it"
        )
    return ThumbnetError(
        f"{where}: column {column!r} is taken for the labels, and {rows.label!r} is one for fewer "
        f"than {_FEWEST} rows: {_remedy_for_labels(path)}"
    )


def _remedy_for_labels(path: Path) -> str:
    """Say what to do about a file in which a channel was taken for the labels."""
    folder = path.absolute().parent
    above = folder.parent.name or "motions"
    return (
        "name another column with --label, or give a folder with a folder for each label, as "
        f"{above} is for {above}/{folder.name}/{path.name}"
    )


def _part(
    path: Path,
    shown: str,
    rows: _Rows,
    channels: tuple[str, ...],
    time: str | None,
    unit: str | None,
    columns: Columns,
    whole: bool,
) -> Part:
    lines = rows.lines
    name = shown if whole else f"{shown}, lines {lines[0]} to {lines[-1]}"
    rate, guessed = columns.rate or columns.default_rate, ""
    if time is not None:
        times = np.frombuffer(rows.times, dtype=np.float64)
        rate, guessed = _rate(path, lines, times, time, unit, columns)
    assert rate is not None
    values = np.frombuffer(rows.numbers, dtype=np.float64).reshape(len(lines), len(channels))
    return Part(values, rows.label, rate, name, channels, tuple(lines), guessed)


def _rate(
    path: Path,
    lines: Sequence[int],
    times: NDArray[np.float64],
    column: str,
    unit: str | None,
    columns: Columns,
) -> tuple[float, str]:
    """Return the rate of times (the given one, if they agree), and their unit if it was guessed."""
    given = columns.rate or columns.default_rate
    said = unit or unit_by_name(column)
    unit = said or unit_of_time(column, times, given)
    measured = rate_of(times, unit, lines, str(path))
    if given is not None and abs(measured / given - 1) <= _RATE_APART:
        return given, ""
    if columns.rate is not None:
        other = "" if said else f" and name the unit (--time {column}:{other_time_unit(unit)})"
        raise ThumbnetError(
            f"{path}, line {lines[0]}: column {column!r} says {measured:.4g} samples "
            f"a second (in {unit}), not {columns.rate:g}: correct the rate, or leave it out{other}"
        )
    return measured, "" if said else f"{column}:{unit}"


def _time(
    path: Path, header: list[str], columns: Columns, at_label: int | None
) -> tuple[int | None, str | None]:
    """Return the time column's index and its unit, both None if nothing states them."""
    if columns.time is None:
        at = time_column(header)
        return (None if at == at_label else at), None
    name, colon, unit = columns.time.rpartition(":")
    if not colon or columns.time in header:
        name, unit = columns.time, ""
    if unit and unit not in UNITS:
        raise ThumbnetError(
            f"a time in {unit!r}: its unit is one of {', '.join(UNITS)}, as in {name}:ms"
        )
    return _named(path, header, name), unit or None


def _recording(path: Path, header: list[str], name: str | None) -> int | None:
    if name is not None:
        return _named(path, header, name)
    return next((k for k, column in enumerate(header) if column.lower() in RECORDING), None)


def _named(path: Path, header: list[str], name: str) -> int:
    lower = [column.lower() for column in header]
    if name.lower() in lower:
        return header.index(name) if name in header else lower.index(name.lower())
    close = difflib.get_close_matches(name.lower(), lower, n=1)
    hint = f": did you mean {header[lower.index(close[0])]!r}?" if close else ": name another"
    raise ThumbnetError(f"{path}: no column {name!r}, the columns are {quoted(header)}{hint}")
