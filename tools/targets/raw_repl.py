"""MicroPython's raw REPL over the pipes of a program, for a board that drops what comes too fast.

The BBC micro:bit's firmware keeps 63 characters that it has not read yet and drops the rest, on
the emulated board as on the real one. So nothing longer is ever sent in one go: longer code is
collected in a string there and executed.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO

from .board import BoardGone, DeviceError

BURST = 62  # characters that the board keeps, with the Ctrl-D that ends them
BANNER = b"raw REPL; CTRL-B to exit\r\n>"
HEARD = 1 << 20  # characters that are kept while an ending is waited for
KNOCK = 0.5  # seconds between one Ctrl-C and the next while the prompt does not come


class RawRepl:
    """The raw REPL of a program that speaks it on stdin and stdout.

    Args:
        name: what messages call the board.

    Attributes:
        patience: seconds without an answer after which it is given up.
    """

    patience = 120.0

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._process = process
        self._chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=256)
        self._heard = b""
        assert process.stdout is not None
        threading.Thread(target=_read, args=(process.stdout, self._chunks), daemon=True).start()

    def enter(self, patience: float) -> None:
        """Get the raw prompt, whatever the board is doing.

        Raises:
            BoardGone: it did not come in time, or the program ended.
        """
        deadline = time.monotonic() + patience
        while True:
            self._send(b"\r\x03\x03\x01")
            if self._until(BANNER, min(deadline, time.monotonic() + KNOCK)) is not None:
                break
            if time.monotonic() >= deadline:
                raise BoardGone(f"no MicroPython prompt for {patience:g} seconds")
        # Ctrl-C may have been sent more than once: pass over what that still brings.
        self._send(b"print(2**16-1)\x04")
        if self._until(b"65535\r\n\x04\x04>", deadline) is None:
            raise BoardGone(f"no MicroPython prompt for {patience:g} seconds")

    def fresh(self) -> None:
        """A soft reset: a clean heap; main.py does not run."""
        self._send(b"\x04")
        self._wait(BANNER)

    def execute(self, code: str) -> str:
        """Run code on the board and return what it printed.

        Raises:
            DeviceError: it raised there. BoardGone: it did not answer.
        """
        short = code.encode()
        if len(short) <= BURST:
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
        """As `execute`, for at most BURST bytes; those of a literal need not be text."""
        assert len(code) <= BURST, code
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
        """What came up to and with an ending, or None when the time is over."""
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
    """Cut code into string literals of at most so many characters."""
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
    except (OSError, ValueError):  # closed by the reader's side
        pass
    chunks.put(None)
