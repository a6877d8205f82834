"""Where a command's words go: people read them on stdout, or on stderr where stdout is for JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import rich.console
import rich.progress
import rich.table
import rich.text

from .targets import JsonObject


class Update(Protocol):
    """Tells a progress bar how far things are, and in words."""

    def __call__(self, done: float, words: str = "") -> None:
        """Show done (of the total) and words."""


class _Rich(rich.console.Console):
    def on_broken_pipe(self) -> None:
        """Leave a reader that went away to `main`; rich would exit with 1."""
        raise BrokenPipeError


class Console:
    """A rich console with the few things that the verbs need. Honours NO_COLOR, as rich does."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        # Named now: mpremote's prints are caught by replacing sys.stdout for a moment.
        self._stdout = sys.stdout
        self.rich = _Rich(file=sys.stderr if as_json else sys.stdout, highlight=False, emoji=False)

    @property
    def terminal(self) -> bool:
        """Whether a person looks on."""
        return self.rich.is_terminal

    @property
    def unicode(self) -> bool:
        """Whether block characters can be written."""
        try:
            "█▓▒░".encode(self.rich.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print lines as they are."""
        self.rich.print(text, style=style, markup=False, soft_wrap=True)

    def facts(self, rows: dict[str, str]) -> None:
        """Print names and values, one pair a line, values aligned."""
        width = max(map(len, rows))
        for name, value in rows.items():
            self.say(f"  {name:<{width}}  {value}")

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table; numbers are right where the first row has them."""
        table = rich.table.Table(
            box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0)
        )
        for i, column in enumerate(columns):
            number = bool(rows) and rows[0][i].replace(",", "").replace(".", "").isdigit()
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(rich.text.Text, row))
        self.rich.print(table)

    @contextmanager
    def progress(self, what: str, total: float, every: float | None = None) -> Iterator[Update]:
        """A bar on a terminal; elsewhere a line at every so many steps (None: no lines)."""
        if not self.terminal:
            shown = 0.0

            def line(done: float, words: str = "") -> None:
                nonlocal shown
                if every is not None and (done >= shown + every or done >= total > shown):
                    shown = done
                    self.say(f"{what} {done:g}/{total:g}  {words}".rstrip())

            yield line
            return
        bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(bar_width=28),
            rich.progress.TextColumn("{task.completed:g}/{task.total:g}"),
            rich.progress.TextColumn("{task.fields[words]}", markup=False),
            console=self.rich,
        )
        with bar:
            task = bar.add_task(what, total=total, words="")

            def move(done: float, words: str = "") -> None:
                bar.update(task, completed=done, words=words)

            yield move

    def result(self, value: JsonObject) -> None:
        """With --json: print the one object, as the last line of stdout."""
        if self.as_json:
            print_json(value, self._stdout)


def print_json(value: JsonObject, stream: Any = None) -> None:
    """One line of JSON that any encoding can carry; what is not finite becomes null."""
    stream = stream or sys.stdout
    stream.write(json.dumps(_finite(value), allow_nan=False) + "\n")
    stream.flush()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
