"""Single keys, without waiting for Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]


class Keys:
    """The keys that are pressed; none where there is no terminal to press them in."""

    def __init__(self, number: int | None) -> None:
        self._number = number

    def pressed(self) -> list[str]:
        """Return the keys since the last call, without waiting."""
        found: list[str] = []
        if self._number is None:
            return found
        while select.select([self._number], [], [], 0)[0]:
            data = os.read(self._number, 64)
            if not data:
                self._number = None
                break
            found += data.decode("ascii", "ignore")
        return found


@contextmanager
def listening() -> Iterator[Keys]:
    """Hear keys, and leave the terminal as it was afterwards."""
    if termios is None or sys.stdin is None or not sys.stdin.isatty():
        yield Keys(None)
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setcbreak(number)
    try:
        yield Keys(number)
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(number, termios.TCSADRAIN, before)
