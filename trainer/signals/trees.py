"""Folders of recordings: on the disk, or in the zip archive that an app exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

from ..errors import ThumbnetError
from ..files.reading import read_bytes
from ..files.text_lines import Lines, read_lines
from ..files.zip_members import read_zip

MOST_BYTES = 64 * 2**20
"""Bytes of a file of recordings. What is in it takes several times as much memory."""
ZIP = ".zip"
_LITTER = re.compile(r"\..*|~\$.*|__MACOSX|Thumbs\.db|desktop\.ini", re.DOTALL)
"""Hidden files, locks of Office, and what systems leave in folders and archives."""


@dataclass(frozen=True)
class File:
    """One file, wherever it is.

    Attributes
    ----------
    name : str
        Without folders.
    shown : str
        Its path from the folder that the user gave, for names of recordings.
    where : str
        Its path for messages.
    """

    name: str
    shown: str
    where: str
    _read: Callable[[], bytes]

    @property
    def suffix(self) -> str:
        """The suffix in lower case, such as .csv."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @cached_property
    def data(self) -> bytes:
        """The contents: at least one byte."""
        data = self._read()
        if not data:
            raise ThumbnetError(f"{self.where}: the file is empty")
        return data

    @cached_property
    def lines(self) -> Lines:
        """The lines of a text, which every format that might be its own looks at."""
        return read_lines(self.where, self.data)


@dataclass(frozen=True)
class Folder:
    """A folder, or a zip archive: a folder that is called like the file without `.zip`.

    Attributes
    ----------
    name, shown, where : str
        As those of `File`.
    archive : bool
        Whether it is a zip archive.
    files, folders : tuple
        What it contains, in natural order, without hidden files.
    """

    name: str
    shown: str
    where: str
    _list: Callable[[], tuple[tuple[File, ...], tuple[Folder, ...]]]
    archive: bool = False

    @cached_property
    def _found(self) -> tuple[tuple[File, ...], tuple[Folder, ...]]:
        return self._list()

    @property
    def files(self) -> tuple[File, ...]:
        """The files in it, but not in its folders."""
        return self._found[0]

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders and zip archives in it."""
        return self._found[1]

    def below(self) -> Iterator[Folder]:
        """Yield every folder in it and in its folders."""
        for folder in self.folders:
            yield folder
            yield from folder.below()


def open_tree(place: Path) -> File | Folder:
    """Return what a path leads to: a folder, a zip archive as a folder, or one file.

    Parameters
    ----------
    place : Path
        The folder or file.

    Returns
    -------
    File or Folder

    Raises
    ------
    ThumbnetError
        If a zip archive is damaged, or a link leads out of the folder. That is found when the
        contents are asked for.
    """
    if place.is_dir():
        root = place.resolve()
        return Folder(place.name, "", str(place), partial(_of_disk, place, root, "", ()))
    if place.suffix.lower() == ZIP:
        return _zip_file(place, "")
    return _file(place, place.name)


def _file(path: Path, shown: str) -> File:
    return File(path.name, shown, str(path), partial(read_bytes, path, MOST_BYTES))


def _zip_file(path: Path, shown: str) -> Folder:
    def read() -> tuple[tuple[File, ...], tuple[Folder, ...]]:
        members = read_zip(path, read_bytes(path))
        return _of_zip(members, "", shown, str(path))

    return Folder(path.stem, shown, str(path), read, archive=True)


def _inside(folder: Folder) -> Folder:
    """Return the only folder in an archive of nothing else, as many programs pack folders."""
    while not folder.files and len(folder.folders) == 1:
        inner = folder.folders[0]
        folder = replace(inner, archive=True)
    return folder


def _of_disk(
    path: Path, root: Path, shown: str, parents: tuple[Path, ...]
) -> tuple[tuple[File, ...], tuple[Folder, ...]]:
    """List a folder; reject links out of the whole, `root`, and do not follow loops of links."""
    files, folders = [], []
    for entry in sorted(path.iterdir(), key=lambda entry: natural(entry.name)):
        if _LITTER.fullmatch(entry.name):
            continue
        target = entry.resolve()
        if entry.is_symlink() and not target.is_relative_to(root):
            raise ThumbnetError(
                f"{entry} is a link out of {root.name}: put the file or folder itself there"
            )
        if entry.is_symlink() and not target.exists():
            raise ThumbnetError(f"{entry} is a link to nothing: delete it")
        name = f"{shown}{entry.name}"
        if entry.is_dir():
            if target in parents or target == root:
                continue
            inner = partial(_of_disk, entry, root, f"{name}/", (*parents, target))
            folders.append(Folder(entry.name, name, str(entry), inner))
        elif entry.suffix.lower() == ZIP:
            folders.append(_inside(_zip_file(entry, name)))
        else:
            files.append(_file(entry, name))
    return tuple(files), tuple(folders)


def _of_zip(
    members: dict[str, bytes], inside: str, shown: str, where: str
) -> tuple[tuple[File, ...], tuple[Folder, ...]]:
    """List what an archive has in the folder `inside`. Names of members never become paths."""
    files, folders = {}, {}
    for member in sorted(members, key=natural):
        if not member.startswith(inside):
            continue
        first, slash, _ = member[len(inside) :].partition("/")
        if not first or _LITTER.fullmatch(first):
            continue
        name = "/".join(filter(None, (shown, first)))
        place = f"{where}/{first}"
        if slash:
            list_it = partial(_of_zip, members, f"{inside}{first}/", name, place)
            folders[first] = Folder(first, name, place, list_it)
        elif first.lower().endswith(ZIP):
            raise ThumbnetError(f"{place}: is a zip archive in another: unpack the outer one")
        else:
            files[first] = File(first, name, place, partial(members.__getitem__, member))
    return tuple(files.values()), tuple(folders.values())


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts 2.csv before 10.csv."""
    return [(int(s), "") if s.isdecimal() else (-1, s) for s in re.split(r"(\d+)", name)]
