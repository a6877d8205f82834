"""Padding in numbers: as many elements on each side as were asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from thumbnet.trainer import (
    AveragePooling1D,
    Conv1D,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    Sequential,
    Tensor,
    ThumbnetError,
    load_model,
)

RNG = np.random.default_rng(1)


def built(layer: Any, shape: tuple[int, ...]) -> Any:
    layer.build(shape, np.random.default_rng(2), np.float64)
    return layer


@pytest.mark.parametrize("kind", [lambda p: Conv2D(4, 3, 2, p), lambda p: DepthwiseConv2D(3, 2, p)])
def test_zeros_are_added_where_they_were_asked_for(kind: Any) -> None:
    x = RNG.normal(size=(2, 6, 5, 3))
    padded = built(kind(((1, 2), (0, 1))), (6, 5, 3))
    plain = built(kind("valid"), (9, 6, 3))
    around = np.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)))
    assert padded.output_shape == plain.output_shape
    assert_allclose(padded.call(Tensor(x)).data, plain.call(Tensor(around)).data)


def test_pooling_never_looks_at_padding() -> None:
    x = -np.ones((1, 4, 4, 1))
    layer = built(MaxPooling2D(3, 1, ((2, 2), (2, 2))), (4, 4, 1))
    assert_allclose(layer.call(Tensor(x)).data, -np.ones((1, 6, 6, 1)))
    layer = built(AveragePooling1D(2, 1, ((1, 0),)), (3, 1))
    assert_allclose(layer.call(Tensor(np.arange(3.0).reshape(1, 3, 1))).data.ravel(), [0, 0.5, 1.5])


def test_a_file_keeps_the_numbers(tmp_path: Any) -> None:
    model = Sequential([Conv2D(2, 3, padding=((2, 0), (1, 1))), Conv2D(1, (1, 2))], seed=1)
    model.build((5, 4, 2))
    model.save(tmp_path / "m.npz")
    x = RNG.normal(size=(2, 5, 4, 2))
    assert_allclose(load_model(tmp_path / "m.npz").predict(x), model.predict(x))
    assert model.layers[0].get_config()["padding"] == [[2, 0], [1, 1]]


@pytest.mark.parametrize(
    ("padding", "says"),
    [
        (((1, 1),), "Conv2D: padding is ((1, 1),), it must be 'valid', 'same' or ((top, bottom)"),
        (((1, -1), (0, 0)), "it must be 'valid', 'same' or"),
        (((1, 1, 1), (0, 0)), "it must be 'valid', 'same' or"),
        ((1, 1), "it must be 'valid', 'same' or"),
        (((3, 0), (0, 0)), "it must be smaller than the window"),
    ],
)
def test_other_padding_is_refused(padding: Any, says: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        Conv2D(4, 3, padding=padding)
    assert says in str(caught.value)


def test_sequences_have_one_pair() -> None:
    assert built(Conv1D(4, 3, padding=((2, 0),)), (7, 2)).output_shape == (7, 4)
    with pytest.raises(ThumbnetError, match=r"or \(\(before, after\),\)"):
        Conv1D(4, 3, padding=((1, 1), (1, 1)))
