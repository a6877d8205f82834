"""Reading the files that a user names, with one-line errors, and never more than fits in memory."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import ThumbnetError
from .proposals import did_you_mean

MOST_BYTES = 256 * 2**20
"""Bytes of the largest file that is read: four times MNIST."""


def read_bytes(path: str | os.PathLike[str], most: int = MOST_BYTES) -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path : path
        The file.
    most : int
        Bytes that it may have.

    Returns
    -------
    bytes
        At least one byte.

    Raises
    ------
    ThumbnetError
        If the file is missing (the message suggests a similar name), unreadable, empty, too large,
        or no file: a folder, a device, a pipe.
    """
    file = Path(path)
    try:
        data = read_regular_file(file, most + 1)
    except FileNotFoundError as error:
        if file.is_symlink():
            raise ThumbnetError(f"{path}: is a link to nothing: name the file itself") from error
        beside = [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else []
        hint = did_you_mean(file.name, beside, "check the name and the folder")
        raise ThumbnetError(f"{path}: no such file: {hint}") from error
    except OSError as error:
        # Windows reports a folder as missing permission.
        if file.is_dir():
            raise ThumbnetError(f"{path}: is a folder, expected a file") from error
        raise ThumbnetError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise ThumbnetError(f"{str(path)!r} is not the name of a file: check it") from error
    if data is None:
        raise ThumbnetError(
            f"{path}: is a pipe, a socket or a device, expected a file: save the data to one first"
        )
    if len(data) > most:
        raise ThumbnetError(
            f"{path}: has more than {most >> 20} MB, the most that is read: make it smaller, or "
            "several of it"
        )
    if not data:
        raise ThumbnetError(f"{path}: the file is empty")
    return data


def read_regular_file(file: Path, most: int) -> bytes | None:
    """Read the beginning of a file.

    Parameters
    ----------
    file : Path
        The file.
    most : int
        Bytes to read at most.

    Returns
    -------
    bytes or None
        None if it is a pipe, a socket or a device, which might never end.

    Raises
    ------
    OSError
        If it is missing, a folder, or unreadable.
    """
    if _special(os.stat(file).st_mode):
        return None
    # If a pipe has taken the place of the file by now, opening it must not wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(file, flags), "rb") as opened:
        about = os.fstat(opened.fileno())
        if _special(about.st_mode):
            return None
        # One byte more than it should have tells whether it grows. No memory for holes in it.
        return opened.read(min(about.st_size + 1 if about.st_size else most, most))


def _special(mode: int) -> bool:
    """Whether a mode is neither that of a file nor that of a folder, which `open` refuses."""
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
