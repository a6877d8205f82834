"""`Format`: what is asked of a format of recordings. Whoever reads files asks this and no names."""

from __future__ import annotations

from collections.abc import Sequence

from ..trees import File, Folder
from .track import Track, Wanted

Labels = dict[str, list[tuple[str, int, int | None]]]
"""By path: labels, each with its first sample and the one behind its last (None: to the end)."""


class Format:
    """How an app or a program writes recordings."""

    title = ""
    """As its users call it."""

    def recognizes(self, file: File) -> bool:
        """Whether a file has this format, by its suffix and its beginning."""
        raise NotImplementedError

    def read(self, file: File, label: str | None, wanted: Wanted) -> list[list[Track]]:
        """Read a file.

        Parameters
        ----------
        file : File
            What `recognizes` accepted.
        label : str or None
            The label of the whole file; None if the file itself has to tell it.
        wanted : Wanted
            What the user said.

        Returns
        -------
        list of list of Track
            For each recording its tracks: several if sensors have clocks of their own.

        Raises
        ------
        ThumbnetError
            If anything is wrong; the message names file and line.
        """
        raise NotImplementedError

    def is_export(self, folder: Folder) -> bool:
        """Whether a folder is one recording, as the app exports it."""
        return False

    def has_no_readings(self, file: File) -> bool:
        """Whether a file of such an export describes the recording, and has no readings."""
        return False

    def pauses(self, folder: Folder) -> Sequence[float]:
        """Return when the recording in a folder was interrupted, in seconds of its clock."""
        return ()

    def labels(self, folder: Folder) -> Labels | None:
        """Return the labels of the files below a folder, if the program lists them there."""
        return None
