"""Inputs in units that no board can read, and what `convert` says about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import convert
from thumbnet.trainer import Dense, Layer, Normalization, Sequential, ThumbnetError

X = np.random.default_rng(0).normal(size=(40, 3))


def built(*layers: Layer) -> Sequential:
    model = Sequential(list(layers))
    model.build((3,))
    return model


def refused(model: Sequential, x: Any, **options: Any) -> str:
    with pytest.raises(ThumbnetError) as caught:
        convert(model, x, name="net", **options)
    return str(caught.value)


@pytest.mark.filterwarnings("error")
def test_inputs_that_no_integer_holds() -> None:
    text = refused(built(Dense(2)), 1e30 * X)
    assert "a board's float holds 1048576: train it in a larger unit" in text


@pytest.mark.parametrize("unit", [1e-15, 1e-30])
def test_an_input_that_varies_by_next_to_nothing(unit: float) -> None:
    x = X * [1, unit, 1]
    model = built(Normalization().adapt(x), Dense(2, "softmax"))
    if unit < 1e-18:
        assert "export: input 1 varies by only " in refused(model, x)
        assert "e-30: train it in a smaller unit (multiply it by a constant)" in refused(model, x)
    text = refused(model, x, resolution=1e-12)
    assert "export: input 1 varies only from -" in text
    assert "which is less than a step of its resolution, 1e-12: train it in a smaller" in text


def test_an_input_far_from_zero() -> None:
    """For which a coarser resolution is no remedy."""
    text = refused(built(Dense(2)), X * [1, 1e-9, 1] + [0, 1, 0])
    assert "counts of their resolution, but a board's float holds 1048576: subtract 1 from " in text
    assert text.endswith("from input 1 and train again")
