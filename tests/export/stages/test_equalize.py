"""When features are of one kind, and when their range is far from zero."""

from __future__ import annotations

import numpy as np
from support.handmade import drawn

from thumbnet.export import Options, run_until
from thumbnet.export.graph.graph import Graph
from thumbnet.export.quantizer.input_counts import Counts
from thumbnet.export.stages.equalize import are_alike, is_far_from_zero
from thumbnet.trainer import Dense, InputSpec, Rescaling


def counted(minimum: int, maximum: int, units: int = 1) -> Counts:
    low, high = np.array([minimum]), np.array([maximum])
    return Counts(np.array([units]), low, high, low / units, high / units)


def folded(*layers: Rescaling, inputs: int = 2) -> Graph:
    model = drawn(*layers, Dense(2), inputs=inputs)
    return run_until(model, np.zeros((2, inputs)), Options("net"), "fold")[0]


def columns(*widths: float) -> np.ndarray:
    return np.linspace(0, 1, 11)[:, None] * np.array(widths)


def test_alike_are_ranges_within_four_times() -> None:
    plain = folded()
    assert are_alike(plain, columns(1.0, 3.9), None)
    assert not are_alike(plain, columns(1.0, 7.0), None)
    assert are_alike(plain, columns(1.0, 0.0), None)
    assert are_alike(plain, columns(0.0, 0.0), None)


def test_alike_needs_one_scaling() -> None:
    x = columns(1.0, 1.0)
    assert are_alike(folded(Rescaling(2.0, 1.0)), x, None)
    assert not are_alike(folded(Rescaling([2.0, 1.0], 1.0)), x, None)
    assert not are_alike(folded(Rescaling(2.0, [1.0, 0.0])), x, None)


def test_alike_as_declared() -> None:
    plain, x = folded(), columns(1.0, 100.0)
    assert are_alike(plain, x, InputSpec((2,), minimum=0.0, maximum=255.0))
    assert not are_alike(plain, x, InputSpec((2,), minimum=0.0))
    one_unit = columns(1.0, 1.0)
    spec = InputSpec((2,), resolution=(0.1, 0.5), minimum=0.0, maximum=1.0)
    assert not are_alike(plain, one_unit, spec)


def test_far_from_zero() -> None:
    """The middle of the range, in multiples of its width."""
    assert not is_far_from_zero(counted(100, 200))
    assert is_far_from_zero(counted(101, 200))
    assert is_far_from_zero(counted(-200, -101))
    assert not is_far_from_zero(counted(-200, 200))
