"""Temporary files and folders, with one-line errors where they cannot be written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..errors import ThumbnetError


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a new temporary folder.

    Returns
    -------
    tempfile.TemporaryDirectory
        A context manager that removes the folder.

    Raises
    ------
    ThumbnetError
        If no folder can be made.
    """
    with report_write_errors():
        return tempfile.TemporaryDirectory(prefix="thumbnet-")


def temporary_file() -> IO[bytes]:
    """Make a new temporary file, which is removed when it is closed.

    Returns
    -------
    file object
        Open for reading and writing bytes.

    Raises
    ------
    ThumbnetError
        If no file can be made.
    """
    with report_write_errors():
        return tempfile.TemporaryFile()


@contextlib.contextmanager
def report_write_errors(folder: Path | None = None) -> Iterator[None]:
    """Turn an OSError about a temporary folder into one line that says what to do.

    Parameters
    ----------
    folder : Path, optional
        The folder that is written; None for the one that holds all temporary folders.

    Yields
    ------
    None
        The block writes the folder.

    Raises
    ------
    ThumbnetError
        If the block raises OSError.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ThumbnetError(
            f"cannot write the temporary folder {folder or _usual()} ({why}): free some space "
            "there, or let TMPDIR name a folder that can be written"
        ) from None


def _usual() -> str:
    """Return the folder for temporary folders, even if it cannot be written."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR", "/tmp")
