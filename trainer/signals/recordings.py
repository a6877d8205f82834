"""`Recording`, labelled readings of sensors, and `read_recordings`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.class_labels import check_names
from ..datasets.table_cells import ignoring
from ..errors import ThumbnetError, quoted
from .formats import SUFFIXES
from .formats.track import Track, Wanted
from .reading import check_ignored, check_named, read_source, without_clocks
from .sources import sources_of
from .trees import ZIP, open_tree

RECORDING_SUFFIXES = (*SUFFIXES, ZIP)
"""Suffixes of files that `read_recordings` takes."""
RATES_APART = 0.05
"""Largest relative difference of the rates of recordings that are used together."""


@dataclass(frozen=True, eq=False)
class Recording:
    """One uninterrupted run, one label.

    Parameters
    ----------
    values : ndarray, shape (n, channels)
        float64 in raw units, sample after sample.
    label : str
        The label of the whole recording.
    rate : float
        Samples a second, in Hz.
    name : str
        For messages and reports, such as the file's name.
    channels : tuple of str
        Names of the columns; x0, x1 ... by default.
    lines : tuple of int
        The line of the file with each sample, for messages.
    guessed : str
        Column and unit of the times that gave the rate, such as "time:ms", if the unit was guessed.
    notes : tuple of str
        What a user should know about how it was read, in words.

    Raises
    ------
    ThumbnetError
        If these do not fit together, or a value is not a finite number.
    """

    values: NDArray[Any]
    label: str
    rate: float
    name: str = ""
    channels: tuple[str, ...] = field(default=())
    lines: tuple[int, ...] = field(default=(), repr=False)
    guessed: str = field(default="", repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        where = f"recording {self.name!r}" if self.name else "a recording"
        values = np.asarray(self.values)
        if values.ndim != 2 or 0 in values.shape or values.dtype.kind not in "biuf":
            raise ThumbnetError(
                f"{where}: values are {values.dtype} of shape {values.shape}, they must be numbers "
                "of shape (samples, channels)"
            )
        values = values.astype(np.float64)
        channels = tuple(map(str, self.channels)) or tuple(f"x{i}" for i in range(values.shape[1]))
        if len(channels) != values.shape[1]:
            raise ThumbnetError(
                f"{where}: {len(channels)} names for {values.shape[1]} channels: one for each"
            )
        if not 0 < self.rate < np.inf:
            raise ThumbnetError(f"{where}: a rate of {self.rate} Hz: give samples a second")
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            sample, channel = (int(i) for i in bad[0])
            raise ThumbnetError(
                f"{where}: sample {sample}, channel {channels[channel]!r} is "
                f"{values[sample, channel]}: correct it, or make two recordings without it"
            )
        check_names(where, (*channels, str(self.label)))
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "channels", channels)
        object.__setattr__(self, "label", str(self.label))

    def __len__(self) -> int:
        return len(self.values)

    def place(self, sample: int) -> str:
        """Return where a sample is, for messages: the name, and the line of the file."""
        # Recordings that were made or changed by hand may have other lines or none.
        known = len(self.lines) == len(self)
        where = f"line {self.lines[sample]}" if known else f"sample {sample}"
        return f"{self.name or 'a recording'}, {where}"


def read_recordings(
    path: str | os.PathLike[str],
    label: str | None = None,
    time: str | None = None,
    rate: float | None = None,
    recording: str | None = None,
    fewest_labels: int = 2,
    default_rate: float | None = None,
    channels: Sequence[str] = (),
    ignore: Sequence[str] = (),
    names: Sequence[str] = (),
    decimal: str | None = None,
    labelled: bool = True,
) -> list[Recording]:
    """Read the recordings of a folder with a folder for each label, or of tables with labels.

    In the folder of a label, a recording is a file, or a folder or zip archive as an app exports
    it; several sensors in files of their own are joined by time. Without folders of labels, the
    names of files may begin with theirs, as in wave.1.csv. Otherwise a folder's files, like a
    single file, have a column of labels: where the label changes, another recording begins. All
    columns that are neither named below nor clocks are channels, and every file has to have the
    same ones. `docs/streams.md` lists the formats.

    Parameters
    ----------
    path : path
        The folder or file.
    label : str, optional
        Name of the label column; by default as for `read_csv`. Files in folders of labels have
        none, unless it is given.
    time : str, optional
        Name of the time column; "NAME:ms" (or s, us, ns) if the name does not state the unit. By
        default the clock that tells most samples apart, among columns that are called time, t_ms,
        millis and the like, or hold dates or times of day. The other clocks are left out.
    rate : float, optional
        Samples a second, in Hz, if there is no time column. If there is one, its times have to
        agree with this rate to a tenth, and it decides their unit where the column's name does not.
    recording : str, optional
        Name of a column that separates recordings of one file; by default the column called
        recording, session and the like, if there is one.
    fewest_labels : int
        How many labels there have to be: 1 if a trained network is only evaluated.
    default_rate : float, optional
        Samples a second if there is neither a time column nor `rate`. Times that agree with it to a
        tenth are taken as this rate.
    channels : sequence of str
        Names of channels that a network reads: these are channels, even if they rise like clocks.
    ignore : sequence of str
        Columns to leave out.
    names : sequence of str
        Names of the columns of files that name none.
    decimal : str, optional
        "point" or "comma", if the numbers do not show it.
    labelled : bool
        Whether every recording has a label. For False, which needs `channels`, the label of one
        without is "", and columns that are neither channels nor clocks nor labels are left out.

    Returns
    -------
    list of Recording

    Raises
    ------
    ThumbnetError
        If something is not a number, a rate changes or differs between files, a channel is missing,
        or time stands still; the message names file and line.
    """
    if rate is not None and not 0 < rate < np.inf:
        raise ThumbnetError(f"a rate of {rate} Hz: give samples a second, such as 100")
    place = Path(path)
    wanted = Wanted(
        *(label, time, rate, recording, default_rate, tuple(ignore), tuple(names), decimal),
        predicted=() if labelled else tuple(channels),
    )
    sources = sources_of(open_tree(place), label is None, labelled)
    tracks = [track for source in sources for track in read_source(source, wanted)]
    check_named(tracks)
    check_ignored(tracks, ignore)
    found = [_recording(track) for track in without_clocks(tracks, channels)]
    found = [in_order(one, found[0].channels) for one in found]
    check_alike(found)
    if len({one.label for one in found}) < fewest_labels:
        raise ThumbnetError(
            f"{path}: every recording has class {found[0].label!r}: at least two classes are needed"
        )
    return found


def _recording(track: Track) -> Recording:
    return Recording(
        *(track.values, track.label, track.rate, track.name, track.channels, track.lines),
        guessed=track.guessed,
        notes=track.notes,
    )


def check_alike(recordings: Sequence[Recording]) -> None:
    """Raise ThumbnetError unless all have the same channels and one rate, to a twentieth."""
    if not recordings:
        raise ThumbnetError("there are no recordings: give some")
    first = recordings[0]
    for other in recordings:
        if other.channels != first.channels:
            missing = [name for name in first.channels if name not in other.channels]
            extra = [name for name in other.channels if name not in first.channels]
            what = [
                *([f"no channel {quoted(missing)}"] if missing else []),
                *([f"a channel {quoted(extra)} more"] if extra else []),
            ]
            remedy = "record the same channels in all, or leave the recording out"
            if 0 < len(missing) + len(extra) < len(first.channels):
                options = " ".join(map(ignoring, [*missing, *extra]))
                remedy = f"record the same channels in all, or leave these out ({options})"
            if missing and {name.lower() for name in missing} == {name.lower() for name in extra}:
                remedy = "write their names alike"
            how = " and ".join(what) or f"the channels in another order ({quoted(other.channels)})"
            raise ThumbnetError(
                f"{other.name} has {how}, unlike {first.name}, which has "
                f"{quoted(first.channels)}: {remedy}"
            )
        if abs(other.rate / first.rate - 1) > RATES_APART:
            raise ThumbnetError(
                f"{other.name} has {other.rate:.4g} samples a second, {first.name} "
                f"{first.rate:.4g}: resample one of them, or leave it out"
            )


def in_order(one: Recording, channels: tuple[str, ...]) -> Recording:
    """Return the recording with its channels in the order of `channels`, if they are the same."""
    if one.channels == channels or set(one.channels) != set(channels):
        return one
    order = [one.channels.index(name) for name in channels]
    return replace(one, values=one.values[:, order], channels=channels)
