"""The encoding of a text file: UTF-8, UTF-16 or Windows-1252."""

from __future__ import annotations

import os
import re

from ..errors import ThumbnetError

_BINARY = {
    b"PK": "a ZIP or Excel file: save the sheet as CSV",
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel file: save the sheet as CSV",
    b"SQLite": "a database: export the table as CSV",
    b"PAR1": "a Parquet file: save it as CSV (pandas: to_csv)",
    b"ARROW1": "an Arrow file: save it as CSV (pandas: to_csv)",
    b"\x89HDF": "an HDF5 file: save it as CSV (pandas: to_csv)",
    b"%PDF": "a PDF: save the table as CSV",
}
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# Western text has single letters above 127. Several in a row are text of another encoding.
_ANOTHER_ALPHABET = re.compile(rb"[\x80-\xff]{3}")
_START = 4096
_NO_TEXT = "it holds binary data: save the table as CSV UTF-8"


def decode(path: str | os.PathLike[str], data: bytes) -> tuple[bytes, str]:
    """Return a text in UTF-8, without a byte-order mark, and the encoding that it had.

    Parameters
    ----------
    path : path
        Names the file in messages.
    data : bytes
        Its content.

    Returns
    -------
    bytes, str
        The text, and "UTF-8", "UTF-16" or "Windows-1252".

    Raises
    ------
    ThumbnetError
        If it is no text, or in another encoding.
    """
    for start, what in _BINARY.items():
        if data.startswith(start):
            raise ThumbnetError(f"{path}: not a CSV file, but {what}")
    utf16 = _utf16(data)
    if utf16:
        try:
            text = data.decode(utf16).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise ThumbnetError(
                f"{path}: damaged UTF-16 at byte {error.start}: save the file as CSV UTF-8"
            ) from error
        if "\0" in text:
            raise ThumbnetError(f"{path}: not a CSV file: {_NO_TEXT}")
        return text.encode("utf-8", "replace"), "UTF-16"
    # A board that loses its power while it writes leaves such bytes at the end.
    data = data.rstrip(b"\0") or b"\0"
    if b"\0" in data:
        raise ThumbnetError(f"{path}: not a CSV file: {_NO_TEXT}")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _windows(path, data, error), "Windows-1252"
    return data, "UTF-8"


def _utf16(data: bytes) -> str:
    """Return the kind of UTF-16 that a text is in; "" if it is not.

    Some programs write no byte-order mark: then every other byte is 0 in digits and separators.
    """
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[: min(len(data), _START) // 2 * 2]
    for kind, zeros, letters in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if len(data) > 3 and not len(data) % 2 and not any(zeros) and all(letters):
            return kind
    return ""


def _windows(path: str | os.PathLike[str], data: bytes, error: UnicodeDecodeError) -> bytes:
    """Return text in Windows-1252 as UTF-8; raise ThumbnetError if it may be something else."""
    mixed = _UTF8_LETTER.search(data) or _ANOTHER_ALPHABET.search(data)
    if mixed is None:
        try:
            return data.decode("cp1252").encode()
        except UnicodeDecodeError as other:
            error = other
    line = data.count(b"\n", 0, error.start) + 1
    raise ThumbnetError(
        f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8: "
        "save the file as CSV UTF-8"
    ) from error
