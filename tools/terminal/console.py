"""What a command prints for people: on stdout, or on stderr if stdout is for JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import rich.console
import rich.progress
import rich.table
import rich.text

from ..json_lines import JsonObject, print_json
from .wording import printable


class Update(Protocol):
    """Updates a progress bar and the text beside it."""

    def __call__(self, done: float, text: str = "") -> None:
        """Show that `done` of the total is done, with `text` beside it."""


class _Rich(rich.console.Console):
    def on_broken_pipe(self) -> None:
        """Let `main` handle a closed pipe; rich would exit with 1."""
        raise BrokenPipeError


class Console:
    """A rich console with the few methods that the verbs need. Honours NO_COLOR, as rich does."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        # Kept from the start: sys.stdout is replaced for a moment to catch what mpremote prints.
        self._stdout = sys.stdout
        self.rich = _Rich(file=sys.stderr if as_json else sys.stdout, highlight=False, emoji=False)

    @property
    def terminal(self) -> bool:
        """Whether the output goes to a terminal."""
        return self.rich.is_terminal

    @property
    def unicode(self) -> bool:
        """Whether the encoding has block characters."""
        try:
            "█▓▒░".encode(self.rich.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print lines unchanged, without markup or wrapping, and harmless to a terminal."""
        self.rich.print(printable(text), style=style, markup=False, soft_wrap=True)

    def facts(self, rows: dict[str, str]) -> None:
        """Print one name and value per line, with the values aligned."""
        width = max(map(len, rows))
        for name, value in rows.items():
            self.say(f"  {name:<{width}}  {value}")

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table; a column is right-aligned if the first row has a number there."""
        table = rich.table.Table(
            box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0)
        )
        for i, column in enumerate(columns):
            number = bool(rows) and rows[0][i].replace(",", "").replace(".", "").isdigit()
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(rich.text.Text(printable(cell)) for cell in row))
        self.rich.print(table)

    @contextmanager
    def progress(self, what: str, total: float, every: float | None = None) -> Iterator[Update]:
        """Show progress: a bar on a terminal, elsewhere a line now and then.

        Parameters
        ----------
        what
            The text in front of the bar or the numbers.
        total
            What `done` reaches at the end.
        every
            Steps between two lines if there is no terminal; None for no lines.

        """
        if not self.terminal:
            shown = 0.0

            def line(done: float, text: str = "") -> None:
                nonlocal shown
                if every is not None and (done >= shown + every or done >= total > shown):
                    shown = done
                    self.say(f"{what} {done:g}/{total:g}  {text}".rstrip())

            yield line
            return
        bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(bar_width=28),
            rich.progress.TextColumn("{task.completed:g}/{task.total:g}"),
            rich.progress.TextColumn("{task.fields[text]}", markup=False),
            console=self.rich,
        )
        with bar:
            task = bar.add_task(what, total=total, text="")

            def move(done: float, text: str = "") -> None:
                bar.update(task, completed=done, text=printable(text))

            yield move

    def result(self, value: JsonObject) -> None:
        """Print the result as the last line of stdout, if --json asks for it."""
        if self.as_json:
            print_json(value, self._stdout)
