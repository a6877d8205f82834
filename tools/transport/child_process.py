"""Child processes that a target starts and must not leave behind."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

PR_SET_PDEATHSIG = 1
PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program that Ctrl-C in the terminal does not reach; `stop` ends it.

    On Linux the kernel ends it together with this process, even if this process is killed.
    """
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True
    if sys.platform == "linux":
        options["preexec_fn"] = _end_with_parent()
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


def _end_with_parent() -> Callable[[], None] | None:
    # Look everything up now: between fork and exec only the call itself is safe.
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    death = int(signal.SIGKILL)

    def call() -> None:
        prctl(PR_SET_PDEATHSIG, death)

    return call
