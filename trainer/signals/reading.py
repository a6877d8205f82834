"""From sources to tracks: each file by its format, sensors joined, interruptions cut out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..errors import ThumbnetError, quoted
from .clocks import rises_evenly
from .formats import format_of
from .formats.track import FEWEST, Track, Wanted
from .join import join
from .sources import Source
from .trees import File


def read_source(source: Source, wanted: Wanted) -> list[Track]:
    """Return the recordings of a source.

    Parameters
    ----------
    source : Source
        One recording, or a file with several.
    wanted : Wanted
        What the user said of the columns.

    Returns
    -------
    list of Track
        Each with a label and without a sensor.

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file and line.
    """
    if len(source.files) == 1:
        file = source.files[0][1]
        found = format_of(file).read(file, source.label, wanted)
        tracks = [join(sensors, sensors[0].name, file.where) for sensors in found]
    else:
        tracks = [_of_sensors(source, wanted)]
    if source.parts:
        tracks = [piece for track in tracks for piece in _labelled(track, source)]
    if source.export is not None:
        export, folder = source.export
        tracks = [p for track in tracks for p in _between_pauses(track, export.pauses(folder))]
    return tracks


def _of_sensors(source: Source, wanted: Wanted) -> Track:
    """Return the files of a recording, one for each sensor, as one track."""
    tracks, empty = [], []
    for sensor, file in source.files:
        if source.export is not None and _has_no_rows(file):
            empty.append(file.name)
            continue
        found = [track for tracks in format_of(file).read(file, source.label, wanted)
                 for track in tracks]  # fmt: skip
        if len(found) != 1:
            raise ThumbnetError(
                f"{file.where}: has {len(found)} recordings, but is one of several sensors: "
                "write each recording of all sensors into files of its own"
            )
        tracks.append(replace(found[0], sensor=sensor))
    if not tracks:
        raise ThumbnetError(f"{source.where}: no file has readings: record again")
    if len(tracks) == 1:
        whole = replace(tracks[0], name=source.name, sensor="")
    else:
        whole = join(tracks, source.name, source.where)
    if empty:
        note = f"{', '.join(empty)} has no rows, and is left out"
        whole = replace(whole, notes=(*whole.notes, note))
    return whole


def _has_no_rows(file: File) -> bool:
    return len(file.data.split(b"\n", 2)) < 3 and not file.data.partition(b"\n")[2].strip()


def _labelled(track: Track, source: Source) -> list[Track]:
    """Return the parts of a track that have labels of their own."""
    found = []
    for label, begin, end in source.parts:
        piece = _piece(track, begin, len(track.values) if end is None else end)
        if piece is not None:
            found.append(replace(piece, label=label))
    return found


def _between_pauses(track: Track, pauses: Sequence[float]) -> list[Track]:
    """Return what was recorded without interruption: no window spans a pause."""
    if not pauses or track.times is None:
        return [track]
    cuts = np.searchsorted(track.seconds(0), list(pauses), side="right").tolist()
    ends = sorted({0, *cuts, len(track.values)})
    pieces = [_piece(track, a, b) for a, b in pairwise(ends)]
    found = [one for one in pieces if one is not None]
    note = f"the recording was paused, and is read as {len(found)}"
    return [replace(one, notes=(*one.notes, note)) for one in found] if len(found) > 1 else found


def _piece(track: Track, begin: int, end: int) -> Track | None:
    """Return some of the samples as a recording; None for too few."""
    if end - begin < FEWEST or begin >= len(track.values):
        return None
    return replace(
        track,
        values=track.values[begin:end],
        times=None if track.times is None else track.times[begin:end],
        lines=track.lines[begin:end],
        name=f"{track.name}, samples {begin} to {min(end, len(track.values)) - 1}",
    )


def check_named(tracks: Sequence[Track]) -> None:
    """Raise ThumbnetError if some files name their channels and others do not."""
    bare = next((one for one in tracks if not one.named), None)
    if bare is not None and any(one.named for one in tracks):
        line = bare.lines[0] if bare.lines else 1
        raise ThumbnetError(
            f"{bare.name}, line {line}: no header: the first row is all numbers: "
            "add a line with the names of the columns"
        )


def check_ignored(tracks: Sequence[Track], ignore: Sequence[str]) -> None:
    """Raise ThumbnetError for a column to leave out that no recording has."""
    found = {name.lower() for one in tracks for name in one.ignored}
    for name in ignore:
        if name.lower() not in found:
            raise ThumbnetError(
                f"no recording has a column {name!r} to ignore: {tracks[0].name} has the channels "
                f"{quoted(tracks[0].channels)}"
            )


def without_clocks(tracks: Sequence[Track], keep: Sequence[str]) -> list[Track]:
    """Return the tracks without channels that rise evenly in all of them, as only clocks do.

    keep: names of channels that a network reads.
    """
    first = tracks[0].channels
    if any(set(one.channels) != set(first) for one in tracks):
        return list(tracks)
    rising = [
        name for name in first
        if name not in keep
        and all(rises_evenly(one.values[:, one.channels.index(name)]) for one in tracks)
    ]  # fmt: skip
    if not rising or len(rising) == len(first):
        return list(tracks)
    verb = "rises" if len(rising) == 1 else "rise"
    note = f"{quoted(rising)} {verb} evenly in every recording, as a clock does, and is left out"
    found = []
    for one in tracks:
        kept = [k for k, name in enumerate(one.channels) if name not in rising]
        found.append(
            replace(
                one,
                values=one.values[:, kept],
                channels=tuple(one.channels[k] for k in kept),
                notes=(*one.notes, note),
            )
        )
    return found
