"""From the rows of a table to tracks: numbers, clocks, and where a recording ends."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...datasets.label_columns import USUAL_LABELS
from ...datasets.table_cells import ignoring
from ...errors import ThumbnetError, quoted
from ..clock_names import perhaps_clock
from ..clocks import Clock, ClockCells, choose_clock, counts_rows, counts_up, rises_evenly
from ..sample_times import time_option, unit_of_time
from ..trees import File
from .rates import rate_of_clock
from .roles import Roles, is_ignored, remedy_for_labels, roles_of
from .text import UNNAMED, Sheet
from .track import FEWEST, Track, Wanted

COUNTERS = (
    *(UNNAMED, "unnamed: 0", "#", "no", "nr", "row", "sample", "samples", "count", "counter"),
    *("i", "n", "idx", "frame", "packet", "seq", "sequence", "sample_id", "sample number"),
)
"""Names of a column that counts the rows, if it does."""
_NO_CLOCK = ", or leave out the clock and give the rate of the samples"


@dataclass
class _Run:
    """The rows of one recording, while they are read."""

    begin: int
    lines: list[int]
    label: str
    recording: str


def tracks_of(sheet: Sheet, file: File, label: str | None, wanted: Wanted) -> list[Track]:
    """Read the recordings of a table.

    Parameters
    ----------
    sheet : Sheet
        The table.
    file : File
        Where it is from.
    label : str or None
        The label of the whole file; None if a column has it.
    wanted : Wanted
        Which columns are not channels, as far as the user said.

    Returns
    -------
    list of Track

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file and line.
    """
    table: _Table | None = None
    for line, cells in sheet.rows:
        if table is None:
            roles = roles_of(sheet.header, cells, file.where, label, wanted)
            table = _Table(sheet, file.where, label or "", roles, bool(wanted.predicted))
        table.add(line, cells)
    if table is None:
        raise ThumbnetError(
            f"{file.where}: no rows below the header: delete the file, or record again"
        )
    return table.tracks(file.shown, wanted)


class _Table:
    """The rows of a file as they are read."""

    def __init__(self, sheet: Sheet, where: str, label: str, roles: Roles, predicted: bool) -> None:
        self._predicted = predicted
        self._sheet, self._where, self._label, self._roles = sheet, where, label, roles
        self._numbers = array("d")
        self._runs: list[_Run] = []
        self._rows = 0
        self._seen: set[str] = set()
        self._clocks = {
            k: ClockCells(sheet.header[k], k in roles.dates, sheet.number) for k in roles.clocks
        }
        self._perhaps = {
            k: ClockCells(sheet.header[k], False, sheet.number)
            for k in roles.channels
            if perhaps_clock(sheet.header[k])
        }

    def add(self, line: int, cells: list[str]) -> None:
        """Take a row."""
        roles, runs = self._roles, self._runs
        label = self._label if roles.label is None else cells[roles.label]
        if not label and roles.label is not None and not self._predicted:
            raise ThumbnetError(
                f"{self._where}, column {self._sheet.header[roles.label]!r}, {self._sheet.counted} "
                f"{line}: "
                "missing label: fill it in"
            )
        mark = "" if roles.recording is None else cells[roles.recording]
        for k, clock in (*self._clocks.items(), *self._perhaps.items()):
            clock.add(line, cells[k])
        try:
            self._numbers.extend([self._sheet.number(cells[k]) for k in roles.channels])
        except ValueError:
            self._find_fault(line, cells)
            raise
        if not runs or (mark, label) != (runs[-1].recording, runs[-1].label):
            if mark in self._seen and mark != runs[-1].recording:
                raise ThumbnetError(
                    f"{self._at(line)}: recording {mark!r} continues after another one: "
                    "sort the rows by recording"
                )
            self._seen.update({mark} - {""})
            runs.append(_Run(self._rows, [], label, mark))
        runs[-1].lines.append(line)
        self._rows += 1

    def _find_fault(self, line: int, cells: list[str]) -> None:
        """Raise ThumbnetError for the first cell that is no number."""
        for k in self._roles.channels:
            try:
                self._sheet.number(cells[k])
            except ValueError as error:
                other = f", or leave the column out ({ignoring(self._sheet.header[k])})"
                raise self._fault(line, k, str(error), other) from error

    def _fault(self, line: int, k: int, what: str, other: str = "") -> ThumbnetError:
        remedy = ""
        if what.endswith(("is not a number", "is no date or time")):
            remedy = f": fix or delete the row{other}"
        elif what.endswith("delete the row"):
            remedy = other
        return ThumbnetError(f"{self._at(line)}, column {self._sheet.header[k]!r}: {what}{remedy}")

    def _at(self, line: int) -> str:
        return f"{self._where}, {self._sheet.counted} {line}"

    def tracks(self, shown: str, wanted: Wanted) -> list[Track]:
        """Return the recordings, once all rows are there."""
        clocks = self._usable_clocks()
        values = np.frombuffer(self._numbers, dtype=np.float64)
        values = values.reshape(self._rows, len(self._roles.channels))
        short = next((run for run in self._runs if len(run.lines) < FEWEST), None)
        if short is not None:
            raise self._too_short(short)
        kept, notes = self._channels(values, clocks)
        if not clocks and wanted.rate is None and wanted.default_rate is None:
            raise self._no_clock(values[: len(self._runs[0].lines)])
        found = []
        for run in self._runs:
            lines = tuple(run.lines)
            end = run.begin + len(lines)
            name = shown
            if len(self._runs) > 1:
                name = f"{shown}, lines {lines[0]} to {lines[-1]}"
            clock, more = self._clock(clocks, run.begin, end, wanted)
            rate, guessed = wanted.rate or wanted.default_rate or 0.0, ""
            if clock is not None:
                rate, guessed = rate_of_clock(
                    clock, self._where, lines, wanted, self._sheet.counted
                )
            found.append(
                Track(
                    values[run.begin : end, kept],
                    tuple(self._sheet.header[self._roles.channels[k]] for k in kept),
                    name,
                    rate,
                    run.label,
                    None if clock is None else clock.times,
                    "s" if clock is None else clock.unit,
                    0 if clock is None else clock.origin,
                    lines if self._sheet.counted == "line" else (),
                    guessed=guessed,
                    notes=(*self._sheet.notes, *notes, *more),
                    named=self._sheet.named,
                    ignored=tuple(
                        name for name in self._sheet.header if is_ignored(name, wanted.ignore)
                    ),
                )
            )
        return found

    def _usable_clocks(self) -> list[ClockCells]:
        """Return the clocks without a fault; only the one that the user named, if they did."""
        if self._roles.time is not None:
            one = self._clocks[self._roles.time]
            if one.fault is not None:
                raise self._fault(one.fault[0], self._roles.time, one.fault[2], _NO_CLOCK)
            return [one]
        whole = [clock for clock in self._clocks.values() if clock.fault is None]
        if self._clocks and not whole:
            k, one = next(iter(self._clocks.items()))
            assert one.fault is not None
            other = f"{_NO_CLOCK} ({ignoring(self._sheet.header[k])} --rate 100)"
            raise self._fault(one.fault[0], k, one.fault[2], other)
        return whole

    def _clock(
        self, cells: list[ClockCells], begin: int, end: int, wanted: Wanted
    ) -> tuple[Clock | None, list[str]]:
        """Return the clock of some rows, and what to say about the others."""
        if not cells:
            return None, []
        rate = wanted.rate or wanted.default_rate
        clocks = [one.clock(begin, end, self._roles.unit, rate) for one in cells]
        best = choose_clock(clocks, self._where)
        others = [one.name for one in self._clocks.values() if one.name != best.name]
        if not others:
            return best, []
        verbs = "also tells the time, and is" if len(others) == 1 else "also tell the time, and are"
        return best, [f"{quoted(others)} {verbs} left out: {best.name!r} is used"]

    def _channels(
        self, values: NDArray[np.float64], clocks: list[ClockCells]
    ) -> tuple[list[int], list[str]]:
        """Return which channels to keep: neither counters of rows nor what is called a clock.

        Without a clock by its name, the first column that is called nearly so becomes one.
        """
        names = [self._sheet.header[k] for k in self._roles.channels]
        kept, notes = [], []
        for k, name in enumerate(names):
            parts = [values[run.begin : run.begin + len(run.lines), k] for run in self._runs]
            if name.lower() in COUNTERS and all(map(counts_up, parts)):
                notes.append(f"{name!r} only counts the rows, and is left out")
            elif perhaps_clock(name) and len(names) > 1 and all(map(rises_evenly, parts)):
                if clocks:
                    notes.append(f"{name!r} is a clock, and is left out")
                else:
                    clocks.append(self._perhaps[self._roles.channels[k]])
            else:
                kept.append(k)
        return (kept, notes) if kept else (list(range(len(names))), [])

    def _no_clock(self, values: NDArray[np.float64]) -> ThumbnetError:
        header = self._sheet.header
        if not self._sheet.named:
            return ThumbnetError(
                f"{self._where}: no column is a time: give the rate of the samples (--rate 100)"
            )
        rising = [k for k, c in enumerate(values.T) if rises_evenly(c) and not counts_rows(c)]
        if rising and values.shape[1] > 1:
            name = header[self._roles.channels[rising[0]]]
            unit = unit_of_time(name, values[:, rising[0]])
            return ThumbnetError(
                f"{self._where}: no column of {quoted(header)} is a time by its name, but {name!r} "
                f"rises like one: name it with its unit ({time_option(name, unit)}), or give the "
                "rate of the samples (--rate 100)"
            )
        return ThumbnetError(
            f"{self._where}: no column of {quoted(header)} is a time: name it, or give the rate of "
            "the samples (--time COLUMN, --rate 100)"
        )

    def _too_short(self, run: _Run) -> ThumbnetError:
        """Return the error for a label with few rows.

        If no column has the name of a label column, the last one is taken, or one called y. These
        may be channels: then they hold numbers.
        """
        column = self._roles.guessed_label
        where = self._at(run.lines[0])
        if self._roles.label is None:
            rows = "1 row" if len(run.lines) == 1 else f"{len(run.lines)} rows"
            return ThumbnetError(
                f"{where}: a recording of {rows}, at least {FEWEST} are needed: delete it, or "
                "record again"
            )
        if column is None or column.lower() in USUAL_LABELS[:-1] or not self._is_number(run.label):
            return ThumbnetError(
                f"{where}: label {run.label!r} for fewer than {FEWEST} rows: fix the labels "
                "around it, or delete it"
            )
        return ThumbnetError(
            f"{where}: column {column!r} is taken for the labels, and {run.label!r} is one for "
            f"fewer than {FEWEST} rows: {remedy_for_labels(self._where)}"
        )

    def _is_number(self, cell: str) -> bool:
        try:
            self._sheet.number(cell)
        except ValueError:
            return False
        return True
