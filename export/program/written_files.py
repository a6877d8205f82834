"""The files of a written module: which names they may have, and reading them.

Names come from the module's `.json`, and whoever wrote that may be a stranger. A name becomes a
path only if it is one that an export of this module could have written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from thumbnet.trainer import ThumbnetError, read_regular_file

SUFFIXES = (".py", ".mpy", ".hex")
WEIGHTS = ".bin"
LARGEST = 64 << 20
"""Bytes of the largest file that is read: more than the flash of any board."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z0-9]{1,8})?")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def check_file_name(name: str) -> None:
    """Raise ThumbnetError unless `name` is the plain name of a file, on every system.

    Parameters
    ----------
    name
        ASCII letters, digits and `_`, and one suffix; no folder, and no device of Windows.

    """
    if not _PLAIN.fullmatch(name) or _DEVICE.fullmatch(name):
        raise ThumbnetError(
            f"{name[:60]!r} is not a plain file name: use letters, digits, _ and one suffix"
        )


def check_listed(module: Path, listed: object) -> dict[str, str]:
    """Return the digests by file name that a `.json` lists, if a module may have such files.

    Parameters
    ----------
    module
        The path of the module.
    listed
        What the `.json` says.

    Raises
    ------
    ThumbnetError
        If it names anything but the module and its `.bin`, or a digest is no SHA-256.

    """
    check_file_name(module.name)
    own = [module.name, module.stem + WEIGHTS]
    sidecar = module.with_suffix(".json")
    if not isinstance(listed, dict) or not listed:
        raise ThumbnetError(f"{sidecar} lists no files of the module: export again")
    if module.name not in listed and {*listed} <= {
        module.stem + end for end in (*SUFFIXES, WEIGHTS)
    }:
        raise ThumbnetError(
            f"{module} is not from the last export, which wrote {', '.join(listed)}: use that"
        )
    for name, digest in listed.items():
        if name not in own:
            raise ThumbnetError(
                f"{sidecar} lists {name[:60]!r} as a file of the module, which has only "
                f"{' and '.join(own)}: no export wrote this, do not use it"
            )
        if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
            raise ThumbnetError(f"{sidecar} has no SHA-256 of {name}: export again")
    if module.name not in listed:
        raise ThumbnetError(f"{sidecar} does not list {module.name}: export again")
    return dict(listed)


def read_files(module: Path, names: Mapping[str, str]) -> dict[str, bytes]:
    """Read the files of a module, each once: what is checked is then what runs.

    Parameters
    ----------
    module
        The path of the module.
    names
        The names that `check_listed` has checked.

    Raises
    ------
    ThumbnetError
        If a file is missing, is no ordinary file, is larger than any board's flash, or is a link
        out of the module's folder.

    """
    return {name: _read(module, name) for name in names}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _read(module: Path, name: str) -> bytes:
    path = module.parent / name
    if path.resolve().parent != module.parent.resolve():
        raise ThumbnetError(f"{path} is a link out of its folder: put the file itself there")
    try:
        data = read_regular_file(path, LARGEST + 1)
    except IsADirectoryError:
        data = None
    except FileNotFoundError:
        there = "export wrote" if name == module.name else "belongs to it"
        raise ThumbnetError(
            f"{module}: {name}, which {there}, is not next to it: export again"
        ) from None
    except OSError as error:
        raise ThumbnetError(f"{path}: cannot be read: {error.strerror}: export again") from error
    if data is None:
        raise ThumbnetError(f"{path} is not an ordinary file: export again")
    if len(data) > LARGEST:
        raise ThumbnetError(f"{path} is larger than the flash of any board: export again")
    return data


def check_case(folder: Path, names: list[str]) -> None:
    """Raise ThumbnetError if a file there and one of the names are one file on FAT, say."""
    for path in folder.iterdir():
        for name in names:
            if path.name != name and path.name.lower() == name.lower():
                raise ThumbnetError(
                    f"{folder} has {path.name}, which Windows, macOS and many boards take for "
                    f"{name}: use another --name, or another folder with -o"
                )
