"""Single examples, drawn as what they are: an image, a window of sensor data, features."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from ..analysis.input_format import InputFormat
from ..text_format import number
from .plots import shortened
from .style import FIRST, LINE, SECOND, canvas, styled
from .svg import Chart, chart

Array = npt.NDArray[Any]

STRIPS = 6
"""Number of channels of a window that are drawn."""

SIDE = 132
"""Size of an image on the page, in pixels."""

BARS = 16
"""Number of features up to which each has a name and a value; more become one curve."""


def draw_example(form: InputFormat, x: Array, title: str, caption: str) -> Chart:
    """Draw one example, in raw units; `title` describes it for screen readers."""
    values = np.asarray(x, dtype=np.float64).reshape(form.shape)
    with styled(f"example {title}"):
        if form.kind == "picture":
            figure = _picture(form, values)
        elif form.kind == "window":
            figure = _window(form, values)
        elif len(values) <= BARS:
            figure = _bars(form, values)
        else:
            figure = _many(form, values)
        return chart(figure, title, caption, "ink" if form.ink else form.kind)


def _picture(form: InputFormat, values: Array) -> Figure:
    height, width, channels = form.shape
    unit = SIDE / 72 / max(width, height)
    figure = Figure(figsize=(unit * width, unit * height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    share = np.clip((values - form.low) / np.maximum(form.high - form.low, 1e-12), 0, 1)
    if channels == 1:
        levels = np.rint(255 * share[:, :, 0]).astype(np.uint8)
        # Ink on the background of the page: the style sheet inverts it in dark mode.
        ink = np.stack([np.zeros_like(levels)] * 3 + [levels], axis=-1)
        grey = np.stack([levels] * 3 + [np.full_like(levels, 255)], axis=-1)
        pixels = ink if form.ink else grey
    else:
        pixels = np.rint(255 * share).astype(np.uint8)
    axes.imshow(pixels, interpolation="none", aspect="auto")
    return figure


def _window(form: InputFormat, values: Array) -> Figure:
    """Draw a strip for each channel, each on the scale of its channel."""
    shown = min(values.shape[1], STRIPS)
    figure, strips = canvas(220, 20 + 34 * shown, nrows=shown, sharex=True, squeeze=False)
    for channel, axes in enumerate(strips[:, 0]):  # type: ignore[index]
        axes.plot(values[:, channel], color=(FIRST, SECOND)[channel % 2], lw=1.2)
        low, high = float(form.low[channel]), float(form.high[channel])
        margin = 0.05 * (high - low) or 1.0
        axes.set_ylim(low - margin, high + margin)
        axes.set_yticks([])
        axes.grid(False)
        name = form.names[channel] if form.names else str(channel)
        axes.set_ylabel(shortened(name, 8), rotation=0, ha="right", va="center", size=10)
        axes.spines["bottom"].set_visible(channel == shown - 1)
    last = len(values) - 1
    axes.set_xticks([0, last], ["0", f"{form.seconds:.3g} s" if form.seconds else str(last)])
    return figure


def _bars(form: InputFormat, values: Array) -> Figure:
    """Draw each feature as a bar within the range of the training inputs, with its value."""
    names = [shortened(name, 12) for name in form.names or map(str, range(len(values)))]
    width = np.where(form.high > form.low, form.high - form.low, 1.0)
    share = np.clip((values - form.low) / width, 0, 1)
    figure, axes = canvas(220, 14 + 20 * len(values))
    places = np.arange(len(values))
    axes.barh(places, np.ones(len(values)), height=0.7, color=LINE, alpha=0.5)
    axes.barh(places, share, height=0.7, color=FIRST, alpha=0.75)
    axes.set_yticks(places, names)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_xlim(0, 1.55)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    for place, value in enumerate((values / form.units).tolist()):
        axes.text(1.05, place, number(value), va="center", size=11)
    return figure


def _many(form: InputFormat, values: Array) -> Figure:
    """Draw features that are too many to name as one curve."""
    figure, axes = canvas(220, 130)
    axes.plot(values, drawstyle="steps-mid", color=FIRST, lw=1)
    axes.set_xlabel("feature, channel after channel" if form.source else "feature", size=10)
    axes.set_xticks([0, len(values) - 1])
    return figure
