"""Which files are a recording, and what its label is: by folders, names of files, or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import PurePath

from ..errors import ThumbnetError
from .formats import SUFFIXES, export_of, labels_of
from .formats.format import Format
from .trees import File, Folder

_SENSORS = (
    *("accelerometeruncalibrated", "accelerometer", "totalacceleration", "linearacceleration"),
    *("linearaccelerometer", "acceleration", "accel", "acc", "gravity", "gyroscopeuncalibrated"),
    *("gyroscope", "gyro", "gyr", "magnetometeruncalibrated", "magnetometer", "magnetic", "mag"),
    *("orientation", "barometer", "pressure", "light", "proximity", "temperature", "humidity"),
    *("wristmotion", "headphone", "location", "compass", "heartrate", "microphone"),
)
_ALIKE = {"accelerometer": "acc", "accel": "acc", "gyroscope": "gyro", "gyr": "gyro"}
_PARTS = ("training", "testing", "train", "test", "validation", "val")
_NO_DATA = re.compile(r"(readme|license|licence|changelog|notes?)(?![a-z])", re.IGNORECASE)
_ELSEWHERE = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "a spreadsheet: save or export it as CSV"),
    **dict.fromkeys((".sqlite", ".db", ".kml", ".mat", ".parquet"), "not text: export it as CSV"),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3"), "sound: use --sound instead of --window"),
}


@dataclass(frozen=True, eq=False)
class Source:
    """The files of one recording.

    Attributes
    ----------
    name, where : str
        Of the recording, and for messages.
    files : tuple of (str, File)
        The name of a sensor for each, empty if it is the only file.
    label : str or None
        None if a column tells it.
    parts : tuple of (str, int, int or None)
        Labels of parts, each with its first sample and the one behind its last.
    export : (Format, Folder) or None
        What exported it as a folder.
    """

    name: str
    where: str
    files: tuple[tuple[str, File], ...]
    label: str | None
    parts: tuple[tuple[str, int, int | None], ...] = ()
    export: tuple[Format, Folder] | None = None


def sources_of(tree: File | Folder, in_folders: bool, labelled: bool = True) -> list[Source]:
    """Return the recordings of a file or folder, before they are read.

    Parameters
    ----------
    tree : File or Folder
        What the user gave.
    in_folders : bool
        Whether folders are labels; otherwise a column has them.
    labelled : bool
        Whether a recording that an app exported as a folder needs the folder of a label.

    Returns
    -------
    list of Source

    Raises
    ------
    ThumbnetError
        If there are no files, or it is not clear what their labels are.
    """
    if isinstance(tree, File):
        return [_single(tree, None)]
    tree = _unwrapped(tree)
    listed = labels_of(tree) if in_folders else None
    if listed is not None:
        return list(_listed(tree, listed))
    exports = [one for one in (tree, *tree.folders) if export_of(one) and not _is_label(one)]
    if exports and not labelled:
        return [_whole(one, "") for one in exports]
    export = export_of(tree)
    if export is not None and in_folders:
        raise ThumbnetError(
            f"{tree.where}: is one recording of {export.title}, and has no label: put it into a "
            f"folder of its label, such as walk/{tree.name}, and give the folder above"
        )
    beside, folders = data_of(tree), [one for one in tree.folders if _has_data(one)]
    parts = [one for one in folders if one.name.lower() in _PARTS and _is_part(one)]
    if parts and len(parts) == len(folders) and not beside and in_folders:
        return [source for part in parts for source in sources_of(part, in_folders)]
    for one in folders if in_folders else ():
        export = export_of(one)
        if export is not None and not _is_label(one):
            raise ThumbnetError(
                f"{one.where}: is one recording of {export.title}, and has no label: put it into a "
                f"folder of its label, such as {tree.name}/walk/{one.name}"
            )
    inside = [source for one in tree.folders for source in _of_label(one)]
    some = bool(beside or inside)
    for one in tree.folders:
        _check_depth(one, some)
    if inside and in_folders:
        return _of_labels(tree, beside, inside)
    files = [*beside, *(file for source in inside for _, file in source.files)]
    if not files:
        raise ThumbnetError(
            f"{tree.where}: no CSV files here: put them into a folder for each label, such as "
            f"{tree.name}/walk/1.csv{_other_files(tree)}"
        )
    if in_folders and all(map(label_in_name, files)):
        return [_single(file, label_in_name(file)) for file in files]
    return [_single(file, None) for file in files]


def data_of(folder: Folder) -> list[File]:
    """Return the files of a folder that may have readings."""
    return [
        file for file in folder.files if file.suffix in SUFFIXES and not _NO_DATA.match(file.stem)
    ]


def label_in_name(file: File) -> str | None:
    """Return the label in the name of a file such as wave.0.csv or wave.3f2a.json; else None."""
    label, dot, _ = file.stem.partition(".")
    return label if dot and label else None


def _unwrapped(tree: Folder) -> Folder:
    """Return the folder of labels in an archive of nothing else, as many programs pack folders."""
    while tree.archive and not tree.files and len(tree.folders) == 1:
        inner = tree.folders[0]
        if not inner.folders or any(map(export_of, inner.folders)):
            break
        tree = replace(inner, archive=True)
    return tree


def _single(file: File, label: str | None) -> Source:
    return Source(file.shown, file.where, (("", file),), label)


def _listed(tree: Folder, listed: dict[str, list[tuple[str, int, int | None]]]) -> Iterator[Source]:
    """Yield the files that a program lists with their labels."""
    files = {file.shown: file for one in (tree, *tree.below()) for file in one.files}
    known = {shown.removeprefix(f"{tree.shown}/"): file for shown, file in files.items()}
    for path, parts in listed.items():
        file = known.get(path)
        if file is None:
            raise ThumbnetError(
                f"{tree.where}: {path[:80]!r} is listed with its label, but is not there: export "
                "again, or unpack everything"
            )
        if file.suffix not in SUFFIXES:
            raise ThumbnetError(
                f"{file.where}: holds no readings of sensors: leave it out of the export"
            )
        label, begin, end = parts[0]
        whole = len(parts) == 1 and begin == 0 and end is None
        yield Source(file.shown, file.where, (("", file),), label, () if whole else tuple(parts))


def _of_labels(tree: Folder, beside: Sequence[File], inside: list[Source]) -> list[Source]:
    if beside:
        raise ThumbnetError(
            f"{beside[0].where} is next to the folders of labels: move it into the folder of its "
            "label, or delete it"
        )
    found = {source.label for source in inside}
    for one in tree.folders:
        if one.name not in found and not export_of(one):
            raise ThumbnetError(
                f"{one.where}: no CSV files for this label: put its recordings there, or delete it"
                f"{_other_files(one)}"
            )
    return inside


def _of_label(label: Folder) -> list[Source]:
    """Return the recordings of a label: files, and folders or archives of one each."""
    if export_of(label) is not None:
        return [_whole(label, label.name)]
    files = data_of(label)
    found = list(_grouped(label, files, label.name))
    for inner in label.folders:
        if _is_recording(inner, bool(files)):
            if export_of(inner) is not None:
                found.append(_whole(inner, label.name))
            else:
                found += _grouped(inner, data_of(inner), label.name)
    return found


def _whole(folder: Folder, label: str) -> Source:
    """Return the recording that an app exported as a folder."""
    export = export_of(folder)
    assert export is not None
    files = [file for file in data_of(folder) if not export.has_no_readings(file)]
    if not files:
        raise ThumbnetError(f"{folder.where}: has no readings of sensors: record again")
    single = len(files) == 1
    named = tuple(("" if single else file.stem, file) for file in files)
    return Source(folder.shown, folder.where, named, label, export=(export, folder))


def _grouped(folder: Folder, files: Sequence[File], label: str) -> Iterator[Source]:
    """Yield the recordings of a folder: files of several sensors with one number belong together.

    In acc_1.csv, gyro_1.csv, acc_2.csv, gyro_2.csv there are two recordings.
    """
    groups: dict[str, list[tuple[str, File]]] = {}
    kinds = set()
    for file in files:
        match = _sensor().search(file.stem)
        sensor = "" if match is None else match[1]
        plain = re.sub(r"[\s_-]", "", sensor.lower())
        kinds.add(_ALIKE.get(plain, plain))
        key = file.stem if match is None else file.stem[: match.start()] + file.stem[match.end() :]
        groups.setdefault(key, []).append((sensor, file))
    if len(kinds) < 2 or "" in kinds:
        yield from (_single(file, label) for file in files)
        return
    for key, members in groups.items():
        if len(members) == 1:
            yield _single(members[0][1], label)
            continue
        name = "/".join(filter(None, (folder.shown, key.strip(" _-."))))
        where = "/".join(filter(None, (folder.where, key.strip(" _-."))))
        yield Source(name, where, tuple(members), label)


@cache
def _sensor() -> re.Pattern[str]:
    """Return the names of sensors; compiled only when used, which `thumbnet --help` does not."""
    names = "|".join(r"[\s_-]?".join(word) for word in _SENSORS)
    return re.compile(rf"(?<![a-z])({names})(?![a-z])", re.IGNORECASE)


def _is_recording(folder: Folder, beside: bool) -> bool:
    """Whether a folder inside that of a label is a recording: an export, an archive, a number."""
    if not data_of(folder):
        return False
    if export_of(folder) is not None or folder.archive:
        return True
    numbered = any(letter.isdigit() for letter in folder.name)
    return numbered and not beside and not any(map(_has_data, folder.folders))


def _is_label(folder: Folder) -> bool:
    """Whether a folder that looks like an export has the name of a label: no date, no number.

    Who unpacks an archive into the folder of its label gets such a folder.
    """
    return not any(letter.isdigit() for letter in folder.name) and not folder.archive


def _is_part(folder: Folder) -> bool:
    """Whether a folder called training or testing holds labels, rather than being one."""
    files = data_of(folder)
    return bool(files and all(map(label_in_name, files))) or any(map(_has_data, folder.folders))


def _has_data(folder: Folder) -> bool:
    return any(data_of(one) for one in (folder, *folder.below()))


def _check_depth(label: Folder, some: bool) -> None:
    """Reject files in folders inside those of labels that would be left out.

    some: whether any others are read.
    """
    if export_of(label) is not None:
        return
    beside = bool(data_of(label))
    for folder in _unread(label, beside):
        for file in data_of(folder):
            remedy = f"move it up into {label.where}, under a name of its own"
            if not some:
                whole = export_of(folder) is not None  # such a folder is one recording
                above = PurePath(folder.where).parents[1 if whole else 0]
                remedy = f"give {above}, if its folders are the labels, or move it up"
            raise ThumbnetError(f"{file.where} is in a folder inside {label.name}: {remedy}")


def _unread(folder: Folder, beside: bool) -> Iterator[Folder]:
    for inner in folder.folders:
        if not _is_recording(inner, beside):
            yield inner
            yield from inner.below()


def _other_files(folder: Folder) -> str:
    """Say what to do with a file that is not text, if there is one."""
    for file in (file for one in (folder, *folder.below()) for file in one.files):
        if file.suffix in _ELSEWHERE:
            return f" ({file.name} is {_ELSEWHERE[file.suffix]})"
    return ""
