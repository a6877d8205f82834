"""Lines of a child process, read with a time limit, and never more than fit into memory."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import IO

LONGEST = 1 << 20
"""Bytes of a line: an answer of a hundred thousand scores."""

WAITING = 64
"""Lines that are read ahead."""


class OutputLines:
    """The lines of a pipe. A thread reads them, because Windows cannot wait for a pipe.

    Parameters
    ----------
    stream
        The child's stdout.

    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines: queue.Queue[bytes | None] = queue.Queue(maxsize=WAITING)
        self._stopped = threading.Event()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def next(self, patience: float) -> bytes | None:
        """Return the next line, None at the end; one that is too long comes without its end.

        Raises
        ------
        TimeoutError
            If there is none within `patience` seconds.

        """
        try:
            return self._lines.get(timeout=max(0.0, patience))
        except queue.Empty:
            raise TimeoutError from None

    def stop(self) -> None:
        """Let the thread end, whatever it waits for."""
        self._stopped.set()

    def _read(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed by the other thread
            while line := stream.readline(LONGEST):
                self._put(line)
        self._put(None)

    def _put(self, line: bytes | None) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                self._lines.put(line, timeout=0.1)
                return
