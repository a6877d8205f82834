"""The charts of the page: training, confusion matrix, regression, times on boards."""

from __future__ import annotations

from typing import Any
from unicodedata import east_asian_width

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, PercentFormatter

from thumbnet.export import BoardFit

from ..analysis.error_analysis import Confusion
from ..analysis.fitting_boards import takes_windows
from ..analysis.training_history import Curve
from ..text_format import count, duration, number, percent
from .style import FIRST, HIT, INK, LINE, MISS, PAPER, SECOND, SOFT, canvas, styled
from .svg import Chart, chart

SHOWN = 20
"""Number of classes up to which a confusion matrix has numbers in its cells."""

LABEL = 14
"""Characters of a label in a chart; the tables show all of it."""

POINTS = 500
"""Points of a scatter plot: more would overlap."""


def shortened(text: str, most: int = LABEL) -> str:
    """Return a text in one line, cut if it is too long."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def training(curve: Curve) -> Chart:
    """Draw one metric over the epochs, in training and on held-out examples."""
    name = curve.name.replace("_", " ")
    epochs = np.arange(1, len(curve.train) + 1)
    marker = "o" if len(epochs) == 1 else ""
    with styled(f"training {curve.name}"):
        figure, axes = canvas(350, 240)
        known = curve.train if curve.held_out is None else curve.held_out
        axes.plot(epochs, curve.train, color=FIRST, ls="--", marker=marker, label="training")
        if curve.held_out is not None:
            axes.plot(
                epochs,
                curve.held_out,
                color=SECOND,
                marker=marker,
                label=curve.rows.replace("-", " "),
            )
            axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0)
        axes.set_title(name, loc="left", fontsize=13, color=INK)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        if len(epochs) > 1:
            axes.set_xlim(1, len(epochs))
        if "accuracy" in curve.name:
            axes.yaxis.set_major_formatter(PercentFormatter(1, symbol="\u202f%"))
        both = np.concatenate([curve.train, known])
        if np.all(both > 0) and both.max() > 50 * both.min():
            axes.set_yscale("log")
            # Matplotlib writes powers in TeX, which the page would show literally.
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        last = f"{name.capitalize()} over {count(len(epochs), 'epoch')}: {_last(curve.train)}"
        if curve.held_out is not None:
            last += f" in training, {_last(curve.held_out)} on {curve.rows} examples"
        return chart(figure, f"{last} at the end")


def _last(values: Any) -> str:
    return number(float(values[-1])) if np.isfinite(values[-1]) else "no number"


def confusions(table: Confusion) -> Chart:
    """Draw a square for every class and prediction; the darker, the larger its share."""
    n = len(table.labels)
    numbers = n <= SHOWN
    side = max(6, min(56, 370 // n if n <= SHOWN // 2 else 520 // n))
    shares = table.matrix / np.maximum(table.rows, 1)[:, None]
    with styled("confusions"):
        figure, axes = _grid(side, [shortened(label) for label in table.labels], numbers)
        for i, j in np.argwhere(table.matrix):
            colour, alpha = (HIT, 0.68) if i == j else (MISS, 0.9)
            alpha *= 0.2 + 0.8 * float(shares[i, j])
            square = Rectangle((j - 0.5, i - 0.5), 1, 1, fc=colour, alpha=alpha, lw=0)
            axes.add_patch(square)
            if numbers:
                axes.text(j, i, f"{table.matrix[i, j]}", ha="center", va="center", size=11)
        text = (
            f"Confusion matrix of {n} classes: {percent(table.accuracy)} of "
            f"{count(table.total, 'example')} on the diagonal"
        )
        mixed = table.mixed_up(1)
        if mixed:
            text += f"; most often {mixed[0][0]} is predicted as {mixed[0][1]} ({mixed[0][2]})"
        return chart(figure, text)


def _grid(side: int, names: list[str], every: bool) -> tuple[Figure, Axes]:
    """Return a grid of squares of `side` pixels, with names at the left and top in full length."""
    n, widest = len(names), max(map(text_width, names))
    level = widest < side - 4
    slanted = 0.71 * widest
    left, top = 30 + widest, 42 if level else 34 + slanted
    right = 2 if level else max(2, slanted - side / 2 + 4)
    width, height = left + n * side + right, top + n * side + 2
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes((left / width, 2 / height, n * side / width, n * side / height))
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(n - 0.5, -0.5)
    axes.grid(False)
    axes.spines[:].set_visible(True)
    step = 1 if every else -(-n // 16)
    axes.xaxis.tick_top()
    axes.set_xticks(range(0, n, step), names[::step])
    axes.set_yticks(range(0, n, step), names[::step])
    if not level:
        axes.tick_params(axis="x", labelrotation=45)
        for label in axes.get_xticklabels():
            label.set(ha="left", rotation_mode="anchor")
    axes.annotate("predicted", (left / width, 1), (0, -13), size=12, color=SOFT, **_FIGURE)
    down = (10, -(top + n * side / 2))
    axes.annotate(
        "true",
        (0, 1),
        down,
        size=12,
        color=SOFT,
        rotation=90,
        ha="center",
        va="center",
        **_FIGURE,
    )
    return figure, axes


_FIGURE: dict[str, Any] = {"xycoords": "figure fraction", "textcoords": "offset points"}


def text_width(text: str, size: int = 11) -> float:
    """Return the width of a label in pixels, in a font that is wider than most."""
    wide = [character for character in text if east_asian_width(character) in "WF"]
    narrow = "".join(character for character in text if east_asian_width(character) not in "WF")
    font = FontProperties(family="DejaVu Sans", size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(narrow, font, ismath=False)
    return float(width) + size * len(wide)


def scatter(truth: Any, predicted: Any, name: str) -> Chart:
    """Draw predicted against true values, each (n,)."""
    step = -(-len(truth) // POINTS)
    with styled(f"scatter {name}"):
        figure, axes = canvas(350, 300)
        low = float(min(truth.min(), predicted.min()))
        high = float(max(truth.max(), predicted.max()))
        axes.plot([low, high], [low, high], color=SOFT, lw=1, ls="--")
        axes.plot(truth[::step], predicted[::step], "o", ms=4, mew=0, alpha=0.6, color=FIRST)
        axes.set_title(shortened(name, 40), loc="left", fontsize=13)
        axes.set_xlabel("true value")
        axes.set_ylabel("prediction")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        text = (
            f"Predicted against true values of {count(len(truth), 'example')}, from "
            f"{number(low)} to {number(high)}; on the dashed line they are equal"
        )
        return chart(figure, text)


def residuals(truth: Any, predicted: Any, name: str) -> Chart:
    """Draw a histogram of the errors of values (n,)."""
    off = predicted - truth
    with styled(f"residuals {name}"):
        figure, axes = canvas(350, 300)
        bins = max(8, min(30, round(len(off) ** 0.5)))
        axes.hist(off, bins=bins, color=FIRST, alpha=0.75, edgecolor=LINE, linewidth=0.5)
        axes.axvline(0, color=SOFT, lw=1, ls="--")
        axes.set_title("errors", loc="left", fontsize=13)
        axes.set_xlabel("prediction minus true value")
        axes.set_ylabel("examples")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        text = (
            f"Errors of {count(len(off), 'example')}: half of them are at most "
            f"{number(float(np.median(np.abs(off))))}, none is more than "
            f"{number(float(np.abs(off).max()))}"
        )
        return chart(figure, text)


def times(fits: list[BoardFit]) -> Chart | None:
    """Draw the time of an inference, or decision, on each board; None for fewer than two boards."""
    known = [(fit.board.title, fit.estimate.time) for fit in fits if fit.estimate is not None]
    if len(known) < 2:
        return None
    names = [shortened(title, 26) for title, _ in known]
    seconds = np.array([time for _, time in known])
    with styled("times"):
        figure, axes = canvas(430, 26 * len(known) + 44)
        places = np.arange(len(known))
        # Dots: the length of a bar says nothing where the axis has no zero.
        axes.plot(seconds, places, "o", ms=8, mew=0, color=FIRST)
        axes.set_xscale("log")
        axes.set_xlim(seconds.min() / 2, seconds.max() * 6)
        axes.set_ylim(len(known) - 0.4, -0.6)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", labelcolor=INK, labelsize=12)
        axes.spines["left"].set_visible(False)
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
        for place, value in zip(places, seconds, strict=True):
            axes.annotate(
                duration(float(value)),
                (value, place),
                (8, 0),
                textcoords="offset points",
                va="center",
                size=12,
                bbox={"fc": PAPER, "ec": "none", "pad": 1},
            )
        what = "decision" if takes_windows(fits) else "inference"
        text = f"Estimated time of one {what}: " + ", ".join(
            f"{name} {duration(float(value))}" for name, value in zip(names, seconds, strict=True)
        )
        return chart(figure, text)
