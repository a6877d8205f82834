"""What `thumbnet train` took the data for, in words: always said before it trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from thumbnet.trainer import (
    Dataset,
    SoundExamples,
    Windows,
    on_both_sides,
    quoted,
    table_warnings,
)

from .sound_words import counted_sounds, heard, joined_sounds, sound_warnings

_SHOWN = 12
_MOST_ROWS = 200_000


def taken(train: Dataset, test: Dataset, data: str) -> Iterator[str]:
    """Yield lines about label, task, classes, features, rows and rate.

    Parameters
    ----------
    train, test
        The rows to train with, and those held out.
    data
        The name of the data that a user gave.

    """
    name = train.name or data
    for notice in train.notices:
        yield f"{name}: {notice}"
    yield f"{name}: {_counted(train)} to train, {_counted(test)} held out"
    yield _inputs(train)
    yield _answers(train, test)


def suspicions(train: Dataset, test: Dataset) -> list[str]:
    """Return warnings about the data, see `table_warnings`."""
    if isinstance(train, Windows):
        return []
    if isinstance(train, SoundExamples) and isinstance(test, SoundExamples):
        return sound_warnings(train, test)
    found = table_warnings(joined(train, test))
    twice = on_both_sides(train, test) if len(train) <= _MOST_ROWS else ""
    return [*found, twice] if twice else found


def joined(train: Dataset, test: Dataset) -> Dataset:
    """Return both parts of a table as one, in the order of its lines."""
    x, y = np.concatenate([train.x, test.x]), np.concatenate([train.y, test.y])
    if isinstance(train, Windows) and isinstance(test, Windows):
        recording = np.concatenate([train.recording, test.recording + len(train.names)])
        return replace(train, x=x, y=y, recording=recording, names=train.names + test.names)
    if isinstance(train, SoundExamples) and isinstance(test, SoundExamples):
        return joined_sounds(train, test)
    groups = None
    if train.groups is not None and test.groups is not None:
        groups = np.concatenate([train.groups, test.groups])
    if train.lines is None or test.lines is None:
        return replace(train, x=x, y=y, lines=None, groups=groups)
    lines = np.concatenate([train.lines, test.lines])
    return replace(train, x=x, y=y, lines=lines, groups=groups).take(np.argsort(lines))


def _counted(data: Dataset) -> str:
    if isinstance(data, Windows):
        return f"{len(data):,} windows of {len(set(data.recording.tolist())):,} recordings"
    if isinstance(data, SoundExamples):
        return counted_sounds(data)
    if data.groups is not None:
        return f"{len(data):,} rows of {len(set(data.groups.tolist())):,} groups"
    return f"{len(data):,} rows"


def _inputs(data: Dataset) -> str:
    if isinstance(data, Windows):
        stream = data.stream
        return (
            f"windows of {stream.window} samples of {quoted(stream.channels)}, "
            f"{stream.rate:.4g} samples a second"
        )
    if isinstance(data, SoundExamples):
        return heard(data.sound)
    spec = data.input_spec
    shape = " x ".join(str(size) for size in (data.image_shape or data.x.shape[1:]))
    if spec is None or spec.names is None or len(spec.names) != spec.features:
        return f"{shape} inputs"
    return f"{spec.features:,} feature{'s' * (spec.features > 1)}: {quoted(spec.names)}"


def _answers(train: Dataset, test: Dataset) -> str:
    y = joined(train, test).y
    column = "" if train.table is None else f" {quoted(train.table.label)}"
    if train.labels is None:
        ends = f"from {y.min():.6g} to {y.max():.6g}"
        if y.ndim > 1:
            ends = f"{y.shape[1]} of them for each row"
        return f"label{column}, regression: numbers {ends}"
    counts = np.bincount(y, minlength=len(train.labels)).tolist()
    pairs = [f"{label!r} ({n:,})" for label, n in zip(train.labels, counts, strict=True)]
    each = ", ".join(pairs[:_SHOWN]) + (f" and {len(pairs) - _SHOWN} more" * (len(pairs) > _SHOWN))
    ordered = train.table is not None and len(pairs) > 2 and all(map(_is_whole, train.labels))
    hint = "; --task regression predicts them as numbers" if ordered else ""
    return f"label{column}, classification: {len(pairs)} classes, {each}{hint}"


def _is_whole(label: str) -> bool:
    return label.lstrip("-").isdecimal()
