"""Temporary folders, and one line where they cannot be written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..errors import ThumbnetError


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A new temporary folder.

    Raises:
        ThumbnetError: none can be made.
    """
    with report_write_errors():
        return tempfile.TemporaryDirectory(prefix="thumbnet-")


def temporary_file() -> IO[bytes]:
    """A new temporary file, which is gone when it is closed.

    Raises:
        ThumbnetError: none can be made.
    """
    with report_write_errors():
        return tempfile.TemporaryFile()


@contextlib.contextmanager
def report_write_errors(folder: Path | None = None) -> Iterator[None]:
    """Turn what keeps a temporary folder from being written into one line.

    Args:
        folder: the one that is written; None for that in which they are made.
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
    """Where temporary folders are made, or would be if they could."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR", "/tmp")
