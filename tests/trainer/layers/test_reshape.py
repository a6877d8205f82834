"""`Reshape`: shapes, gradients, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thumbnet.trainer import (
    Dense,
    Flatten,
    GradientTape,
    Reshape,
    Sequential,
    Tensor,
    ThumbnetError,
    Variable,
    load_model,
)


@pytest.mark.parametrize(
    ("given", "made"),
    [((3, 4), (3, 4)), ((-1, 2, 3), (2, 2, 3)), (12, (12,)), (-1, (12,)), ([2, -1], (2, 6))],
)
def test_shapes_and_order(given: int | tuple[int, ...], made: tuple[int, ...]) -> None:
    model = Sequential([Reshape(given)], seed=0)
    model.build((12,))
    assert model.output_shape == made
    x = np.arange(24.0).reshape(2, 12)
    np.testing.assert_array_equal(model.predict(x), x.reshape(2, *made))


def test_the_gradient_comes_back_in_the_shape_of_the_input() -> None:
    layer = Reshape((2, 3))
    layer.build((6,), np.random.default_rng(0), np.float64)
    x, factors = Variable(np.ones((4, 6))), np.arange(24.0).reshape(4, 2, 3)
    with GradientTape() as tape:
        y = layer.call(x) * Tensor(factors)
    (found,) = tape.pull_back(y, np.ones((4, 2, 3)), [x])
    np.testing.assert_array_equal(found, factors.reshape(4, 6))


@pytest.mark.parametrize("shape", [(), 0, (2, 0), (-1, -1), (2.0, 3), (-2, 6), "ab", (True, None)])
def test_what_is_no_shape(shape: object) -> None:
    with pytest.raises(ThumbnetError, match=r"target_shape is .*, it must be positive whole"):
        Reshape(shape)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(2, 3), (5, -1), (13,), (2, 12)])
def test_another_number_of_numbers(shape: tuple[int, ...]) -> None:
    with pytest.raises(ThumbnetError, match="reads 12 numbers"):
        Sequential([Reshape(shape, name="r")]).build((12,))


def test_a_file_keeps_it(tmp_path: Path) -> None:
    model = Sequential([Dense(6), Reshape((2, -1)), Flatten()], seed=0)
    model.build((3,))
    model.save(tmp_path / "net.npz")
    again = load_model(tmp_path / "net.npz")
    assert [layer.get_config() for layer in again.layers] == [
        layer.get_config() for layer in model.layers
    ]
    x = np.ones((1, 3))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
