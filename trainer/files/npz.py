"""NumPy's .npz: a zip archive of .npy arrays, read without trusting anything that it says.

NumPy's own reader takes the memory that a header asks for, and evaluates the header as Python. Here
a member is inflated to no more than there is room for, its header has to have the form that NumPy
writes, and the sizes in it have to be those of the member.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Container
from io import BytesIO

import numpy as np

from ..arrays import Array

ROOM = 64 * 2**20
"""Bytes that any file may inflate to."""
RATIO = 4
"""What a file may inflate to beyond that, in terms of its own size."""

MOST_ARRAYS = 10_000
_MOST_HEADER = 10_000
_MOST_SIZE = 2**31
_PIECE = 2**20

_ENTRY = re.compile(
    r"\s*'(descr|fortran_order|shape)'\s*:\s*('[^']{1,20}'|True|False|\([\d,\sL]{0,400}\))\s*,?"
)
_DTYPE = re.compile(r"[<>|=]?([?biufcUSOVmM])(\d{0,8})[^\d]*")


class Damaged(Exception):
    """The archive, or a member of it, is not what it has to be; the text says how."""


class TooLarge(Damaged):
    """The contents would take more memory than is given to files of this size."""


class NotNumbers(Damaged):
    """The array holds what is never loaded: objects of Python, records, dates."""


def room_for(size: int) -> int:
    """Return how many bytes a compressed file of a size may inflate to."""
    return ROOM + RATIO * size


def is_archive(data: bytes) -> bool:
    """Whether a file begins as every zip archive does."""
    return data.startswith(b"PK")


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip archive whose contents fit in memory.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    zipfile.ZipFile
        Its members have names that occur once.

    Raises
    ------
    Damaged
        If it is no archive, or is cut short, too large, or made to deceive.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, struct.error) as error:
        raise Damaged("it is no whole zip archive") from error
    except NotImplementedError as error:
        raise Damaged(f"it is packed in an unusual way ({error})") from error
    members = archive.infolist()
    if len(members) > MOST_ARRAYS:
        raise TooLarge(f"it has {len(members):,} members, at most {MOST_ARRAYS:,} are read")
    if len({member.filename for member in members}) < len(members):
        raise Damaged("two of its members have one name")
    total, room = sum(member.file_size for member in members), room_for(len(data))
    if total > room:
        raise TooLarge(f"its {len(data):,} bytes unpack to {total:,}, at most {room:,} are read")
    return archive


def names_of(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the arrays."""
    return [name.removesuffix(".npy") for name in archive.namelist()]


def read_member(archive: zipfile.ZipFile, name: str) -> bytearray:
    """Inflate a member, to no more than the size that it says, and check its CRC-32.

    Raises
    ------
    Damaged
        If it is encrypted or damaged, or its size is another.
    """
    found = bytearray()
    try:
        member = archive.getinfo(name)
        with archive.open(member) as file:
            while piece := file.read(_PIECE):
                found += piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
        raise Damaged(str(error)) from error
    except (RuntimeError, KeyError, NotImplementedError) as error:  # encrypted, an unusual method
        raise Damaged(f"it is packed in an unusual way ({error})") from error
    if len(found) != member.file_size:
        raise Damaged(f"it has {len(found):,} bytes instead of {member.file_size:,}")
    return found


def read_array(archive: zipfile.ZipFile, name: str) -> Array:
    """Read the array that is stored as a name, with or without `.npy`.

    Returns
    -------
    ndarray
        Numbers, booleans, bytes or text, in this machine's byte order.

    Raises
    ------
    Damaged
        If there is anything else in the member.
    """
    stored = f"{name}.npy"
    data = read_member(archive, stored if stored in archive.NameToInfo else name)
    return parse_array(data)


def parse_array(data: bytearray) -> Array:
    """Parse a .npy file. The array shares its memory.

    Raises
    ------
    Damaged
        If header and contents do not agree, or hold what is never loaded.
    """
    if data[:6] != b"\x93NUMPY" or len(data) < 12 or data[6] not in (1, 2, 3):
        raise Damaged("it is no array of NumPy")
    start = 10 if data[6] == 1 else 12
    end = start + int.from_bytes(data[8:start], "little")
    if end > min(len(data), start + _MOST_HEADER):
        raise Damaged("its header is cut short, or too long")
    dtype, fortran, shape = _header(data[start:end].decode("latin1"))
    size = math.prod(shape) * dtype.itemsize
    if size != len(data) - end:
        raise Damaged(
            f"its header says {dtype} of shape {shape}, {size:,} bytes, but it has "
            f"{len(data) - end:,}"
        )
    flat = np.frombuffer(data, dtype, offset=end) if size else np.empty(0, dtype)
    array = flat.reshape(shape, order="F" if fortran else "C")
    array = array.astype(dtype.newbyteorder("="), copy=False)
    _check_values(array)
    return array


def _header(text: str) -> tuple[np.dtype[np.generic], bool, tuple[int, ...]]:
    """Return type, order and shape."""
    body = text.strip()
    entries = dict(_ENTRY.findall(body[1:-1]))
    rest = _ENTRY.sub("", body[1:-1])
    if "'descr': [" in text or "'|O'" in text:
        raise NotNumbers("it holds objects of Python or records")
    if body[:1] + body[-1:] != "{}" or rest.strip() or len(entries) != 3:
        raise Damaged("its header is not one that NumPy writes")
    kind = _DTYPE.fullmatch(entries["descr"].strip("'"))
    if kind is None or kind[1] in "OVmM":
        raise NotNumbers(f"it holds {entries['descr']}")
    sizes = re.findall(r"\d+", entries["shape"])
    if len(sizes) > 16 or any(len(digits) > 10 for digits in sizes):
        raise Damaged("its header has an impossible shape")
    shape = tuple(map(int, sizes))
    if math.prod(max(n, 1) for n in shape) > _MOST_SIZE:
        raise Damaged("its header has an impossible shape")
    try:
        dtype = np.dtype(entries["descr"].strip("'"))
    except TypeError as error:
        raise Damaged(f"its header has an unknown type, {entries['descr']}") from error
    if dtype.itemsize == 0 or (dtype.kind in "iufc" and dtype.itemsize > 16):
        raise Damaged(f"its header has an unusable type, {entries['descr']}")
    if entries["fortran_order"] not in ("True", "False") or entries["shape"][0] != "(":
        raise Damaged("its header is not one that NumPy writes")
    return dtype, entries["fortran_order"] == "True", shape


def _check_values(array: Array) -> None:
    """Reject bytes that are no value of their type: NumPy would fail on them much later."""
    if array.dtype.kind == "b" and bool(np.any(array.view(np.uint8) > 1)):
        raise Damaged("it holds booleans that are neither true nor false")
    if array.dtype.kind == "U" and array.size:
        codes = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
        if bool(np.any((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000)))):
            raise Damaged("it holds text with characters that do not exist")


def read_arrays(data: bytes, names: Container[str] | None = None) -> dict[str, Array]:
    """Read the arrays of an .npz file.

    Parameters
    ----------
    data : bytes
        The file.
    names : container of str, optional
        The arrays to read; all by default.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    Damaged
        If anything is wrong with one of them; the text begins with its name.
    """
    found = {}
    with open_archive(data) as archive:
        for name in names_of(archive):
            if names is None or name in names:
                try:
                    found[name] = read_array(archive, name)
                except Damaged as error:
                    raise type(error)(f"{name!r}: {error}") from error
    return found
