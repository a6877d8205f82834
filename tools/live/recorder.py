"""Writes readings into one file for each stretch without a gap, row by row as they come."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .layout import Layout
from .readings import Reading
from .whole_lines import WholeLines, unwritten

KEPT = 512
"""Readings that are kept to show, and to tell rate, gaps and stuck channels from."""

GAP = 4.0
"""A step longer than this many usual ones is a gap: `thumbnet train` refuses it within a file."""

CLOCK = "t_ms"
"""The first column of a recording."""

_LATE = 0.25
"""Seconds that a reading without a clock of its own may come late, because a computer is busy."""
_FOLLOW = 0.02
"""How much of its lateness moves the time of a reading that has no clock of its own."""
_KNOWN = 100
"""Readings from which their mean step is more precise than that of the first second."""
_STUCK = 2.0
"""Seconds after which a channel that does not change is called stuck."""
_FEW = 20
FEWEST_STEPS = 5
"""Steps from which a usual one is known."""


@dataclass
class Piece:
    """A file that was written: its rows, and its first and last time in seconds."""

    path: Path
    rows: int = 0
    start: float = 0.0
    end: float = 0.0

    @property
    def seconds(self) -> float:
        """The time from its first to its last row."""
        return self.end - self.start


class Recorder:
    """Writes `folder`/`label`/1.csv and so on; a gap begins the next file.

    Parameters
    ----------
    folder, label
        Where recordings with this label go.
    layout
        How a line is read.
    period
        Seconds between two readings, as far as known.

    """

    def __init__(self, folder: Path, label: str, layout: Layout, period: float) -> None:
        self.place = folder / label
        self.layout = layout
        self.pieces: list[Piece] = []
        self.gaps: list[str] = []
        self.times: deque[float] = deque(maxlen=KEPT)
        self.recent: deque[tuple[float, ...]] = deque(maxlen=KEPT)
        self.constant: list[tuple[float, float]] = []
        """For each channel: its latest value, and the time since which it has had it."""
        self.changed = [False] * len(layout.channels)
        self._period = period
        self._steps: deque[float] = deque(maxlen=50)
        self._first_arrival = 0.0
        self._file: WholeLines | None = None

    @property
    def rows(self) -> int:
        """Rows written, in all files."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def seconds(self) -> float:
        """Seconds recorded, in all files, without the gaps."""
        return sum(piece.seconds for piece in self.pieces)

    @property
    def rate(self) -> float | None:
        """Readings in a second, over the files so far; None for fewer than two."""
        steps = self.rows - len(self.pieces)
        return steps / self.seconds if steps and self.seconds else None

    def add(self, arrival: float, reading: Reading) -> None:
        """Write a reading.

        Raises
        ------
        ThumbnetError
            If it cannot be written; what was written before is kept.

        """
        clock, values = self.layout.split(reading)
        numbers = tuple(map(float, values))
        time = self._time(clock, arrival)
        if self._file is None:
            self._begin()
            piece = self.pieces[-1]
            piece.start = time
            self._first_arrival = arrival
        else:
            piece = self.pieces[-1]
            self._steps.append(time - piece.end)
            if clock is not None:
                self._period = float(np.median(self._steps))
            elif piece.rows >= _KNOWN:
                self._period = (arrival - self._first_arrival) / piece.rows
        self._write(",".join((_milliseconds(time - piece.start), *values)))
        piece.end = time
        piece.rows += 1
        self._remember(time, numbers)

    def pause(self, why: str) -> None:
        """End the file: the next reading does not follow upon the last one."""
        if self._file is not None:
            self.gaps.append(f"after {self.seconds:.1f} s: {why}")
        self.close()
        self.times.clear()

    def close(self) -> None:
        """End the file; the recorder can go on with another."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                raise self._unwritten(error) from None

    def stuck(self, over_all: bool = False) -> list[str]:
        """Return the channels that have not changed for two seconds, or in the whole recording."""
        if over_all:
            return [
                name
                for name, changed in zip(self.layout.channels, self.changed, strict=True)
                if not changed and self.rows >= _FEW
            ]
        if len(self.times) < _FEW:
            return []
        return [
            name
            for name, (_, since) in zip(self.layout.channels, self.constant, strict=False)
            if self.times[-1] - since >= _STUCK
        ]

    def shown(self, width: int) -> npt.NDArray[np.float64]:
        """Return the latest readings, (at most width, channels)."""
        return np.array(list(self.recent)[-width:], np.float64)

    def _time(self, clock: float | None, arrival: float) -> float:
        """Return the time of a reading in seconds, after a pause if it is far from the last."""
        if self._file is None:
            return arrival if clock is None else clock
        last = self.pieces[-1].end
        if clock is not None:
            step = clock - last
            if step <= 0:
                self.pause("the clock went back, as after a reset")
            elif len(self._steps) >= FEWEST_STEPS and step > GAP * self._period:
                self.pause(f"nothing for {step:.2g} s")
            return clock
        expected = last + self._period
        late = arrival - expected
        if late > max(_LATE, GAP * self._period):
            self.pause(f"nothing for {arrival - last:.2g} s")
            return arrival
        return max(expected + _FOLLOW * late, last + self._period / 2)

    def _begin(self) -> None:
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            path, self._file = _next_file(self.place)
        except OSError as error:
            raise self._unwritten(error) from None
        self.pieces.append(Piece(path))
        self._write(",".join((CLOCK, *map(_cell, self.layout.channels))))

    def _write(self, row: str) -> None:
        assert self._file is not None
        try:
            self._file.write(row)
        except OSError as error:
            raise self._unwritten(error) from None

    def _unwritten(self, error: OSError) -> ThumbnetError:
        if self.pieces and not self.pieces[-1].rows:  # `thumbnet train` refuses such a file
            self.pieces.pop().path.unlink(missing_ok=True)
        kept = f"the {self.rows:,} rows before are kept" if self.rows else "nothing was recorded"
        return ThumbnetError(f"{unwritten(self.place, 'folder with -o', error)}; {kept}")

    def _remember(self, time: float, numbers: Sequence[float]) -> None:
        self.times.append(time)
        self.recent.append(tuple(numbers))
        if len(self.constant) != len(numbers):
            self.constant = [(value, time) for value in numbers]
            return
        for at, value in enumerate(numbers):
            if value != self.constant[at][0]:
                self.constant[at] = (value, time)
                self.changed[at] = True


def store_window(
    folder: Path, label: str, channels: Sequence[str], rows: Sequence[Sequence[str]]
) -> Path:
    """Write readings that are there already as a recording; return its file.

    Parameters
    ----------
    folder, label
        See `Recorder`.
    channels
        Their names.
    rows
        For each reading its time in ms, and its channels.

    Raises
    ------
    ThumbnetError
        If the file cannot be written.

    """
    place = folder / label
    path: Path | None = None
    try:
        place.mkdir(parents=True, exist_ok=True)
        path, file = _next_file(place)
        with closing(file):
            for row in (("t_ms", *map(_cell, channels)), *rows):
                file.write(",".join(row))
    except OSError as error:
        if path is not None:
            path.unlink(missing_ok=True)
        raise ThumbnetError(unwritten(place, "folder with -o", error)) from None
    return path


def recorded_channels(folder: Path) -> tuple[Path, list[str]] | None:
    """Return a recording that lies in the folder of a label here, and its channels; or None."""
    for path in sorted(folder.glob("*/*.csv")):
        try:
            with path.open(encoding="utf-8", newline="") as file:
                clock, *channels = next(csv.reader(file), [""])
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        if clock == CLOCK:
            return path, channels
    return None


def _next_file(place: Path) -> tuple[Path, WholeLines]:
    """Create the file with the next free number."""
    numbers = [int(path.stem) for path in place.glob("*.csv") if path.stem.isdigit()]
    number = max(numbers, default=0) + 1
    while True:
        path = place / f"{number}.csv"
        try:
            return path, WholeLines(path, "x")
        except FileExistsError:
            number += 1


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3f}".rstrip("0").rstrip(".")


def _cell(name: str) -> str:
    return f'"{name}"' if "," in name else name
