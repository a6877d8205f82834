"""From recordings to `Windows`: cut, described by features or as they are, and split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ..datasets.class_labels import class_names, quoted
from ..datasets.dataset import Dataset
from ..datasets.input_spec import InputSpec
from ..datasets.resolution import decimals_of, resolution_for
from ..errors import ThumbnetError
from ..network.network import Network
from .flatlines import refuse_flatlines
from .recordings import RATES_APART, Recording, check_alike, in_order
from .stream_settings import FEATURE_COUNT_LIMIT, RAW, StreamSettings, reach_for
from .window_features import Ints, compute_features


@dataclass(frozen=True, eq=False, kw_only=True)
class Windows(Dataset):
    """Windows of recordings, a `Dataset` of integer counts.

    x: (n, window, channels) counts, or (n, features) of them; `stream.units` counts are 1.0.
    recording: (n,) int64, the index of the recording that each window was cut from.
    names: of the recordings.
    stream: the settings with which a board does the same.
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
        """Give a model what an exported module needs for its `Stream`: labels, inputs, settings.

        vote: n for the most frequent label of the last n windows, or (k, n) for one that k of the
            last n agree on, and no decision else; 3 if not given.
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
    """Cut recordings into windows of `length` samples, one every `hop`, none across two of them.

    features: "raw" for the windows themselves, or some of mean, deviation, rms, crossings and
        bands, computed of each channel in integers, by the code that boards run.
    bands: how many bands the feature "bands" has.
    allow_constant: take recordings in which a channel never changes. They are refused else, as a
        sensor that is stuck or not connected gives them and a network learns what it means.

    Readings become counts: whole numbers of the resolution that the channel's decimals suggest.

    Raises ThumbnetError naming the recording: shorter than a window, other channels or another
    rate than the first, a channel that never changes.
    """
    check_alike(recordings)
    _check_long(recordings, length)
    if not allow_constant:
        refuse_flatlines(recordings)
    first = recordings[0]
    named = (features,) if isinstance(features, str) else tuple(features)
    units = _units(recordings, 2 * FEATURE_COUNT_LIMIT if named == (RAW,) else FEATURE_COUNT_LIMIT)
    every = [_counts(one.values, units) for one in recordings]
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
    """Cut recordings as a network takes them that was trained on windows, as its board does.

    settings: `StreamSettings.from_config(model.info["stream"])`.
    labels: those of the model; the recordings' own if not given.

    Sensors that are stuck are taken: so they are judged on the board.

    Raises ThumbnetError naming the recording: shorter than a window, other channels than the
    network was trained on, another rate, or a label that it does not know.
    """
    recordings = [in_order(one, settings.channels) for one in recordings]
    check_alike(recordings)
    known = tuple(labels or class_names([one.label for one in recordings]))
    _check_fit(recordings, settings, known)
    every = [_counts(one.values, settings.units, settings.reach) for one in recordings]
    return _windows(recordings, every, settings, known)


def _windows(
    recordings: Sequence[Recording],
    every: Sequence[Ints],
    settings: StreamSettings,
    labels: tuple[str, ...],
) -> Windows:
    """Return the windows of recordings whose counts are `every`."""
    parts = [
        np.lib.stride_tricks.sliding_window_view(counts, settings.window, axis=0)[
            :: settings.hop
        ].swapaxes(1, 2)
        for counts in every
    ]
    x = np.concatenate(parts)
    index = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    classes = np.array([labels.index(one.label) for one in recordings])
    # Counts of features have up to four bits behind the point.
    reach = settings.reach if settings.is_raw else 2 * FEATURE_COUNT_LIMIT - 1
    return Windows(
        x if settings.is_raw else compute_features(x, settings),
        classes[index],
        labels=labels,
        input_spec=InputSpec(settings.shape, settings.names, 1.0, -reach, reach),
        recording=index,
        names=tuple(one.name for one in recordings),
        stream=settings,
    )


@overload
def split_by_recording(
    data: Sequence[Recording], test_size: float = 0.2, seed: int = 0
) -> tuple[list[Recording], list[Recording]]: ...
@overload
def split_by_recording(
    data: Windows, test_size: float = 0.2, seed: int = 0
) -> tuple[Windows, Windows]: ...
def split_by_recording(
    data: Windows | Sequence[Recording], test_size: float = 0.2, seed: int = 0
) -> tuple[Windows, Windows] | tuple[list[Recording], list[Recording]]:
    """Split recordings, or windows by their recordings, at random into (train, test).

    Windows of one recording are alike, and overlap: those of a recording go all into one part, so
    that the test tells how new recordings will do.

    test_size: the share of every label's recordings to hold out, between 0 and 1; at least one,
        and at least one stays.
    seed: the same seed gives the same split.

    Raises ThumbnetError for a label with a single recording.
    """
    if not 0 < test_size < 1:
        raise ThumbnetError(f"test_size is {test_size}: give a share between 0 and 1, such as 0.2")
    if isinstance(data, Windows):
        assert data.labels is not None
        index, first = np.unique(data.recording, return_index=True)
        labels = [data.labels[data.y[at]] for at in first]
        names = [data.names[k] for k in index]
    else:
        index = np.arange(len(data))
        labels, names = [one.label for one in data], [one.name for one in data]
    held_out = index[_hold_out(labels, names, test_size, seed)]
    if isinstance(data, Windows):
        tests = np.isin(data.recording, held_out)
        return data.take(np.flatnonzero(~tests)), data.take(np.flatnonzero(tests))
    chosen = set(held_out.tolist())
    return (
        [one for k, one in enumerate(data) if k not in chosen],
        [data[k] for k in sorted(chosen)],
    )


def _hold_out(
    labels: Sequence[str], names: Sequence[str], test_size: float, seed: int
) -> NDArray[np.int64]:
    """Return the places of the recordings to hold out, some of every label."""
    random = np.random.default_rng(seed)
    held_out: list[int] = []
    for label in class_names(labels):
        places = [k for k, other in enumerate(labels) if other == label]
        if len(places) < 2:
            raise ThumbnetError(
                f"label {label!r} has one recording, {names[places[0]]}: a test needs another, "
                "record it once more or leave the label out"
            )
        count = min(max(1, round(len(places) * test_size)), len(places) - 1)
        held_out += random.permutation(places)[:count].tolist()
    return np.array(sorted(held_out))


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
    """Refuse what the network was not trained for; the recordings are alike."""
    first = recordings[0]
    if first.channels != settings.channels:
        raise ThumbnetError(
            f"{first.name} has the channels {quoted(first.channels)}, the network was trained on "
            f"{quoted(settings.channels)}: give recordings with the same columns (one of times "
            "is called time, one that tells recordings apart recording)"
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
                f"{one.name}: label {one.label!r} was not seen in training, which knew "
                f"{quoted(labels)}: correct it, or train again with it"
            )


def _units(recordings: Sequence[Recording], most: int) -> tuple[int, ...]:
    """Return the counts per 1.0 of each channel: by its decimals, and so that none reach `most`."""
    values = np.concatenate([one.values for one in recordings])
    found = []
    for channel, column in enumerate(values.T):
        where = _farthest(recordings, channel, column)
        low, high = float(column.min()), float(column.max())
        try:
            step = resolution_for(decimals_of(column), low, high, where, most)
        except ThumbnetError as error:
            raise ThumbnetError(f"{error}, or mend this reading") from error
        found.append(round(1 / step))
    return tuple(found)


def _farthest(recordings: Sequence[Recording], channel: int, column: NDArray[np.float64]) -> str:
    """Say where the reading is that is farthest from the others: it may be a slip in a file."""
    low, middle, high = float(column.min()), float(np.median(column)), float(column.max())
    at = int(column.argmax() if high - middle > middle - low else column.argmin())
    for one in recordings:
        if at < len(one):
            break
        at -= len(one)
    return f"{one.place(at)}, channel {one.channels[channel]!r}"


def _counts(
    values: NDArray[np.float64], units: tuple[int, ...], reach: int = 2 * FEATURE_COUNT_LIMIT - 1
) -> Ints:
    """Return readings as counts, rounded half away from zero and at most `reach`, as on a board."""
    with np.errstate(over="ignore"):  # infinite counts are at the end of the reach too
        scaled = np.clip(values * np.array(units), -reach, reach)
    rounded = np.where(scaled >= 0, np.floor(scaled + 0.5), -np.floor(0.5 - scaled))
    return np.asarray(rounded, dtype=np.int64)
