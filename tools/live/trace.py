"""A live picture of the latest readings: a line for each channel, on a terminal."""

from __future__ import annotations

import math

import rich.live
import rich.text

from ..terminal.console import Console
from ..terminal.text_art import draw_channels
from ..terminal.wording import printable
from .recorder import Recorder

WIDTH = 56
SHOWN = 12
"""Channels that are shown."""

_PER_SECOND = 8


class Trace:
    """Draws on a terminal; elsewhere it prints a line for every full second."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: rich.live.Live | None = None
        self._second = 0

    def __enter__(self) -> Trace:
        if self._console.terminal:
            self._live = rich.live.Live(
                console=self._console.rich, refresh_per_second=_PER_SECOND, transient=True
            )
            self._live.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._live is not None:
            self._live.stop()

    def text(self, text: str) -> None:
        """Show a line instead of the picture."""
        if self._live is not None:
            self._live.update(rich.text.Text(printable(text)))

    def show(self, recorder: Recorder, label: str, seconds: float) -> None:
        """Show the latest readings, the rate, and what is wrong."""
        stuck = recorder.stuck()
        rate = f", {recorder.rate:.4g} Hz" if recorder.rate is not None else ""
        state = f"{label} {recorder.seconds:.1f}/{seconds:g} s{rate}"
        if recorder.gaps:
            state += f", gap {recorder.gaps[-1]}"
        if stuck:
            state += f", {', '.join(stuck)} does not change"
        if self._live is None:
            second = math.floor(recorder.seconds)
            if second > self._second:
                self._second = second
                self._console.say(state)
            return
        text = rich.text.Text(printable(state), style="yellow" if stuck else "")
        window = recorder.shown(WIDTH)
        if len(window) > 1:
            low, high = window.min(axis=0), window.max(axis=0)
            names = recorder.layout.channels[:SHOWN]
            width = max(map(len, names))
            lines = draw_channels(window, low, high, self._console.unicode)
            for name, line, last in zip(names, lines, window[-1], strict=False):
                text.append(printable(f"\n{name:<{width}}  {line}  {last:g}"))
        self._live.update(text)
