"""The file of a model: an .npz of named arrays and a JSON description, written whole or not at all.

It is NumPy's own format without pickle, so reading a file cannot run code. Besides the arrays it
holds `thumbnet.json`, the description, and `digest`, the SHA-256 of everything else. The digest
detects an edited file, as the archive's CRC-32 detects a damaged one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from .atomic import write_atomically
from .npz import Damaged, NotNumbers, TooLarge, is_archive, read_arrays
from .reading import read_bytes
from .strict_json import parse_json

Archive = tuple[dict[str, Any], dict[str, Array]]
"""The description, JSON types, and the arrays by name."""

FORMAT = "thumbnet model"
VERSION = 1
_ELSE = "choose another folder"
_REMEDY = dict.fromkeys(
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
    """Write an archive as a whole: even if interrupted, it never leaves half a file.

    Parameters
    ----------
    path : path
        The file to write or replace.
    description : dict
        JSON types.
    arrays : dict of str to ndarray
        Named arrays, without Python objects.

    Raises
    ------
    ThumbnetError
        If the description is not JSON, or the file cannot be written.
    """
    try:
        text = json.dumps(description)
    except (TypeError, ValueError) as error:
        raise ThumbnetError(f"model.info is not JSON: {error}") from error
    entries = {"thumbnet.json": np.array(text), "digest": np.array(_digest(text, arrays)), **arrays}
    try:
        write_atomically({Path(path): lambda file: np.savez(file, **entries)})  # type: ignore[arg-type]  # because of its allow_pickle
    except OSError as error:
        raise ThumbnetError(
            f"{path}: cannot be written: {error.strerror}: {_REMEDY.get(error.errno or 0, _ELSE)}"
        ) from error


def read(path: str | os.PathLike[str]) -> Archive:
    """Read what `write` wrote.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    description : dict
        JSON types.
    arrays : dict of str to ndarray
        Named arrays.

    Raises
    ------
    ThumbnetError
        If the file is missing, truncated, damaged, edited, of another version, or not a model.
    """
    data = read_bytes(path)
    if not is_archive(data):
        raise _foreign(path)
    try:
        arrays = read_arrays(data)
    except TooLarge as error:
        raise ThumbnetError(f"{path}: is not read: {error}") from error
    except NotNumbers as error:
        raise _foreign(path) from error
    except Damaged as error:
        raise ThumbnetError(f"{path}: truncated or damaged ({error}): copy it again") from error
    if not {"thumbnet.json", "digest"} <= arrays.keys():
        raise _foreign(path)
    text = str(arrays.pop("thumbnet.json"))
    digest = str(arrays.pop("digest"))
    try:
        description = parse_json(text, allow_nan=True)
    except ValueError as error:
        raise ThumbnetError(f"{path}: not a thumbnet model: {error}") from error
    if not isinstance(description, dict):
        raise _foreign(path)
    kind, version = description.get("format"), description.get("version")
    if kind != FORMAT:
        raise _foreign(path)
    if version != VERSION:
        raise ThumbnetError(
            f"{path}: has format version {version!r:.40}, this thumbnet reads {VERSION}: "
            "update thumbnet"
        )
    if _digest(text, arrays) != digest:
        raise ThumbnetError(
            f"{path}: was edited after it was saved (its SHA-256 differs): train again"
        )
    return description, arrays


def _foreign(path: str | os.PathLike[str]) -> ThumbnetError:
    return ThumbnetError(f"{path}: not a thumbnet model: give a file that model.save() wrote")
