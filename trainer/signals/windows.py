"""From recordings to `Windows`: cut, described by features or left raw, and split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.class_labels import class_names
from ..datasets.dataset import Dataset
from ..datasets.input_spec import InputSpec
from ..errors import ThumbnetError, quoted
from ..network.network import Network
from .counts import counts_of, units_of
from .flatlines import refuse_flatlines
from .recordings import RATES_APART, Recording, check_alike, in_order
from .stream_settings import FEATURE_COUNT_LIMIT, RAW, StreamSettings, reach_for
from .window_features import Ints, compute_features


@dataclass(frozen=True, eq=False, kw_only=True)
class Windows(Dataset):
    """Windows of recordings: a `Dataset` of integer counts.

    Parameters
    ----------
    x : ndarray, shape (n, window, channels) or (n, features)
        Counts, or features of them; `stream.units` counts are 1.0.
    y, labels, input_spec, name, image_shape, table, lines, groups, notices, answered
        As in `Dataset`.
    recording : ndarray, shape (n,)
        int64: the index of the recording that each window was cut from.
    names : tuple of str
        Names of the recordings.
    stream : StreamSettings
        The settings with which a board does the same.
    """

    recording: NDArray[Any]
    names: tuple[str, ...]
    stream: StreamSettings

    def take(self, indices: Sequence[int] | NDArray[Any]) -> Windows:
        """Return the windows at `indices`, in that order."""
        chosen = np.asarray(indices, dtype=np.int64)
        return replace(self, x=self.x[chosen], y=self.y[chosen], recording=self.recording[chosen])

    def named(self, name: str) -> Windows:
        """Return the same windows with a name for reports."""
        return replace(self, name=name)

    def prepare(self, model: Network, vote: int | tuple[int, int] | None = None) -> None:
        """Set the labels, inputs and settings that an exported module needs for its `Stream`.

        Parameters
        ----------
        model : Model
            Gets `labels`, `input_spec` and `info["stream"]`.
        vote : int or tuple of int, optional
            n for the most frequent label of the last n windows; (k, n) for a label that k of the
            last n agree on, and no decision otherwise. 3 by default.
        """
        stream = self.stream
        if vote is not None:
            stream = replace(stream, vote=(1, vote) if isinstance(vote, int) else vote)
        model.labels, model.input_spec = self.labels, self.input_spec
        model.info["stream"] = stream.get_config()


def cut(
    recordings: Sequence[Recording],
    length: int,
    hop: int,
    features: str | Sequence[str] = RAW,
    bands: int = 8,
    allow_constant: bool = False,
) -> Windows:
    """Cut recordings into windows.

    No window spans two recordings. Readings become counts: whole numbers of the resolution that the
    channel's decimals suggest.

    Parameters
    ----------
    recordings : sequence of Recording
        With the same channels and rate.
    length, hop : int
        Samples of a window, and from the start of one window to the start of the next.
    features : str or sequence of str
        "raw" for the windows themselves, or some of mean, deviation, rms, crossings and bands.
        These are computed for each channel in integers, by the code that boards run.
    bands : int
        How many bands the feature "bands" has.
    allow_constant : bool
        Whether to accept recordings in which a channel never changes. Normally that is an error: a
        sensor that is stuck or not connected gives such recordings, and a network would learn them.

    Returns
    -------
    Windows

    Raises
    ------
    ThumbnetError
        If a recording is shorter than a window, has other channels or another rate than the first,
        or a channel that never changes; the message names it.
    """
    check_alike(recordings)
    _check_long(recordings, length)
    if not allow_constant:
        refuse_flatlines(recordings)
    first = recordings[0]
    named = (features,) if isinstance(features, str) else tuple(features)
    units = units_of(
        recordings, 2 * FEATURE_COUNT_LIMIT if named == (RAW,) else FEATURE_COUNT_LIMIT
    )
    every = [counts_of(one.values, units) for one in recordings]
    largest = max(int(np.abs(counts).max()) for counts in every)
    settings = StreamSettings(
        window=length,
        hop=hop,
        channels=first.channels,
        rate=float(f"{np.median([one.rate for one in recordings]):.4g}"),
        units=units,
        reach=reach_for(largest),
        features=named,
        bands=bands,
    )
    labels = class_names([one.label for one in recordings])
    return _windows(recordings, every, settings, labels)


def cut_as(
    recordings: Sequence[Recording], settings: StreamSettings, labels: Sequence[str] | None = None
) -> Windows:
    """Cut recordings for a network that was trained on windows, as its board does.

    Sensors that are stuck are accepted, because the board cannot reject them either.

    Parameters
    ----------
    recordings : sequence of Recording
        With the channels that the network was trained on.
    settings : StreamSettings
        `StreamSettings.from_config(model.info["stream"])`.
    labels : sequence of str, optional
        Those of the model; by default the recordings' own.

    Returns
    -------
    Windows

    Raises
    ------
    ThumbnetError
        If a recording is shorter than a window, or has other channels, another rate or a label that
        the network does not know; the message names it.
    """
    recordings = [in_order(one, settings.channels) for one in recordings]
    check_alike(recordings)
    known = tuple(labels or class_names([one.label for one in recordings]))
    _check_fit(recordings, settings, known)
    every = [counts_of(one.values, settings.units, settings.reach) for one in recordings]
    return _windows(recordings, every, settings, known)


def window_inputs(recording: Recording, settings: StreamSettings) -> NDArray[Any]:
    """Return what a trained network reads of a recording, as its board does.

    Parameters
    ----------
    recording : Recording
        With the channels that the network was trained on. Its label does not matter.
    settings : StreamSettings
        `StreamSettings.from_config(model.info["stream"])`.

    Returns
    -------
    ndarray, shape (n, window, channels) or (n, features)
        Window k begins at sample `k * settings.hop`.

    Raises
    ------
    ThumbnetError
        If the recording is shorter than a window, or has other channels or another rate.
    """
    recording = in_order(recording, settings.channels)
    _check_fit([recording], settings, (recording.label,))
    counts = counts_of(recording.values, settings.units, settings.reach)
    return _inputs(_cut(counts, settings), settings)


def _cut(counts: Ints, settings: StreamSettings) -> Ints:
    windows = np.lib.stride_tricks.sliding_window_view(counts, settings.window, axis=0)
    return windows[:: settings.hop].swapaxes(1, 2)


def _inputs(windows: Ints, settings: StreamSettings) -> Ints:
    return windows if settings.is_raw else compute_features(windows, settings)


def _windows(
    recordings: Sequence[Recording],
    every: Sequence[Ints],
    settings: StreamSettings,
    labels: tuple[str, ...],
) -> Windows:
    """Return the windows of recordings whose counts are `every`."""
    parts = [_cut(counts, settings) for counts in every]
    x = np.concatenate(parts)
    index = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    classes = np.array([labels.index(one.label) for one in recordings])
    # Counts of features have up to four fractional bits.
    reach = settings.reach if settings.is_raw else 2 * FEATURE_COUNT_LIMIT - 1
    return Windows(
        _inputs(x, settings),
        classes[index],
        labels=labels,
        input_spec=InputSpec(settings.shape, settings.names, 1.0, -reach, reach),
        recording=index,
        names=tuple(one.name for one in recordings),
        stream=settings,
    )


def _check_long(recordings: Sequence[Recording], length: int) -> None:
    short = [one for one in recordings if len(one) < length]
    if short:
        raise ThumbnetError(
            f"{short[0].name} has {len(short[0])} samples, a window takes {length}: take shorter "
            f"windows, or leave it out (too short: {len(short)} of {len(recordings)})"
        )


def _check_fit(
    recordings: Sequence[Recording], settings: StreamSettings, labels: tuple[str, ...]
) -> None:
    """Reject recordings, all alike, that the network was not trained for."""
    first = recordings[0]
    if first.channels != settings.channels:
        raise ThumbnetError(
            f"{first.name} has the channels {quoted(first.channels)}, the network was trained on "
            f"{quoted(settings.channels)}: give recordings with the same columns (call "
            "the column of times time, and the one that separates recordings recording)"
        )
    for one in recordings:
        if abs(one.rate / settings.rate - 1) > RATES_APART:
            raise ThumbnetError(
                f"{one.name} has {one.rate:.4g} samples a second, the network was trained on "
                f"{settings.rate:.4g}: resample it, or leave it out"
            )
        if len(one) < settings.window:
            raise ThumbnetError(
                f"{one.name} has {len(one)} samples, the network takes windows of "
                f"{settings.window}: leave it out, or record longer"
            )
        if one.label not in labels:
            raise ThumbnetError(
                f"{one.name}: label {one.label!r} was not seen in training, only "
                f"{quoted(labels)}: correct it, or train again with it"
            )
