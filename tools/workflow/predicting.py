"""The answers of a network to what a user brings: rows, recordings, sound, or lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from thumbnet.export import StreamVotes
from thumbnet.trainer import (
    RECORDING_SUFFIXES,
    Dataset,
    Recording,
    RowReader,
    StreamSettings,
    TableColumns,
    ThumbnetError,
    WrongColumns,
    quoted,
    read_recordings,
    window_inputs,
)

from .answering import Answer, Network
from .class_names import class_of
from .predicting_sound import has_sound, predict_sounds
from .prediction import Place, Predicted, Rows, Truth
from .settings import Array
from .what_it_takes import Takes

AT_ONCE = 256
"""Rows that are answered at once: bounds the memory, and the time until the first is shown."""

INPUT = "input"
"""What messages call the lines of the input."""


def predict_file(network: Network, data: str, label: str | None) -> Rows:
    """Return the answers to a file, a folder or a data set by name.

    Parameters
    ----------
    network
        The network.
    data, label
        See `load_dataset` and `read_recordings`.

    Raises
    ------
    ThumbnetError
        If the data cannot be read, or do not fit the network.

    """
    takes, place = network.takes, Path(data)
    is_tree = place.is_dir() or place.suffix.lower() == ".zip"
    if takes.sound is not None and (is_tree or has_sound(place)):
        return predict_sounds(network, takes.sound, place)
    if has_sound(place):
        raise ThumbnetError(
            f"{data} is sound, but {takes.path} takes no sound: use rows or recordings like those "
            "that it was trained on"
        )
    recorded = place.is_dir() or place.suffix.lower() in RECORDING_SUFFIXES
    if takes.stream is not None and recorded:
        return _of_recordings(network, takes.stream, place, label)
    rows = takes.rows(data, label)
    truths, notices = _truths(network, rows)
    known = any(one is not None for one in truths)
    return Rows("rows", (*rows.notices, *notices), _of_rows(network, rows, truths), known)


def predict_lines(network: Network, lines: Iterable[str]) -> Rows:
    """Return the answers to lines, each as soon as it is there.

    Parameters
    ----------
    network
        The network. One with a `Stream` gets a sample from each line, and answers with each window.
    lines
        Numbers, or cells of the table that it was trained on.

    Raises
    ------
    ThumbnetError
        If the network takes sound. The iterator raises it for names of other columns.

    """
    takes = network.takes
    if takes.sound is not None:
        raise ThumbnetError(
            f"{takes.path} takes sound, which is not in lines of numbers: name a WAV file"
        )
    stream = takes.stream
    columns = takes.table
    if stream is not None:
        columns = TableColumns((), stream.channels)
    elif columns is None and len(takes.names) == takes.inputs:
        columns = TableColumns((), takes.names)
    reader = RowReader(INPUT, columns, takes.inputs)
    if stream is None:
        return Rows("rows", (), _of_lines(network, reader, lines))
    return Rows("windows", (), _of_samples(network, stream, reader, lines))


def _of_rows(network: Network, rows: Dataset, truths: Sequence[Truth]) -> Iterator[Predicted]:
    for at in range(0, len(rows), AT_ONCE):
        for k, answer in enumerate(network.answer(rows.x[at : at + AT_ONCE]), at):
            line = None if rows.lines is None else int(rows.lines[k])
            yield _predicted(network.takes, Place(k + 1, line), answer, truths[k])


def _predicted(takes: Takes, place: Place, answer: Answer, truth: Truth) -> Predicted:
    refused = answer.refused
    if refused is None:
        return Predicted(place, answer, answer.index, truth)
    named = len(takes.names) == takes.inputs
    what = f"column {takes.names[refused.column]!r}" if named else f"input {refused.column}"
    why = f"{what} is {refused.value:g}, but the board takes {refused.low:g} to {refused.high:g}"
    return Predicted(place, None, None, truth, why)


def _truths(network: Network, rows: Dataset) -> tuple[list[Truth], list[str]]:
    """Return what is right of each row, as far as it is known, and what to say about it."""
    if not rows.answered:
        return [None] * len(rows), []
    if not network.labels:
        if rows.labels is not None:  # whole numbers of a few values
            if not all(name.lstrip("-").isdecimal() for name in rows.labels):
                return [None] * len(rows), [
                    "its labels are names, but the network predicts numbers"
                ]
            numbers = np.array([float(name) for name in rows.labels])[rows.y]
            return [(one,) for one in numbers.tolist()], []
        return [tuple(one) for one in rows.y.reshape(len(rows), -1).tolist()], []
    if rows.labels is None:
        return [None] * len(rows), ["its labels are numbers, but the network answers with classes"]
    index = [class_of(name, network.labels) for name in rows.labels]
    unknown = [name for name, k in zip(rows.labels, index, strict=True) if k is None]
    notices = [_unknown(unknown)] if unknown else []
    return [index[k] for k in rows.y.tolist()], notices


def _unknown(names: Sequence[str]) -> str:
    return f"the network has no class {quoted(names)}: these rows count for no accuracy"


def _of_lines(network: Network, reader: RowReader, lines: Iterable[str]) -> Iterator[Predicted]:
    row = 0
    for number, line in enumerate(lines, 1):
        place = Place(row + 1, number)
        try:
            values = reader.read(number, line)
        except WrongColumns:
            raise
        except ThumbnetError as error:
            row += 1
            yield Predicted(place, None, refused=_why(error, number))
            continue
        if values is not None:
            row += 1
            yield _predicted(network.takes, place, network.answer(values[None])[0], None)


def _why(error: ThumbnetError, number: int) -> str:
    """Return why a line is refused, without its number, which stands before it."""
    return str(error).removeprefix(f"{INPUT}, line {number}").removeprefix(", ").removeprefix(": ")


def _of_recordings(
    network: Network, settings: StreamSettings, place: Path, label: str | None
) -> Rows:
    recordings = read_recordings(
        *(place, label),
        fewest_labels=0,
        default_rate=settings.rate,
        channels=settings.channels,
        names=settings.channels,
        labelled=False,
    )
    labels = [one.label for one in recordings if one.label]
    unknown = sorted({name for name in labels if class_of(name, network.labels) is None})
    notices = list(dict.fromkeys(note for one in recordings for note in one.notes))
    notices += [_unknown(unknown)] if unknown else []

    def answers() -> Iterator[Predicted]:
        row = 0
        for one in recordings:
            windows = window_inputs(one, settings)
            votes = StreamVotes(settings, network.labels)
            truth = class_of(one.label, network.labels) if one.label else None
            for at in range(0, len(windows), AT_ONCE):
                for k, answer in enumerate(network.answer(windows[at : at + AT_ONCE]), at):
                    row += 1
                    yield _window(settings, votes, row, k * settings.hop, answer, one, truth)

    known = any(class_of(name, network.labels) is not None for name in labels)
    return Rows("windows", tuple(notices), answers(), known)


def _window(
    settings: StreamSettings,
    votes: StreamVotes,
    row: int,
    begin: int,
    answer: Answer,
    recording: Recording,
    truth: Truth,
) -> Predicted:
    end = begin + settings.window
    known = len(recording.lines) == len(recording)
    place = Place(
        row,
        recording.lines[end - 1] if known else None,
        recording.name,
        begin / recording.rate,
        end / recording.rate,
    )
    assert answer.index is not None
    return Predicted(place, answer, votes.decide(answer.index), truth)


def _of_samples(
    network: Network, settings: StreamSettings, reader: RowReader, lines: Iterable[str]
) -> Iterator[Predicted]:
    """Yield the decision of each window of samples, and the lines that are no samples."""
    kept: deque[Array] = deque(maxlen=settings.window)
    votes = StreamVotes(settings, network.labels)
    row = taken = 0
    for number, line in enumerate(lines, 1):
        try:
            values = reader.read(number, line)
        except WrongColumns:
            raise
        except ThumbnetError as error:
            row += 1
            yield Predicted(Place(row, number), None, refused=_why(error, number))
            continue
        if values is None:
            continue
        kept.append(values)
        taken += 1
        begin = taken - settings.window
        if begin < 0 or begin % settings.hop:
            continue
        one = Recording(np.stack(kept), "", settings.rate, channels=settings.channels)
        answer = network.answer(window_inputs(one, settings))[0]
        assert answer.index is not None
        row += 1
        seconds = (begin / settings.rate, taken / settings.rate)
        yield Predicted(Place(row, number, "", *seconds), answer, votes.decide(answer.index))
