"""Networks on windows, with a `Stream`, made in no time; what that must decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from thumbnet.export import Program, convert
from thumbnet.trainer import Dense, Flatten, Normalization, Recording, Sequential, Windows, cut

from .motions import motions

WINDOW, HOP = 32, 12


@cache
def windows(features: str | tuple[str, ...], each: int = 3) -> Windows:
    return cut(motions(each), WINDOW, HOP, features, bands=3)


@cache
def model(features: str | tuple[str, ...], vote: int | tuple[int, int] = 3) -> Sequential:
    """A little trained, so that its answers differ."""
    data = windows(features)
    flat = data.x.reshape(len(data), -1)
    layers = [Normalization().adapt(flat), Dense(6, "relu"), Dense(3, "softmax")]
    made = Sequential([*([Flatten()] if data.x.ndim > 2 else []), *layers], seed=1)
    made.build(data.x.shape[1:])
    made.compile("adam", "sparse_categorical_crossentropy")
    made.fit(data.x, data.y, epochs=4, seed=1)
    data.prepare(made, vote)
    return made


def program(
    features: str | tuple[str, ...],
    board: str = "generic",
    name: str = "gestures",
    **options: object,
) -> Program:
    vote = options.pop("vote", 3)
    made = model(features, vote)  # type: ignore[arg-type]
    return convert(made, windows(features).x, name=name, board=board, **options)  # type: ignore[arg-type]


def decisions(
    made: Program, one: Recording, features: str | tuple[str, ...], needed: int, kept: int
) -> list[int | None]:
    """What the stream of a module must return for each sample of a recording."""
    cut_alone = cut([one, *motions(1)], WINDOW, HOP, features, bands=3, allow_constant=True)
    assert cut_alone.stream.reach == windows(features).stream.reach
    x = cut_alone.x[cut_alone.recording == 0]
    votes = made.predict(x).tolist()
    found: list[int | None] = [None] * len(one)
    for k in range(len(votes)):
        last = votes[max(0, k + 1 - kept) : k + 1]
        count = Counter(last)
        most = max(count.values())
        winner = next(v for v in reversed(last) if count[v] == most)
        found[WINDOW - 1 + k * HOP] = winner if most >= needed else None
    return found


def counts(one: Recording) -> list[list[int]]:
    """A recording in thousandths, as whole numbers."""
    return np.round(one.values * 1000).astype(int).tolist()


def joined(recordings: Sequence[Recording]) -> Recording:
    """One recording of all, one behind the other."""
    first = recordings[0]
    values = np.concatenate([one.values for one in recordings])
    return Recording(values, first.label, first.rate, "joined", first.channels)
