"""Writing a set of files so that none is left half-written, and none of two sets are mixed.

The files are written under temporary names, then renamed, while the folder is locked. So a
temporary file that is there when the lock is taken belongs to a run that was killed: it is removed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from .folder_lock import locked

PART = ".thumbnet.part"
"""The ending of temporary files."""

Content = bytes | Callable[[IO[bytes]], object]
"""What a file shall contain, or a function that writes it."""

Replace = Callable[[Mapping[str, Content]], None]


@contextlib.contextmanager
def writing_in(folder: Path) -> Iterator[Replace]:
    """Lock a folder for writing, and remove what killed runs have left there.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Yields
    ------
    function
        Writes files, contents by name, and then renames all.

    Raises
    ------
    ThumbnetError
        If another process writes there for a minute.
    OSError
        If a file cannot be written; then no file has changed, or only whole files have.
    """
    with locked(folder) as held:
        if held:
            for left in folder.glob(f".*{PART}"):
                with contextlib.suppress(OSError):
                    left.unlink()
        yield lambda files: _replace(folder, files)


def write_atomically(contents: Mapping[Path, Content]) -> None:
    """Write all files under temporary names, then rename them: no file is left half-written.

    Parameters
    ----------
    contents : dict of Path to bytes
        The bytes of each file, or a function that writes them. The folders must exist.

    Raises
    ------
    ThumbnetError
        If another process writes in the folder for a minute.
    OSError
        If a file cannot be written; then no file has changed, or only whole files have.
    """
    for folder in dict.fromkeys(path.parent for path in contents):
        with writing_in(folder) as replace:
            replace({path.name: data for path, data in contents.items() if path.parent == folder})


def check_writable(path: Path) -> None:
    """Check that a file can be written, without touching it.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    ThumbnetError
        If another process writes in its folder for a minute.
    OSError
        If no file can be made next to it.
    """
    with writing_in(path.parent):
        beside = _beside(path.parent)
        beside.open("xb").close()
        beside.unlink()


def _replace(folder: Path, files: Mapping[str, Content]) -> None:
    parts: dict[str, Path] = {}
    try:
        for name, content in files.items():
            parts[name] = _beside(folder)
            with parts[name].open("xb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    content(file)
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            os.replace(parts[name], folder / name)
            del parts[name]
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):  # a disk that was removed
                part.unlink(missing_ok=True)


def _beside(folder: Path) -> Path:
    return folder / f".{secrets.token_hex(8)}{PART}"
