"""IDX, the file format of MNIST.

Big-endian: two zero bytes, one byte for the number type, one for the number of dimensions, the
dimensions as uint32, then the numbers. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database
of handwritten digits".
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from ..files.npz import room_for
from ..files.reading import read_bytes
from .class_labels import check_classes
from .dataset import LARGEST, Dataset, check_features
from .resolution import spec_of

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read the array of an IDX file, compressed with gzip or not.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    ndarray
        In this machine's byte order.

    Raises
    ------
    ThumbnetError
        If the file is missing, not IDX, or not of the length that its header says.
    """
    data = read_bytes(path)
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(path, data)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _TYPES or data[3] == 0:
        raise ThumbnetError(
            f"{path}: not an IDX file: it starts with {data[:4].hex(' ') or 'nothing'}, expected "
            "00 00, a type (08 09 0b 0c 0d 0e) and a number of dimensions"
        )
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise ThumbnetError(f"{path}: cut short within the IDX header: fetch it again")
    dtype = np.dtype(_TYPES[data[2]])
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", data[3], 4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        raise ThumbnetError(
            f"{path}: {len(data)} bytes, but its header (shape {shape}, {dtype.name}) needs "
            f"{expected}: the file is {'cut short' if len(data) < expected else 'too long'}, "
            "fetch it again"
        )
    if math.prod(max(n, 1) for n in shape) > 2**31:
        raise ThumbnetError(f"{path}: its header has an impossible shape {shape}: fetch it again")
    flat = np.frombuffer(data, dtype, offset=start)
    return flat.reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _unpacked(path: str | os.PathLike[str], data: bytes) -> bytes:
    """Return the contents of a gzip file, if there is room for them."""
    room = room_for(len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(room + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ThumbnetError(f"{path}: damaged gzip file ({error}): fetch it again") from error
    if len(found) > room:
        raise ThumbnetError(
            f"{path}: its {len(data):,} bytes unpack to more than {room:,}, the most that is read: "
            "unpack it first"
        )
    return found


def read_idx_pair(
    images: str | os.PathLike[str], labels: str | os.PathLike[str], name: str = ""
) -> Dataset:
    """Read the data set of a file of examples and a file of class numbers.

    Parameters
    ----------
    images : path
        Examples; images (n, height, width) become flat rows, with `image_shape`.
    labels : path
        One class number for each example.
    name : str
        For reports; by default the beginning of the file's name.

    Returns
    -------
    Dataset
        uint8 stays uint8, with the range 0 to 255. Classes are named "0", "1", ... up to the
        largest number.

    Raises
    ------
    ThumbnetError
        As `read_idx`, and if the two files do not belong together.
    """
    x, y = read_idx(images), read_idx(labels)
    if x.ndim < 2 or len(x) == 0:
        raise ThumbnetError(f"{images}: shape {x.shape}, expected (examples, height, width)")
    if y.ndim != 1 or y.dtype.kind not in "iu":
        raise ThumbnetError(
            f"{labels}: shape {y.shape} of {y.dtype.name}, expected a whole number per example"
        )
    if len(x) != len(y):
        raise ThumbnetError(
            f"{images} has {len(x)} examples, but {labels} has {len(y)} labels: "
            "these files do not belong together"
        )
    if int(y.min()) < 0:
        raise ThumbnetError(f"{labels}: class {y.min()} is negative, classes count from 0")
    check_classes(str(labels), int(y.max()) + 1)
    check_features(str(images), x.shape[1:], is_picture=x.ndim > 2)
    if x.dtype.kind == "f" and not bool(np.all(np.abs(x) <= LARGEST)):
        raise ThumbnetError(f"{images}: holds NaN, infinity or numbers above {LARGEST:g}")
    flat = x.reshape(len(x), -1)
    return Dataset(
        flat,
        y,
        labels=tuple(str(i) for i in range(int(y.max()) + 1)),
        input_spec=spec_of(flat, str(images), pictures=x.ndim > 2),
        name=name or Path(images).name.partition("-images")[0],
        image_shape=(x.shape[1], x.shape[2]) if x.ndim == 3 else None,
    )


def idx_pairs(folder: str | os.PathLike[str]) -> dict[str, tuple[Path, Path]]:
    """Find the pairs NAME-images*/NAME-labels* in a folder.

    Parameters
    ----------
    folder : path
        Where to look.

    Returns
    -------
    dict of str to (Path, Path)
        Examples and labels by name, train first.
    """
    files = {path.name: path for path in sorted(Path(folder).iterdir()) if path.is_file()}
    pairs: dict[str, tuple[Path, Path]] = {}
    for file_name, images in files.items():
        stem, found, _ = file_name.partition("-images")
        labels = next((f for n, f in files.items() if n.startswith(f"{stem}-labels")), None)
        if found and labels is not None:
            pairs.setdefault(stem, (images, labels))
    return dict(sorted(pairs.items(), key=lambda item: (item[0] != "train", item[0])))
