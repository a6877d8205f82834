"""MicroPython's raw REPL over the pipes of a program, for a board that drops fast input.

The firmware of the BBC micro:bit buffers 63 characters and drops the rest, on the emulated board
as on the real one. Therefore nothing longer is ever sent at once: longer code is collected in a
string on the board and then executed.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO

from .serial_board import BoardGone, DeviceError

BURST = 62
"""Characters that the board buffers, without the Ctrl-D that ends them."""

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
HEARD = 1 << 20
"""Characters kept while waiting for an ending."""

KNOCK = 0.5
"""Seconds between two Ctrl-C while waiting for the prompt."""


class RawRepl:
    """The raw REPL of a program that speaks it on stdin and stdout.

    Parameters
    ----------
    name
        What messages call the board.
    room
        Characters that the board buffers, without the Ctrl-D that ends them.

    Attributes
    ----------
    patience
        Seconds without an answer before the board is given up.

    """

    patience = 120.0

    def __init__(self, name: str, process: subprocess.Popen[bytes], room: int = BURST) -> None:
        self.name = name
        self._room = room
        self._process = process
        self._chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=256)
        self._heard = b""
        assert process.stdout is not None
        threading.Thread(target=_read, args=(process.stdout, self._chunks), daemon=True).start()

    def enter(self, patience: float) -> None:
        """Get to the raw prompt, whatever the board is doing.

        Raises
        ------
        BoardGone
            If the prompt did not come in time, or the program ended.

        """
        deadline = time.monotonic() + patience
        while True:
            self._send(b"\r\x03\x03\x01")
            if self._until(BANNER, min(deadline, time.monotonic() + KNOCK)) is not None:
                break
            if time.monotonic() >= deadline:
                raise BoardGone(f"no MicroPython prompt for {patience:g} seconds")
        # Ctrl-C may have been sent more than once: skip the output that still follows.
        self._send(b"print(2**16-1)\x04")
        if self._until(b"65535\r\n\x04\x04>", deadline) is None:
            raise BoardGone(f"no MicroPython prompt for {patience:g} seconds")

    def fresh(self) -> None:
        """Reset softly: the heap is clean, and main.py does not run."""
        self._send(b"\x04")
        self._wait(BANNER)

    def execute(self, code: str) -> str:
        """Run code on the board and return what it printed.

        Raises
        ------
        DeviceError
            If the code raised an exception there.
        BoardGone
            If the board did not answer.

        """
        short = code.encode()
        if len(short) <= self._room:
            return self.burst(short)
        self.burst(b"_=''")
        for piece in pieces(code):
            self.burst(f"_+={piece}".encode())
        try:
            return self.burst(b"exec(_)")
        finally:
            with contextlib.suppress(DeviceError):
                self.burst(b"_=0")

    def burst(self, code: bytes) -> str:
        """Run code like `execute` if there is room; the bytes of a literal need not be text."""
        assert len(code) <= self._room, code
        self._send(code + b"\x04")
        self._wait(b"OK")
        out = self._wait(b"\x04")[:-1].decode("utf-8", "replace")
        trace = self._wait(b"\x04")[:-1].decode("utf-8", "replace")
        self._wait(b">")
        if trace:
            lines = [line.strip() for line in trace.splitlines() if line.strip()]
            kind, _, message = (lines or ["unknown error"])[-1].partition(": ")
            raise DeviceError(self.name, kind.rstrip(":"), message)
        return out

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise BoardGone(f"{self.name} stopped running") from None

    def _wait(self, ending: bytes) -> bytes:
        data = self._until(ending, time.monotonic() + self.patience)
        if data is None:
            raise BoardGone(
                f"{self.name} gave no answer for {self.patience:g} seconds: it was stopped"
            )
        return data

    def _until(self, ending: bytes, deadline: float) -> bytes | None:
        """Return the output up to and including an ending, None if the deadline passes first."""
        while (at := self._heard.find(ending)) < 0:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            try:
                chunk = self._chunks.get(timeout=left)
            except queue.Empty:
                return None
            if chunk is None:
                self._chunks.put(None)
                raise BoardGone(f"{self.name} stopped running")
            # A program that never stops talking must not fill the memory.
            self._heard = (self._heard + chunk)[-HEARD:]
        end = at + len(ending)
        data, self._heard = self._heard[:end], self._heard[end:]
        return data


def pieces(code: str, size: int = BURST - 3) -> Iterator[str]:
    """Cut code into string literals of at most `size` characters."""
    while code:
        count = min(len(code), size - 2)
        while len(literal := ascii(code[:count])) > size:
            count -= 1
        yield literal
        code = code[count:]


def _read(stream: IO[bytes], chunks: queue.Queue[bytes | None]) -> None:
    try:
        while chunk := stream.read(4096):
            chunks.put(chunk)
    except (OSError, ValueError):  # closed by `stop`
        pass
    chunks.put(None)
