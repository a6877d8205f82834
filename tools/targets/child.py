"""Programs that a target starts and must not leave behind."""

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
    """Start a program that a Ctrl-C in the terminal does not reach, and that `stop` ends.

    On Linux the kernel ends it with this process, even when that is killed.
    """
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True
    if sys.platform == "linux":
        options["preexec_fn"] = _end_with_parent()
    return subprocess.Popen(command, **options)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program, wait until it is gone, and close its pipes; never raises."""
    with contextlib.suppress(Exception):
        process.kill()
    with contextlib.suppress(Exception):
        process.wait(timeout=10)
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(Exception):
            if pipe is not None:
                pipe.close()


def _end_with_parent() -> Callable[[], None] | None:
    # Everything is looked up here: between fork and exec only the call itself is made.
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    death = int(signal.SIGKILL)

    def call() -> None:
        prctl(PR_SET_PDEATHSIG, death)

    return call
