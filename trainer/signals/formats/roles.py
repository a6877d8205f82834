"""Which column of a table is the label, which are clocks, which separates recordings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...datasets.label_columns import USUAL_LABELS, column_named, label_column
from ...errors import ThumbnetError, quoted
from ...files.number_format import is_number
from ..clock_names import clock_by_name
from ..moments import parse_moment
from ..sample_times import UNITS
from .track import Wanted

RECORDING = ("recording", "recording_id", "session", "session_id")
"""Names of a column that separates recordings, if none is given."""


@dataclass(frozen=True)
class Roles:
    """The columns of a table by what they are for.

    Attributes
    ----------
    label, recording : int or None
        The label column, and that which separates recordings.
    guessed_label : str or None
        Name of the label column, if only its place or name suggests it.
    clocks : tuple of int
        Columns of times.
    dates : frozenset of int
        Those of them that are dates or times of day, rather than numbers.
    time : int or None
        The clock that the user named.
    unit : str or None
        The unit of its numbers, if the user stated it.
    channels : tuple of int
        All other columns.
    """

    label: int | None
    recording: int | None
    guessed_label: str | None
    clocks: tuple[int, ...]
    dates: frozenset[int]
    time: int | None
    unit: str | None
    channels: tuple[int, ...]


def roles_of(
    header: Sequence[str], cells: Sequence[str], where: str, label: str | None, wanted: Wanted
) -> Roles:
    """Decide what each column is for.

    Parameters
    ----------
    header, cells : sequence of str
        Names of the columns, and the first row.
    where : str
        The file, for messages.
    label : str or None
        The label of the whole file; None if a column has it.
    wanted : Wanted
        What the user said.

    Returns
    -------
    Roles

    Raises
    ------
    ThumbnetError
        If a column that the user named is not there, or no channel is left.
    """
    names = list(header)
    dates = frozenset(k for k, cell in enumerate(cells) if parse_moment(cell) is not None)
    by_name = {k for k, name in enumerate(names) if clock_by_name(name, k == 0)}
    at_label = None
    predicted = {*wanted.predicted} <= {*names} and bool(wanted.predicted)
    if label is None and predicted and wanted.label is None:
        at_label = _label_if_any(names, cells, by_name | dates, wanted)
    elif label is None:
        at_label = _label(where, names, by_name | dates, wanted.label)
    at_time, unit = _time(where, names, wanted.time)
    at_recording = _recording(where, names, wanted.recording)
    ignored = {k for k, name in enumerate(names) if is_ignored(name, wanted.ignore)}
    clocks = (by_name | dates) - {at_label, at_recording} - ignored
    if at_time is not None:
        clocks |= {at_time}
    special = [at_label, at_time, at_recording]
    left_out = {*special, *clocks, *ignored}
    if predicted:
        left_out = {k for k, name in enumerate(names) if name not in wanted.predicted}
    channels = [k for k in range(len(names)) if k not in left_out]
    taken = [names[k] for k in special if k is not None]
    guessed = names[at_label] if at_label is not None and wanted.label is None else None
    if guessed is not None and not channels:
        raise ThumbnetError(
            f"{where}: column {guessed!r} is taken for the labels, which leaves no channel: "
            f"{remedy_for_labels(where)}"
        )
    if len(set(taken)) < len(taken) or not channels:
        others = [names[k] for k in range(len(names)) if k not in channels]
        raise ThumbnetError(
            f"{where}: no channel is left among the columns {quoted(names)}, "
            f"since {quoted(others)} are not channels: name others with label, time or recording"
        )
    return Roles(
        at_label,
        at_recording,
        guessed,
        tuple(sorted(clocks)),
        dates,
        at_time,
        unit,
        tuple(channels),
    )


def is_ignored(name: str, ignore: Sequence[str]) -> bool:
    """Whether a column is to be left out, in whatever case it is written."""
    return name.lower() in {one.lower() for one in ignore}


def remedy_for_labels(where: str) -> str:
    """Say what to do about a file in which a channel was taken for the labels."""
    path = Path(where)
    folder = path.absolute().parent
    above = folder.parent.name or "motions"
    name = re.match(r"([^\W\d_]+)[\s_-]?\d", path.stem)
    called = ""
    if name is not None:
        number = path.name[name.end() - 1 :]
        called = f", or call it {name[1]}.{number}, if {name[1]!r} is its label"
    return (
        "name another column with --label, or give a folder with a folder for each label, as "
        f"{above} is for {above}/{folder.name}/{path.name}{called}"
    )


def _label_if_any(
    header: Sequence[str], cells: Sequence[str], clocks: set[int], wanted: Wanted
) -> int | None:
    """Return the label column of a recording for a trained network; None if it has none."""
    others = [
        k
        for k, name in enumerate(header)
        if k not in clocks and name not in (*wanted.predicted, *wanted.ignore)
    ]
    usual = [k for k in others if header[k].lower() in USUAL_LABELS]
    texts = [k for k in others if cells[k] and not is_number(cells[k])]
    return next(iter([*usual, *texts[-1:]]), None)


def _label(where: str, header: list[str], clocks: set[int], name: str | None) -> int:
    """Return the label column; a clock is none, unless the user says so."""
    if name is not None or len(clocks) == len(header):
        return label_column(where, header, name)
    others = [k for k in range(len(header)) if k not in clocks]
    return others[label_column(where, [header[k] for k in others], None)]


def _time(where: str, header: list[str], name: str | None) -> tuple[int | None, str | None]:
    """Return the index of the time column that the user names, and the unit that they state."""
    if name is None:
        return None, None
    column, colon, unit = name.rpartition(":")
    if not colon or name in header:
        column, unit = name, ""
    if unit and unit not in UNITS:
        raise ThumbnetError(
            f"a time in {unit!r}: its unit is one of {', '.join(UNITS)}, as in {column}:ms"
        )
    return column_named(where, header, column), unit or None


def _recording(where: str, header: list[str], name: str | None) -> int | None:
    if name is not None:
        return column_named(where, header, name)
    return next((k for k, column in enumerate(header) if column.lower() in RECORDING), None)
