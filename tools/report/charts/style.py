"""The style of all charts; the page chooses the colours, light or dark."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

# Placeholders: in the SVG each becomes `var(--name)`, which the style sheet of the page defines.
NAMES = ("ink", "soft", "line", "first", "second", "hit", "miss", "paper")
COLOURS = {name: f"#0000{n:02x}" for n, name in enumerate(NAMES, 1)}
INK, SOFT, LINE, FIRST, SECOND, HIT, MISS, PAPER = COLOURS.values()

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable, in the page's own font
    "svg.image_inline": True,
    "text.parse_math": False,  # a class may be called "$5"
    "axes.unicode_minus": True,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same layout everywhere
    "font.size": 12,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 12,
    "axes.linewidth": 1,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "figure.dpi": 72,  # a point is a unit of the SVG, and a pixel where it is not scaled
    "grid.color": LINE,
    "grid.linewidth": 1,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "lines.linewidth": 2,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


@contextmanager
def styled(salt: str) -> Iterator[None]:
    """Draw and save in this style, whatever the user's own is; `salt` makes the ids unique."""
    style: Sequence[str | dict[str, Any]] = ["default", {**_STYLE, "svg.hashsalt": salt}]
    with matplotlib.style.context(style), warnings.catch_warnings():
        # The browser has its own fonts; only the layout is slightly off.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def canvas(width: float, height: float, **axes: Any) -> tuple[Figure, Axes]:
    """Return an empty chart of a size in pixels."""
    engine = ConstrainedLayoutEngine(w_pad=2 / 72, h_pad=2 / 72)
    figure = Figure(figsize=(width / 72, height / 72), layout=engine)
    return figure, figure.subplots(**axes)
