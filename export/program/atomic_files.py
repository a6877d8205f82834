"""Writing a set of files so that none is left half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(contents: dict[Path, bytes]) -> None:
    """Write all files under temporary names, then rename them: no file is left half-written.

    Parameters
    ----------
    contents
        The bytes of each file, by path. The folders must exist.

    Raises
    ------
    OSError
        If a file cannot be written; then no file has changed, or only whole files have.

    """
    beside: dict[Path, str] = {}
    try:
        for path, data in contents.items():
            handle, beside[path] = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(beside[path], 0o644)
        for path in contents:
            os.replace(beside.pop(path), path)
    finally:
        for name in beside.values():
            os.unlink(name)
