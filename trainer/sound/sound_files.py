"""Files of sound wherever they lie: one, those of a folder, or those of a zip archive."""

from __future__ import annotations

from pathlib import Path

from ..signals.trees import File, open_tree
from .audio_files import OTHER_SUFFIXES, SUFFIXES
from .clips import sound_label

AUDIO_SUFFIXES = (*SUFFIXES, *OTHER_SUFFIXES)
"""Suffixes of sound; what is not read of it is refused with what to do."""


def sound_files(path: Path) -> list[tuple[File, str]]:
    """Find files of sound, each with the label that its folder says.

    Parameters
    ----------
    path : Path
        A file, a folder, or a zip archive of one.

    Returns
    -------
    list of (File, str)
        In natural order. The label is the name of the outermost folder inside `path`, as
        `read_sounds` takes it; "" for a file that lies in none.

    Raises
    ------
    ThumbnetError
        If an archive is damaged, or a link leads out of the folder.
    """
    tree = open_tree(path)
    if isinstance(tree, File):
        return [(tree, "")] if tree.suffix in AUDIO_SUFFIXES else []
    found = []
    for folder in (tree, *tree.below()):
        for file in folder.files:
            if file.suffix in AUDIO_SUFFIXES:
                label, slash, _ = file.shown.partition("/")
                found.append((file, sound_label(label) if slash else ""))
    return found
