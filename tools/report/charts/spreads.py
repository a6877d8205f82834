"""Charts of the layers of an imported network: where their values lie, and the memory they take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..analysis.imported_layers import Spread
from .plots import shortened
from .style import FIRST, INK, canvas, styled
from .svg import Chart, chart

NAME = 26
"""Characters of a layer's name."""


def spreads(
    title: str, rows: Sequence[tuple[str, Spread]], limits: tuple[float, float]
) -> Chart | None:
    """Draw a line from the smallest to the largest value of each row, thick where most are."""
    if not rows:
        return None
    with styled(f"spreads {title}"):
        figure, axes = canvas(430, 20 * len(rows) + 54)
        places = np.arange(len(rows))
        for place, (_, spread) in zip(places, rows, strict=True):
            axes.plot([spread.least, spread.most], [place, place], color=FIRST, lw=1.5)
            axes.plot([spread.low, spread.high], [place, place], color=FIRST, lw=7)
        _names(axes, places, [name for name, _ in rows])
        axes.set_xlim(*limits)
        axes.set_title(title, loc="left", fontsize=13, color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        words = "; ".join(f"{name} {s.least} to {s.most}" for name, s in rows)
        return chart(figure, f"{title}, {len(rows)} layers: {words}")


def memory(rows: Sequence[tuple[str, int]]) -> Chart | None:
    """Draw the bytes that are in use while each layer runs."""
    if not rows:
        return None
    with styled("memory"):
        figure, axes = canvas(430, 20 * len(rows) + 54)
        places = np.arange(len(rows))
        axes.barh(places, [size for _, size in rows], color=FIRST, alpha=0.75)
        _names(axes, places, [name for name, _ in rows])
        axes.set_title("bytes in use", loc="left", fontsize=13, color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        name, most = max(rows, key=lambda row: row[1])
        return chart(figure, f"Bytes in use over {len(rows)} layers: at most {most:,}, in {name}")


def _names(axes, places, names: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    axes.set_yticks(places, [shortened(name, NAME) for name in names])
    axes.tick_params(axis="y", labelcolor=INK, labelsize=11)
    axes.set_ylim(len(names) - 0.4, -0.6)
