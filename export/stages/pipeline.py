"""The conversion from a float model to the integer graph, as one function of named stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import InputSpec, Model, ThumbnetError

from ..graph.graph import Graph
from ..quantizer.input_counts import choose_counts, spec_of_dtype
from ..quantizer.task import Task
from .calibrate import calibrate, check_samples
from .check_graph import verify
from .choose_task import choose_task
from .equalize import are_alike, channels_of, equalize, is_far_from_zero
from .fold import fold
from .fuse import fuse
from .lower import lower
from .quantize import quantize

STAGES = ("lower", "fold", "equalize", "calibrate", "quantize", "fuse")


@dataclass(frozen=True)
class Options:
    """The user's options for the conversion.

    Parameters
    ----------
    name, resolution, threshold, margin, calibration, bits
        See `convert`.

    """

    name: str = "model"
    resolution: float | tuple[float, ...] | None = None
    threshold: float | None = None
    margin: float = 0.125
    calibration: str = "min_max"
    bits: int | None = None


def trained_bits(model: Model) -> int:
    """Find the width of the weights that a model was trained for.

    Parameters
    ----------
    model
        A model; `fit(quantize=...)` sets the width.

    Returns
    -------
    int
        8 or 4 bits; 8 without such training.

    """
    return int((model.quantized or "int8").removeprefix("int"))


def stages(model: Model, x: npt.ArrayLike, options: Options) -> Iterator[tuple[Graph, Task]]:
    """Yield the verified graph after each of `STAGES`, and the meaning of its outputs."""
    graph = verify(lower(model, options.name))
    folded = verify(fold(graph))
    task = choose_task(model, folded, options.threshold)
    yield graph, task
    yield folded, task
    rows = check_samples(folded, x)
    spec = model.input_spec or _spec_of_levels(model) or spec_of_dtype(x)
    one_unit = options.resolution is None or bool(np.ptp(options.resolution) == 0)
    channels = channels_of(folded)
    alike = one_unit and are_alike(folded, rows, spec, channels)
    counts = choose_counts(rows, spec, options.resolution, alike, options.margin, channels)
    pixels = alike and not is_far_from_zero(counts)
    # Weights that were trained for their rounding keep the scale from training.
    graph = verify(folded if pixels or model.quantized else equalize(folded, counts))
    yield replace(graph, stage="equalize"), task
    graph = verify(calibrate(graph, rows, options.calibration))
    yield graph, task
    bits = trained_bits(model) if options.bits is None else options.bits
    if bits not in (4, 8):
        raise ThumbnetError(f"export: weights cannot have {bits} bits: use 8 or 4")
    fitted = model.quantized == f"int{bits}"
    graph = verify(quantize(graph, counts, task, bits, fitted))
    yield graph, task
    graph = verify(fuse(graph))
    yield graph, task


def _spec_of_levels(model: Model) -> InputSpec | None:
    """Return the input that the first layer takes, if it takes only some whole numbers."""
    first = [layer for layer in model.layers if "" in model.sources[layer.name]]
    levels = [layer.input_levels for layer in first if layer.input_levels]
    if not levels or model.input_shape is None:
        return None
    return InputSpec(model.input_shape, minimum=0.0, maximum=float(max(min(levels) - 1, 1)))


def run_until(
    model: Model, x: npt.ArrayLike, options: Options, stage: str = STAGES[-1]
) -> tuple[Graph, Task]:
    """Convert a model up to a stage.

    Parameters
    ----------
    model
        A built model.
    x
        Representative inputs, (n, features) in raw units.
    options
        See `convert`.
    stage
        One of `STAGES`.

    Returns
    -------
    graph, task
        The verified graph after the stage, and what its scores mean.

    Raises
    ------
    ThumbnetError
        If `stage` is not one of `STAGES`, or the model cannot be converted.

    """
    if stage not in STAGES:
        raise ThumbnetError(f"unknown stage {stage!r}: use one of {', '.join(STAGES)}")
    return next(pair for pair in stages(model, x, options) if pair[0].stage == stage)
