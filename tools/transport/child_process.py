"""Child processes that a target starts and must not leave behind."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .limits import Limits

if sys.platform != "win32":
    import resource

PR_SET_PDEATHSIG = 1
PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


def start(
    command: Sequence[str], limits: Limits | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a program that Ctrl-C in the terminal does not reach; `stop` ends it.

    On Linux the kernel ends it together with this process, even if this process is killed.
    """
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True
        options["preexec_fn"] = _before(limits)
    return subprocess.Popen(command, **options)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program, wait for its end, and close its pipes; never raises."""
    with contextlib.suppress(Exception):
        process.kill()
    with contextlib.suppress(Exception):
        process.wait(timeout=10)
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(Exception):
            if pipe is not None:
                pipe.close()


def _before(limits: Limits | None) -> Callable[[], None]:
    """Return what the child does before it becomes the program."""
    # Look everything up now: between fork and exec only the calls themselves are safe.
    end_with_parent, values = _end_with_parent(), limits.values() if limits else []
    set_limit = resource.setrlimit

    def call() -> None:
        if end_with_parent is not None:
            end_with_parent()
        for kind, value in values:
            with contextlib.suppress(OSError, ValueError):  # macOS refuses some
                set_limit(kind, value)

    return call


def _end_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    death = int(signal.SIGKILL)

    def call() -> None:
        prctl(PR_SET_PDEATHSIG, death)

    return call
