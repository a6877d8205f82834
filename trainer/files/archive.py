"""The file itself: an .npz of named arrays and a JSON description, written whole or not at all.

NumPy's own format without pickle, so reading a file can run no code. Beside the arrays it holds
`thumbnet.json`, the description, and `digest`, the SHA-256 of everything else: it finds an edited
file, as the archive's CRC-32 finds a damaged one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from .reading import read_bytes

FORMAT = "thumbnet model"
VERSION = 1
_ELSE = "choose another folder"
_MENDS = dict.fromkeys(
    (errno.ENOSPC, errno.EDQUOT), "free some space, or choose another folder (-o)"
)


def _digest(text: str, arrays: dict[str, Array]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {arrays[name].shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def write(
    path: str | os.PathLike[str], description: dict[str, Any], arrays: dict[str, Array]
) -> None:
    """Write beside `path`, then rename: whatever interrupts it, there is never half a file.

    Raises ThumbnetError if the description is not JSON, or the place is not writable.
    """
    try:
        text = json.dumps(description)
    except (TypeError, ValueError) as error:
        raise ThumbnetError(f"model.info is not JSON: {error}") from error
    entries = {"thumbnet.json": np.array(text), "digest": np.array(_digest(text, arrays)), **arrays}
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            np.savez(file, **entries)  # type: ignore[arg-type]  # its **kwds hide allow_pickle
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except OSError as error:
        raise ThumbnetError(
            f"{path}: cannot be written: {error.strerror}: {_MENDS.get(error.errno or 0, _ELSE)}"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # there is nothing to remove on a read-only file system
            beside.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Give the description and the arrays that `write` wrote.

    Raises ThumbnetError if the file is missing, truncated, damaged, edited, of another version, or
    something else altogether.
    """
    data = read_bytes(path)
    if not data.startswith(b"PK"):  # every zip archive, and so every .npz, does
        raise _foreign(path)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise ThumbnetError(f"{path}: truncated or damaged: bring a whole copy") from error
    if damaged is not None:
        raise ThumbnetError(f"{path}: damaged in {damaged}: bring a whole copy")
    try:
        with np.load(BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        text = str(arrays.pop("thumbnet.json"))
        digest = str(arrays.pop("digest"))
        description = json.loads(text)
        kind, version = description["format"], description["version"]
    except (KeyError, TypeError, ValueError) as error:
        raise _foreign(path) from error
    if kind != FORMAT:
        raise _foreign(path)
    if version != VERSION:
        raise ThumbnetError(
            f"{path}: has format version {version}, this thumbnet reads {VERSION}: update thumbnet"
        )
    if _digest(text, arrays) != digest:
        raise ThumbnetError(
            f"{path}: was edited since it was saved (its SHA-256 is another): train again"
        )
    return description, arrays


def _foreign(path: str | os.PathLike[str]) -> ThumbnetError:
    return ThumbnetError(f"{path}: not a thumbnet model: give a file that model.save() wrote")
