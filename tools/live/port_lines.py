"""Lines that come from a port: those of a program of its own, or of a script that is started."""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

from thumbnet.trainer import ThumbnetError

from ..transport.serial_board import (
    Board,
    device_error,
    gone,
    open_port,
    read_available,
    uninterrupted,
)

LONGEST = 1 << 16
"""Bytes of a line; more without an end are dropped."""

WAIT = 0.1
"""Seconds that a call waits for more."""

_END = b"\x04"
"""What the raw REPL sends after the output of a script, and again after its error."""


@dataclass(frozen=True)
class Line:
    """A line, and the second at which its end came, on a clock that only goes forward."""

    at: float
    text: str


class PortLines(ABC):
    """Lines as they come. Use it as a context manager: leaving it releases the port."""

    port: str

    def __init__(self) -> None:
        self._rest = b""

    @property
    def unended(self) -> str:
        """What has come since the last end of a line."""
        return self._rest.decode("utf-8", "replace").strip()

    def read(self) -> list[Line]:
        """Return the lines that have come, after at most a tenth of a second.

        Raises
        ------
        BoardGone
            If the port has disappeared.
        ThumbnetError
            If the script on the board ended.

        """
        data = self._receive()
        now = time.monotonic()
        # Some programs end lines with a carriage return alone.
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = self._rest[-LONGEST:]
        return [Line(now, line.decode("utf-8", "replace").strip()) for line in lines]

    @abstractmethod
    def _receive(self) -> bytes:
        """Return the bytes that have come."""

    @abstractmethod
    def close(self) -> None:
        """Release the port; never raises."""

    def __enter__(self) -> PortLines:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


class PrintedLines(PortLines):
    """What any program prints on a port: an Arduino, or a board that runs its own main.py.

    Parameters
    ----------
    port, baudrate
        Where it prints, and how fast.

    """

    def __init__(self, port: str, baudrate: int) -> None:
        super().__init__()
        self.port = port
        self._transport = open_port(port, baudrate)
        self._whole = False

    def read(self) -> list[Line]:
        """Return the lines that have come, but not the first: it may have lost its beginning."""
        lines = super().read()
        if lines and not self._whole:
            self._whole = True
            return lines[1:]
        return lines

    def _receive(self) -> bytes:
        try:
            return read_available(self._transport, WAIT)
        except Exception as error:
            # OSError of pyserial, and termios.error where the port vanishes within the call.
            if isinstance(error, OSError) or type(error).__module__ == "termios":
                raise gone(self.port) from None
            raise

    def close(self) -> None:
        """Release the port; the program goes on."""
        with contextlib.suppress(Exception):
            self._transport.serial.close()


class ScriptLines(PortLines):
    """What a script prints that runs on a board until it is stopped.

    Parameters
    ----------
    board
        With a raw REPL; closing this closes it.
    code
        The script.

    """

    def __init__(self, board: Board, code: str) -> None:
        super().__init__()
        self.port = board.port
        self._board = board
        board.start(code)

    def _receive(self) -> bytes:
        data = self._board.heard(WAIT)
        if _END not in data:
            return data
        raise self._ending(data)

    def _ending(self, data: bytes) -> ThumbnetError:
        """Return the error of a script that ended, though it should go on."""
        while data.count(_END) < 2 and (more := self._board.heard(2.0)):
            data += more
        trace = data.split(_END)[1].decode("utf-8", "replace").strip()
        if trace:
            return device_error(self.port, trace)
        return ThumbnetError(f"{self.port}: the script ended: start it again")

    def close(self) -> None:
        """Stop the script, and release the port."""
        with uninterrupted():
            with contextlib.suppress(Exception):
                self._board.interrupt()
            self._board.close()
