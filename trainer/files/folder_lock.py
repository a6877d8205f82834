"""A lock on a folder: one process writes there, or several read.

On Linux and macOS the folder itself is locked, and nothing is left in it; the lock ends with its
process, however it ends. Windows cannot lock a folder: there it is a file in it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import ThumbnetError

PATIENCE = 60.0
"""Seconds to wait for another process; writing takes a moment."""

_PAUSE = 0.02


@contextlib.contextmanager
def locked(folder: Path, shared: bool = False) -> Iterator[bool]:
    """Hold the lock on a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    shared : bool
        For readers: others may read at the same time.

    Yields
    ------
    bool
        False if the folder cannot be locked, as on some network drives.

    Raises
    ------
    ThumbnetError
        If another process holds the lock for a minute.
    OSError
        If the folder cannot be opened.
    """
    if sys.platform == "win32":
        with _locked_file(folder, shared) as held:
            yield held
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # its files may still be written or read, by their names
        yield False
        return
    try:
        yield _lock(handle, folder, shared)
    finally:
        os.close(handle)  # and with it the lock ends


def _busy(folder: Path) -> ThumbnetError:
    return ThumbnetError(
        f"{folder} is in use by another thumbnet, for {PATIENCE:g} seconds now: end that process, "
        "or choose another folder"
    )


if sys.platform == "win32":
    import filelock

    @contextlib.contextmanager
    def _locked_file(folder: Path, shared: bool) -> Iterator[bool]:
        lock = filelock.FileLock(folder / ".thumbnet.lock", timeout=PATIENCE)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise _busy(folder) from None
        except OSError:
            if not shared:
                raise
            yield False  # who cannot write there can still read
            return
        try:
            yield True
        finally:
            lock.release()

else:
    import fcntl

    def _lock(handle: int, folder: Path, shared: bool) -> bool:
        """Lock an open folder; return False if it cannot be locked."""
        deadline = time.monotonic() + PATIENCE
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        while True:
            try:
                fcntl.flock(handle, kind | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _busy(folder) from None
                time.sleep(_PAUSE)
            except OSError:
                return False
