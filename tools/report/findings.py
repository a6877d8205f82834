"""What stands out in the figures, in sentences, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .history import Curve
from .scores import Confusion
from .words import count, decibels, percent

if TYPE_CHECKING:
    from .gather import Report

FEWEST_DECIBELS = 20
"""Signal to quantization noise of a layer, below which it is named."""

LOSS_OF_INTEGERS = 0.005
"""Accuracy that integers may cost: half a point."""

GAP = 0.05
"""Accuracy in training above that on held-out examples, from which it is learning by heart."""

LITTLE = 0.5
"""R squared below which a prediction is hardly better than the mean."""

FEW = 50
"""Held-out examples, below which an accuracy is a rough figure."""


@dataclass(frozen=True)
class Finding:
    """One sentence on how it is, one on what to do; `good` if there is nothing to mend."""

    text: str
    mend: str = ""
    good: bool = False


def findings(report: Report) -> list[Finding]:
    """What to say of a network, the most important things first."""
    found = [*_integers(report), *_held_out(report), *_training(report), *_fits(report)]
    return sorted(found, key=lambda finding: finding.good)


def _integers(report: Report) -> Iterator[Finding]:
    held = report.held_out
    if held is not None and held.integers is not None:
        rows = len(held.x) if held.labels else None
        yield from _cost(held.score(held.floats), held.score(held.integers), rows)
        yield from _narrow(held.score(held.integers), report.narrow)
    for layer in report.layers:
        if layer.sqnr is not None and layer.sqnr < FEWEST_DECIBELS:
            yield Finding(
                f"Layer {layer.name} lost much in integers: {decibels(layer.sqnr)}, less than "
                f"{FEWEST_DECIBELS}.",
                "Compare the two accuracies before you rely on it; a few extreme inputs or weights "
                "often are the cause.",
            )


def _cost(floats: float | None, whole: float | None, rows: int | None) -> Iterator[Finding]:
    """What integers cost: accuracy on so many rows, or for None R squared."""
    if floats is None or whole is None:
        return
    what = "R squared" if rows is None else "accuracy"
    if floats - whole <= LOSS_OF_INTEGERS:
        yield Finding(f"Integers cost next to nothing in {what}.", good=True)
    elif rows is not None and round(rows * (floats - whole)) == 1:
        yield Finding(f"Integers cost one held-out example of {rows:,}.", good=True)
    else:
        yield Finding(
            f"Integers cost {100 * (floats - whole):.2f} points of {what}.",
            "`thumbnet compare` tries other ways to choose the integers; the table of layers shows "
            "where they cost most.",
        )


def _narrow(eight: float | None, four: float | None) -> Iterator[Finding]:
    if eight is not None and four is not None and eight - four <= LOSS_OF_INTEGERS:
        yield Finding(
            "Weights of 4 bits would do as well, and take half the room of those of 8.",
            "`thumbnet export --bits 4` makes them.",
            good=True,
        )


def _held_out(report: Report) -> Iterator[Finding]:
    held, table = report.held_out, report.confusion
    if held is None:
        return
    if held.refused:
        yield Finding(
            f"{count(held.refused, 'held-out example')} left out: a reading is out of the range "
            "that the board accepts.",
            "Train with examples of the whole range, or export with a larger `--margin`.",
        )
    if len(held.x) < FEW:
        yield Finding(
            f"There are only {count(len(held.x), 'held-out example')}: each one counts "
            f"{100 / len(held.x):.1f} points.",
            "Hold out more before you trust the second digit.",
        )
    if table is None:
        yield from _spread(held.score(held.said))
        return
    empty = [name for name, rows in zip(table.labels, table.rows, strict=True) if not rows]
    if empty:
        names = ", ".join(empty[:5]) + (", ..." if len(empty) > 5 else "")
        yield Finding(
            f"No held-out example of {names}: nothing is known of how well that is told.",
            "Hold out at least one of every class.",
        )
    yield from _guessing(table)
    mixed = table.mixed_up(1)
    if not mixed:
        yield Finding("Every held-out example is told right.", good=True)
    elif mixed[0][2] > 1:
        true, said, times = mixed[0]
        yield Finding(
            f"The most frequent mistake: “{true}” taken for “{said}”, {count(times, 'time')} of "
            f"{held.wrong}.",
            "Look at these below; more examples of both help most.",
        )


def _guessing(table: Confusion) -> Iterator[Finding]:
    """How it compares with always answering one class: by balanced accuracy, if that differs."""
    told, guessing = table.accuracy, table.guessing
    if table.uneven:
        told, guessing = table.balanced_accuracy, table.balanced_guessing
    balanced = (
        f"Balanced accuracy, in which every class counts the same, is "
        f"{percent(table.balanced_accuracy)}, and that one's is {percent(guessing)}."
    )
    if told <= guessing:
        yield Finding(
            f"It is no better than always answering the most frequent class, which would be "
            f"{percent(table.guessing)} right.{' ' + balanced if table.uneven else ''}",
            "Train longer, or look at the examples: is there in them what tells the classes apart?",
        )
    elif table.uneven:
        yield Finding(
            f"The classes are uneven: always answering the most frequent one would be "
            f"{percent(table.guessing)} right. {balanced}",
            "Judge by the balanced accuracy, and collect more of the rare classes.",
        )


def _spread(r_squared: float | None) -> Iterator[Finding]:
    if r_squared is not None and r_squared < LITTLE:
        yield Finding(
            f"It explains little of what it predicts: R squared is {r_squared:.2f}, and always "
            "predicting the mean would be 0.",
            "Train longer, or bring features that tell more.",
        )


def _training(report: Report) -> Iterator[Finding]:
    for curve in report.curves:
        if curve.name == "loss" and curve.held_out is not None:
            yield from _course(curve)
        if curve.name == "accuracy" and curve.held_out is not None:
            gap = float(curve.train[-1] - curve.held_out[-1])
            if gap > GAP:
                yield Finding(
                    f"In training it is right {percent(float(curve.train[-1]))}, on held-out "
                    f"examples {percent(float(curve.held_out[-1]))}: it learned some by heart.",
                    "More examples, fewer units, dropout or l2 weight decay help.",
                )


def _course(curve: Curve) -> Iterator[Finding]:
    """Whether training ended too early, or too late."""
    assert curve.held_out is not None
    epochs, losses = len(curve.held_out), curve.held_out
    if epochs < 5 or not np.all(np.isfinite(losses)):
        return
    best, last = curve.best, float(losses[-1])
    if last > 1.1 * float(losses[best]) and best < 0.8 * epochs:
        yield Finding(
            f"The loss on held-out examples was lowest after epoch {best + 1} of {epochs} and has "
            "risen since.",
            f"Train for about {best + 1} epochs, or stop early.",
        )
    fifth = float(losses[-max(epochs // 5, 2)])
    if fifth > 0 and last < 0.9 * fifth:
        yield Finding(
            "The loss on held-out examples was still falling when training ended.",
            f"Train longer, for {2 * epochs} epochs say.",
        )


def _fits(report: Report) -> Iterator[Finding]:
    none = [fit.board.title for fit in report.fits if fit.need is None]
    if report.fits and len(none) == len(report.fits):
        yield Finding(
            "It fits none of these boards.", "Train it with fewer or smaller hidden layers."
        )
    elif report.fits:
        yield Finding(
            f"It fits {len(report.fits) - len(none)} of {count(len(report.fits), 'board')}.",
            good=True,
        )
