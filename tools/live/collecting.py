"""From the lines of a port to recordings: first the layout, then row after row."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from ..transport.serial_board import BoardGone, gone
from .layout import FEWEST, Layout, find_layout
from .port_lines import Line, PortLines
from .readings import Reading, Readings, parse_names
from .recorder import Recorder, recorded_channels

FIRST = 1.0
"""Seconds of readings that are looked at before the first is written."""

SILENT = 5.0
"""Seconds without a line of numbers after which a port is given up."""

AWAY = 60.0
"""Seconds within which a port that vanished may come back."""

_EVERY = 0.5
_MARKS = ",;\t"


@dataclass
class Progress:
    """What is known while readings come.

    Attributes
    ----------
    state
        "waiting", "recording", or "away" while the port is gone.
    recorder
        None until the layout is known.
    ignored
        Lines that are no readings.
    first_ignored
        The first of them.

    """

    state: str = "waiting"
    recorder: Recorder | None = None
    ignored: int = 0
    first_ignored: str = ""
    header: str | None = None
    _first: list[Line] = field(default_factory=list)


class Collector:
    """Collects recordings of one label.

    Parameters
    ----------
    reopen
        Opens the port, or opens it again after it vanished.
    folder, label
        Where the recordings go.
    names
        The channels' names, if a user gave them.
    away
        Seconds to wait for a port that vanished.

    """

    def __init__(
        self,
        reopen: Callable[[], PortLines],
        folder: Path,
        label: str,
        names: Sequence[str] | None = None,
        away: float = AWAY,
    ) -> None:
        self.progress = Progress()
        self._reopen = reopen
        self._folder, self._label, self._names = folder, label, names
        self._away = away
        self._lines: PortLines | None = None
        self._heard = self._gone_at = time.monotonic()
        self._port = ""  # the last that was open
        self._state = self.progress.state  # before the port vanished
        self._different: list[tuple[float, str]] = []  # lines that are unlike those before them
        self._readings = Readings()
        self._unlike = ""  # the latest line that is no reading

    def listen(self) -> Generator[Progress, None, None]:
        """Read, and write readings once the layout is known; yield after each tenth of a second.

        Closing this iterator, or an exception within it, releases the port and ends the file.

        Raises
        ------
        ThumbnetError
            If no numbers come, the port is gone for good, or a file cannot be written.

        """
        self._lines = self._reopen()
        self._heard = time.monotonic()
        try:
            while True:
                self._step()
                yield self.progress
        finally:
            if self._lines is not None:
                self._lines.close()
            if self.progress.recorder is not None:
                self.progress.recorder.close()

    def start(self) -> None:
        """Write from now on: what came before only showed the layout."""
        self.progress.state = "recording"

    def _step(self) -> None:
        if self._lines is None:
            self._come_back()
            return
        try:
            lines = self._lines.read()
        except BoardGone:
            self._go_away()
            return
        for line in lines:
            self._take(line)
        if time.monotonic() - self._heard > SILENT:
            raise ThumbnetError(self._nothing())
        found, changed = self.progress.recorder is not None, self._different
        if not found and len(changed) > 2 and changed[-1][0] - changed[0][0] > SILENT:
            raise ThumbnetError(
                f"{self._lines.port} prints lines that are not alike, such as "
                f"{changed[-2][1][:40]!r} and {changed[-1][1][:40]!r}: print the same channels on "
                "every line, or words on the others"
            )

    def _take(self, line: Line) -> None:
        progress = self.progress
        reading = self._readings.read(line.text)
        if reading is None:
            self._ignore(line.text)
            return
        if progress.recorder is None:
            self._look(line, reading)
        elif len(reading.values) != progress.recorder.layout.numbers:
            self._ignore(line.text)
            return
        elif progress.state == "recording":
            progress.recorder.add(line.at, reading)
        self._heard, self._unlike = line.at, ""

    def _ignore(self, text: str) -> None:
        progress = self.progress
        if progress.recorder is None and parse_names(text) and self._may_be_names(text):
            progress.header = text
        elif text:
            progress.ignored += 1
            progress.first_ignored = progress.first_ignored or text
            self._unlike = text

    def _may_be_names(self, text: str) -> bool:
        """Whether a line names the channels: words without marks do once, before any reading."""
        progress = self.progress
        if any(mark in text for mark in _MARKS):
            return True
        new = progress.header is None and not progress._first and not self._different
        if text == progress.header:
            progress.header = None
        return new

    def _look(self, line: Line, reading: Reading) -> None:
        """Keep a first reading; find the layout when there are enough."""
        first = self.progress._first
        first.append(line)
        if not self._alike(first, reading):
            first[:] = [line]  # half a line, or the program has started anew
            self._readings = Readings()
            self._different.append((line.at, line.text))
        if len(first) < FEWEST or line.at - first[0].at < FIRST:
            return
        texts, arrivals = [one.text for one in first], [one.at for one in first]
        self._readings.choose(texts)
        found = [one for one in map(self._readings.read, texts) if one is not None]
        layout = find_layout(arrivals, found, self._header(), self._names)
        self._check(layout)
        period = (arrivals[-1] - arrivals[0]) / (len(arrivals) - 1)
        self.progress.recorder = Recorder(self._folder, self._label, layout, period)
        first.clear()

    def _header(self) -> str | None:
        """Return the line of names; one of words only above numbers with blanks between."""
        header = self.progress.header or ""
        marked = any(mark in header for mark in _MARKS) or len(header.split()) == 1
        return header if marked or self._readings.by_blanks else None

    def _alike(self, lines: Sequence[Line], reading: Reading) -> bool:
        """Whether the last of the lines has what those before it have, perhaps read anew."""
        before = self._readings.read(lines[0].text)
        if before is not None and before.shape == reading.shape:
            return True
        self._readings.choose([one.text for one in lines])
        read = [self._readings.read(one.text) for one in lines]
        return len({None if one is None else one.shape for one in read}) == 1

    def _check(self, layout: Layout) -> None:
        names, found = self._names, layout.channels
        if names is not None and len(names) != len(found):
            raise ThumbnetError(
                f"--names has {len(names)} names, but a line has {len(found)} channels"
                f"{' and a time' if layout.clock is not None else ''}: name each channel once"
            )
        before = recorded_channels(self._folder)
        if before is not None and set(before[1]) != set(found):
            rename = "name them so with --names, or " if len(before[1]) == len(found) else ""
            raise ThumbnetError(
                f"the channels are {', '.join(found)}, but {before[0]} has "
                f"{', '.join(before[1])}, and `thumbnet train` refuses both together: {rename}"
                "record into another folder with -o"
            )

    def _nothing(self) -> str:
        assert self._lines is not None
        port, progress = self._lines.port, self.progress
        if progress.recorder is not None and self._unlike:
            return (
                f"{port} prints {self._unlike[:60]!r} now, unlike the readings before: record both "
                f"programs apart{self._kept()}"
            )
        if progress.recorder is not None:
            return (
                f"{port} has printed no numbers for {SILENT:g} seconds: is it reset?{self._kept()}"
            )
        said = progress.first_ignored or progress.header
        unended = self._lines.unended
        if "\ufffd" in (said or unended):
            return (
                f"{port} prints {(said or unended)[:60]!r}, which is no text: name the speed of "
                "its program (--baud 9600)"
            )
        if said:
            return (
                f"{port} prints {said[:60]!r}, which is no line of numbers: "
                "print numbers separated by commas, with the same count on every line"
            )
        if unended:
            return (
                f"{port} prints {unended[:60]!r} without the end of a line: end each reading with "
                "one, as print() and Serial.println() do"
            )
        return (
            f"{port} has printed nothing for {SILENT:g} seconds: start a program there that prints "
            "numbers, or add --sensor with a sensor file that thumbnet runs there"
        )

    def _kept(self) -> str:
        recorder = self.progress.recorder
        return f"; {recorder.rows:,} rows are kept" if recorder and recorder.rows else ""

    def _go_away(self) -> None:
        assert self._lines is not None
        self._port = self._lines.port
        self._lines.close()
        self._lines = None
        self._gone_at = time.monotonic()
        self._state = self.progress.state
        self.progress.state = "away"
        if self.progress.recorder is not None:
            self.progress.recorder.pause("the port went away")

    def _come_back(self) -> None:
        if time.monotonic() - self._gone_at > self._away:
            raise BoardGone(f"{gone(self._port)}{self._kept()}")
        try:
            self._lines = self._reopen()
        except ThumbnetError:
            time.sleep(_EVERY)
            return
        self.progress.state = self._state
        self._heard = time.monotonic()
