"""Reading the files that a user names, with one-line errors."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from ..errors import ThumbnetError


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    bytes
        At least one byte.

    Raises
    ------
    ThumbnetError
        If the file is missing (the message suggests a similar name), a folder, unreadable or empty.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        beside = [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else []
        close = difflib.get_close_matches(file.name, beside, n=1)
        hint = f": did you mean {close[0]!r}?" if close else ": check the name and the folder"
        raise ThumbnetError(f"{path}: no such file{hint}") from error
    except OSError as error:
        # Windows reports a folder as missing permission.
        if file.is_dir():
            raise ThumbnetError(f"{path}: is a folder, expected a file") from error
        raise ThumbnetError(f"{path}: cannot be read: {error.strerror}") from error
    if not data:
        raise ThumbnetError(f"{path}: the file is empty")
    return data
