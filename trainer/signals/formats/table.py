"""CSV with a line of names: what spreadsheets, pandas and programs of one's own write."""

from __future__ import annotations

from ..trees import File
from .columns import tracks_of
from .format import Format
from .text import sheet_of
from .track import Track, Wanted


class NamedTable(Format):
    """A table with the names of its columns in the first line."""

    title = "CSV"

    def recognizes(self, file: File) -> bool:
        """Whatever no other format recognizes."""
        return file.suffix not in (".json", ".cbor")

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read the recordings of a table."""
        return [[track] for track in tracks_of(sheet_of(file, wanted.decimal), file, label, wanted)]
