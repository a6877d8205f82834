"""FlatBuffers, read without trusting anything that they say.

A FlatBuffer is a tree of tables. A table begins with the distance to its vtable, which says where
in the table each field is. Texts, vectors and inner tables are elsewhere in the file: their fields
hold the distance. Nothing stops a file from pointing beyond its end, or a million times at one
large part. So each distance is compared with the size of the file, and the parts that are read are
counted.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_TABLES = 50_000
"""Tables of one file, each counted as often as it is read. Small networks have hundreds."""
MOST_BYTES = 8 * 2**20
"""Bytes in all texts and vectors that are copied. Constants are not: they stay in the file."""

FORMS = {
    **{"bool": "<B", "int8": "<b", "uint8": "<B", "int32": "<i", "uint32": "<I", "uint64": "<Q"},
    **{"float32": "<f", "distance": "<I", "back": "<i", "entry": "<H"},
}
"""How `struct` calls the type of a number."""


class Damaged(Exception):
    """The file contradicts itself; the text says how."""


class NotRead(Exception):
    """The file has what is never read; the text says what, and what to do."""


class FlatBuffer:
    """A file, and how much of it was read.

    Parameters
    ----------
    data : bytes
        The file.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tables = 0
        self.bytes = 0

    def root(self) -> Table:
        """Return the table that contains all others."""
        return Table(self, self.follow(0))

    def number(self, at: int, kind: str) -> Any:
        """Return the number at a position; the kind is one of `FORMS`."""
        if not 0 <= at <= len(self.data) - struct.calcsize(FORMS[kind]):
            raise Damaged(f"a part should be at byte {at:,}, but it ends at {len(self.data):,}")
        return struct.unpack_from(FORMS[kind], self.data, at)[0]

    def follow(self, at: int) -> int:
        """Return the position that a distance points at."""
        return at + int(self.number(at, "distance"))

    def span(self, start: int, size: int) -> memoryview:
        """Return some bytes of the file, without a copy."""
        if not 0 <= size <= len(self.data) - start:
            raise Damaged(
                f"{size:,} bytes should be at byte {start:,}, but it ends at {len(self.data):,}"
            )
        return memoryview(self.data)[start : start + size]

    def count_table(self) -> None:
        """Refuse a file with too many tables."""
        self.tables += 1
        if self.tables > MOST_TABLES:
            raise NotRead(
                f"has more than {MOST_TABLES:,} parts, the most that are read: use a smaller "
                "network"
            )

    def count_bytes(self, size: int) -> None:
        """Refuse a file with too many names, shapes and scales."""
        self.bytes += size
        if self.bytes > MOST_BYTES:
            raise NotRead(
                f"has more than {MOST_BYTES >> 20} MB of names, shapes and scales, the most that "
                "are read: use a smaller network"
            )


class Table:
    """A table of a FlatBuffer. Fields are numbered from 0, in the order of the schema.

    Parameters
    ----------
    file : FlatBuffer
        The file.
    at : int
        Position of the table.
    """

    def __init__(self, file: FlatBuffer, at: int) -> None:
        file.count_table()
        self.file = file
        self.at = at
        self._fields = at - int(file.number(at, "back"))
        self._fields_size = int(file.number(self._fields, "entry"))
        self._size = int(file.number(self._fields + 2, "entry"))
        # An entry that is there by half is read by some, and not by others.
        if self._fields_size % 2:
            raise Damaged(f"the list of fields of the table at byte {at:,} ends within an entry")
        file.span(self._fields, self._fields_size)
        file.span(at, self._size)

    def _place(self, field: int, size: int) -> int:
        """Position of a field; 0 if the table leaves it out."""
        entry = 4 + 2 * field
        if entry + 2 > self._fields_size:
            return 0
        inside = int(self.file.number(self._fields + entry, "entry"))
        if inside and not 4 <= inside <= self._size - size:
            raise Damaged(f"field {field} of the table at byte {self.at:,} is outside of the table")
        return self.at + inside if inside else 0

    def number(self, field: int, kind: str, default: Any = 0) -> Any:
        """Return a number or a bool.

        Parameters
        ----------
        field : int
            Its place in the schema.
        kind : str
            One of `FORMS`.
        default : number
            What the schema says for a field that is left out.

        Returns
        -------
        number or bool
        """
        at = self._place(field, struct.calcsize(FORMS[kind]))
        found = self.file.number(at, kind) if at else default
        return bool(found) if kind == "bool" else found

    def table(self, field: int) -> Table | None:
        """Return an inner table; None if the field is left out."""
        at = self._place(field, 4)
        return Table(self.file, self.file.follow(at)) if at else None

    def _vector(self, field: int, item: int) -> tuple[int, int]:
        """Position and number of the items of a vector."""
        place = self._place(field, 4)
        if not place:
            return 0, 0
        at = self.file.follow(place)
        count = int(self.file.number(at, "distance"))
        self.file.span(at + 4, count * item)
        return at + 4, count

    def tables(self, field: int) -> list[Table]:
        """Return a vector of tables; an empty one if the field is left out."""
        at, count = self._vector(field, 4)
        return [Table(self.file, self.file.follow(at + 4 * i)) for i in range(count)]

    def numbers(self, field: int, kind: str) -> NDArray[Any]:
        """Return a vector of numbers; an empty one if the field is left out."""
        dtype = np.dtype(kind)
        at, count = self._vector(field, dtype.itemsize)
        self.file.count_bytes(count * dtype.itemsize)
        if not count:
            return np.empty(0, dtype)
        found = self.file.span(at, count * dtype.itemsize)
        return np.frombuffer(found, dtype.newbyteorder("<")).astype(dtype)

    def integers(self, field: int) -> tuple[int, ...]:
        """Return a vector of int32."""
        return tuple(self.numbers(field, "int32").tolist())

    def content(self, field: int) -> memoryview:
        """Return a vector of bytes, without a copy."""
        at, count = self._vector(field, 1)
        return self.file.span(at, count)

    def text(self, field: int) -> str:
        """Return a text; bytes that are none become escapes."""
        found = self.content(field)
        self.file.count_bytes(len(found))
        return bytes(found).decode("utf-8", "backslashreplace")
