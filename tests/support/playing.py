"""Programs and sensors on a port, played for tests."""

from __future__ import annotations

import os
import pty
import signal
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.pty_board import PtyBoard

STARTED = (b"record(NAMES", b"watch(__import__")
"""With these, a script of thumbnet starts on a board."""

SENSOR = """\
NAMES = ("x", "y", "still")
RATE = 100
_n = 0


def read():
    global _n
    _n += 1
    return _n % 17, _n * _n % 29 / 10, 5
"""


@contextmanager
def printing(lines: Iterator[str], every: float = 0.01) -> Iterator[tuple[str, threading.Event]]:
    """A port on which a program prints lines; the event ends it as if it was unplugged."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    stop = threading.Event()

    def play() -> None:
        with suppress(OSError):
            for line in lines:
                if stop.is_set():
                    break
                os.write(master, line.encode())
                time.sleep(every)

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield os.ttyname(slave), stop
    finally:
        stop.set()
        os.close(master)
        os.close(slave)
        thread.join(timeout=5)


def counted(line: str) -> Iterator[str]:
    """Lines with n, and a clock of `t` milliseconds that steps by 10."""
    n = 0
    while True:
        n += 1
        yield line.format(n=n, m=n * n % 23, t=n * 10) + "\r\n"


def obey_ctrl_c(board: PtyBoard) -> None:
    """Stop a script, once it runs: the Unix port takes a signal where a board takes a Ctrl-C."""

    def wire(data: bytes) -> bytes:
        if b"\x03" in data and any(one in board.received for one in STARTED):
            board.process.send_signal(signal.SIGINT)
        return data

    board.wire = wire


def wait_for_rows(file: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if file.exists() and file.read_text().count("\n") > count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{file} has too few rows")
