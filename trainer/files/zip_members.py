"""Members of a zip archive, read within bounds."""

from __future__ import annotations

import os

from ..errors import ThumbnetError
from .npz import Damaged, TooLarge, open_archive, read_member


def read_zip(path: str | os.PathLike[str], data: bytes) -> dict[str, bytes]:
    """Unpack a zip archive.

    Parameters
    ----------
    path : path
        Its name, for messages.
    data : bytes
        The archive.

    Returns
    -------
    dict of str to bytes
        Its members by name.

    Raises
    ------
    ThumbnetError
        If it is damaged, encrypted, or unpacks to more than is read of a file of its size.
    """
    try:
        archive = open_archive(data)
        return {name: bytes(read_member(archive, name)) for name in archive.namelist()}
    except TooLarge as error:
        raise ThumbnetError(f"{path}: is not read: {error}") from error
    except Damaged as error:
        raise ThumbnetError(f"{path}: truncated or damaged ({error}): copy it again") from error
