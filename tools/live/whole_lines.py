"""A text file that only ever has whole lines, also when the disk is full."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class WholeLines:
    """Writes lines that are on disk at once; of a line that does not fit, nothing stays.

    Parameters
    ----------
    path
        The file.
    mode
        "x" creates it, "a" goes on with it, behind its last whole line.

    Raises
    ------
    OSError
        If it cannot be opened.

    """

    def __init__(self, path: Path, mode: str) -> None:
        begun = path.read_bytes() if mode == "a" and path.exists() else b""
        self._file = path.open(f"{mode}b", buffering=0)
        self._end = begun.rfind(b"\n") + 1
        if self._end < len(begun):
            self._file.truncate(self._end)

    def write(self, line: str) -> None:
        """Write a line; raises OSError if it cannot be written."""
        data = (line + "\n").encode()
        try:
            left = data
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise
        self._end += len(data)

    def close(self) -> None:
        """Close the file; raises OSError if the disk reports a fault only now."""
        self._file.close()


def unwritten(where: Path, option: str, error: OSError) -> str:
    """Say that a file or folder cannot be written, and what to do."""
    free = "free some space, or " if error.errno in _FULL else ""
    return f"cannot write {where}: {error.strerror or error}: {free}choose another {option}"
