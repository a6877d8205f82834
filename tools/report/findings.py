"""What stands out in the figures, in sentences, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .analysis.error_analysis import Confusion
from .analysis.training_history import Curve
from .contents import Finding, Report
from .text_format import count, decibels, percent

LOW_SQNR = 20
"""Signal-to-quantization-noise ratio, in dB, below which a layer is named."""

LOSS_OF_INTEGERS = 0.005
"""Accuracy that integers may cost: half a percentage point."""

GAP = 0.05
"""How much higher the accuracy in training may be before the network is said to overfit."""

LOW_R_SQUARED = 0.5
"""R squared below which a prediction is hardly better than the mean."""

FEW = 50
"""Number of held-out examples below which an accuracy is a rough figure."""


def findings(report: Report) -> list[Finding]:
    """Return what to say about a network; what is good comes last."""
    found = [*_integers(report), *_held_out(report), *_training(report), *_fits(report)]
    return sorted(found, key=lambda finding: finding.good)


def _integers(report: Report) -> Iterator[Finding]:
    held = report.held_out
    if held is not None and held.integers is not None and held.floats is not None:
        rows = len(held.x) if held.labels else None
        yield from _cost(held.score(held.floats), held.score(held.integers), rows, report.example)
        yield from _four_bits(report)
    for layer in report.layers:
        if layer.sqnr is not None and layer.sqnr < LOW_SQNR:
            yield Finding(
                f"Layer {layer.name} loses precision in integers: {decibels(layer.sqnr)}, less "
                f"than {LOW_SQNR}.",
                "Compare the two accuracies before you rely on it. A few extreme inputs or weights "
                "are often the cause.",
            )


def _cost(
    floats: float | None, integers: float | None, rows: int | None, example: str
) -> Iterator[Finding]:
    """Yield what integers cost in accuracy on `rows` examples, or in R squared if None."""
    if floats is None or integers is None:
        return
    what = "R squared" if rows is None else "accuracy"
    if floats - integers <= LOSS_OF_INTEGERS:
        yield Finding(f"Integers cost almost no {what}.", good=True)
    elif rows is not None and round(rows * (floats - integers)) == 1:
        yield Finding(f"Integers cost one {example} of {rows:,}.", good=True)
    else:
        yield Finding(
            f"Integers cost {100 * (floats - integers):.2f} points of {what}.",
            "`thumbnet compare` tries other ways to quantize; the table of layers shows where the "
            "loss is largest.",
        )


def _four_bits(report: Report) -> Iterator[Finding]:
    held, four = report.held_out, report.score_4_bits
    eight = None if held is None or held.integers is None else held.score(held.integers)
    if held is None or eight is None or four is None or report.worse_4_bits:
        return
    if eight - four <= LOSS_OF_INTEGERS:
        yield Finding(
            f"Weights of 4 bits are no worse than those of 8 by more than chance on these "
            f"{count(len(held.x), 'example')} (paired test), and take half the space.",
            "`thumbnet export --bits 4` makes them.",
            good=True,
        )


def _held_out(report: Report) -> Iterator[Finding]:
    held, table = report.held_out, report.confusion
    if held is None:
        return
    if held.refused:
        yield Finding(
            f"{count(held.refused, report.example)} left out: a reading is outside the range "
            "that the board accepts.",
            "Train with examples of the whole range, or export with a larger `--margin`.",
        )
    if len(held.x) < FEW:
        yield Finding(
            f"There are only {count(len(held.x), report.example)}: each one counts "
            f"{100 / len(held.x):.1f} points.",
            "Hold out more before you trust the second digit.",
        )
    if table is None:
        yield from _fit_of_numbers(held.score(held.predicted))
        return
    empty = [name for name, rows in zip(table.labels, table.rows, strict=True) if not rows]
    if empty:
        names = ", ".join(empty[:5]) + (", ..." if len(empty) > 5 else "")
        yield Finding(
            f"There is no {report.example} of {names}: its accuracy is unknown.",
            "Hold out at least one example of every class.",
        )
    yield from _guessing(table)
    mixed = table.mixed_up(1)
    if not mixed:
        yield Finding(f"Every {report.example} is classified correctly.", good=True)
    elif mixed[0][2] > 1:
        true, predicted, times = mixed[0]
        yield Finding(
            f"The most frequent mistake: “{true}” predicted as “{predicted}”, "
            f"{count(times, 'time')} of {held.wrong}.",
            "Look at these below. More examples of both classes help most.",
        )


def _guessing(table: Confusion) -> Iterator[Finding]:
    """Compare with always predicting one class: by balanced accuracy if classes are imbalanced."""
    accuracy, guessing = table.accuracy, table.guessing
    if table.uneven:
        accuracy, guessing = table.balanced_accuracy, table.balanced_guessing
    balanced = (
        f"The balanced accuracy, in which every class counts the same, is "
        f"{percent(table.balanced_accuracy)}; with one class only it is {percent(guessing)}."
    )
    if accuracy <= guessing:
        yield Finding(
            f"It is no better than always predicting the most frequent class, which is correct for "
            f"{percent(table.guessing)}.{' ' + balanced if table.uneven else ''}",
            "Train longer, or look at the examples: do they show how the classes differ?",
        )
    elif table.uneven:
        yield Finding(
            f"The classes are imbalanced: always predicting the most frequent one is correct for "
            f"{percent(table.guessing)}. {balanced}",
            "Judge by the balanced accuracy, and collect more examples of the rare classes.",
        )


def _fit_of_numbers(r_squared: float | None) -> Iterator[Finding]:
    if r_squared is not None and r_squared < LOW_R_SQUARED:
        yield Finding(
            f"The predictions explain little: R squared is {r_squared:.2f}, and always predicting "
            "the mean would give 0.",
            "Train longer, or add more informative features.",
        )


def _training(report: Report) -> Iterator[Finding]:
    for curve in report.curves:
        if curve.name == "loss" and curve.held_out is not None:
            yield from _course(curve)
        if curve.name == "accuracy" and curve.held_out is not None:
            gap = float(curve.train[-1] - curve.held_out[-1])
            if gap > GAP:
                yield Finding(
                    f"The accuracy is {percent(float(curve.train[-1]))} in training and "
                    f"{percent(float(curve.held_out[-1]))} on {curve.rows} examples: the network "
                    "overfits.",
                    "More examples, fewer units, dropout or l2 weight decay help.",
                )


def _course(curve: Curve) -> Iterator[Finding]:
    """Yield whether training ended too early or too late."""
    assert curve.held_out is not None
    epochs, losses = len(curve.held_out), curve.held_out
    if epochs < 5 or not np.all(np.isfinite(losses)):
        return
    best, last = curve.best, float(losses[-1])
    if last > 1.1 * float(losses[best]) and best < 0.8 * epochs:
        yield Finding(
            f"The loss on {curve.rows} examples was lowest after epoch {best + 1} of {epochs} and "
            "has risen since.",
            f"Train for about {best + 1} epochs, or stop early.",
        )
    fifth = float(losses[-max(epochs // 5, 2)])
    if fifth > 0 and last < 0.9 * fifth:
        yield Finding(
            f"The loss on {curve.rows} examples was still falling when training ended.",
            f"Train longer, for example for {2 * epochs} epochs.",
        )


def _fits(report: Report) -> Iterator[Finding]:
    none = [fit.board.title for fit in report.fits if fit.estimate is None]
    if report.fits and len(none) == len(report.fits):
        yield Finding(
            "It fits none of these boards.", "Train it with fewer or smaller hidden layers."
        )
    elif report.fits:
        yield Finding(
            f"It fits {len(report.fits) - len(none)} of {count(len(report.fits), 'board')}.",
            good=True,
        )
        if "sound" in report.info:
            yield from _too_slow_for_sound(report)


def _too_slow_for_sound(report: Report) -> Iterator[Finding]:
    """Warn of boards that compute longer than sound lasts; in bytecode, all do."""
    made = [fit for fit in report.fits if fit.estimate is not None]
    slow = [
        fit.board.title
        for fit in made
        if fit.estimate and (fit.estimate.load is None or fit.estimate.load > 1)
    ]
    if slow:
        yield Finding(
            f"{len(slow)} of {count(len(made), 'board')} that it fits cannot keep up with a "
            f"microphone: {', '.join(slow[:4])}{' ...' if len(slow) > 4 else ''}.",
            "Choose one that runs compiled code, or train a smaller network.",
        )
