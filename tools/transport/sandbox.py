"""Running a program of a stranger with no more than it needs.

Everywhere it has limits, and an environment without the user's. On Linux bubblewrap also gives it a
file system of its own, read-only: the folder with its files, the system's libraries, and the
programs named to it. There is no home folder, no network, and no other process.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import child_process as child
from .limits import Limits
from .syscall_filter import syscall_filter

PROGRAM = "bwrap"
INSTALL = "run `apt install bubblewrap` (Fedora: dnf, Arch: pacman)"
FORBIDDEN = (
    "this system forbids user namespaces, which bubblewrap needs: allow them to bwrap, as the "
    "system's documentation of AppArmor or of the container says"
)
HERE = "/module"
"""Where the folder is inside the sandbox."""

SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"),
    *("/nix/store", "/gnu/store"),
)
"""What programs need of the system: nothing of a user's."""

DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
"""Variables that a program may need in order to start."""

PATIENCE = 30.0
"""Seconds in which bubblewrap must start a program."""


def start(
    command: Sequence[str],
    folder: Path,
    sees: Sequence[Path],
    limits: Limits,
    sandboxed: bool,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a program in a folder, within limits.

    Parameters
    ----------
    command
        The program with its arguments, as absolute paths.
    folder
        Where it runs.
    sees
        Files and folders that it reads, besides `folder` and the system's.
    limits
        What it may take.
    sandboxed
        Also put it into the sandbox; `missing()` must be None.
    **options
        For `subprocess.Popen`.

    """
    options = {**options, "cwd": folder, "env": environment(), "limits": limits}
    if not sandboxed:
        return child.start(command, **options)
    with _filter() as handle:
        line = [*_line(handle, [*sees, Path(command[0])], folder), *command]
        return child.start(line, **options, pass_fds=[handle] if handle else [])


@functools.cache
def missing() -> tuple[str, str] | None:
    """Return why there is no sandbox on this computer, and what to do; None if there is one.

    bubblewrap is tried once: installed, it may still be forbidden to work.
    """
    if sys.platform != "linux":
        return f"there is none for {sys.platform}", "use a virtual machine for modules of strangers"
    program = find_bubblewrap()
    if program is None:
        return "bubblewrap is not installed", INSTALL
    with _filter() as handle:
        line = [*_line(handle, [program]), str(program), "--version"]
        try:
            done = subprocess.run(
                line,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
                pass_fds=[handle] if handle else [],
            )
        except (OSError, subprocess.SubprocessError) as error:
            return f"{program} does not run ({error})", INSTALL
    if done.returncode == 0:
        return None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"bubblewrap does not work ({said[-1] if said else done.returncode})", FORBIDDEN


def find_bubblewrap() -> Path | None:
    """Return bubblewrap's program; None if it is missing."""
    found = shutil.which(PROGRAM)
    return Path(found).absolute() if found else None


def environment() -> dict[str, str]:
    """Return the environment of a confined program: nothing that tells of the user."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _line(handle: int, sees: Sequence[Path], folder: Path | None = None) -> list[str]:
    """Return bubblewrap's part of the command line; `handle` is that of the filter, 0 for none."""
    line = [str(find_bubblewrap()), "--unshare-all", "--die-with-parent", "--new-session"]
    line += ["--cap-drop", "ALL"]
    for path in SYSTEM:
        line += ["--ro-bind-try", path, path]
    for path in DEVICES:
        line += ["--dev-bind-try", path, path]
    for path in map(str, sees):
        line += ["--ro-bind", path, path]
    if folder is not None:
        line += ["--ro-bind", str(folder), HERE, "--chdir", HERE]
    line += ["--remount-ro", "/"]
    return [*line, "--seccomp", str(handle)] if handle else line


@contextlib.contextmanager
def _filter() -> Iterator[int]:
    """Yield a handle from which bubblewrap reads the filter; 0 if this machine has none."""
    program = syscall_filter()
    if program is None:
        yield 0
        return
    handle, into = os.pipe()
    try:
        os.write(into, program)  # a pipe holds 4 KB at least: this does not wait
        os.close(into)
        yield handle
    finally:
        os.close(handle)
