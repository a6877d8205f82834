"""RandomShift: what moves where, and that it acts only in training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.export import convert
from thumbnet.trainer import (
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    RandomShift,
    Sequential,
    Tensor,
    ThumbnetError,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers.augmentation import shift


def built(most, shape: tuple[int, ...], seed: int = 0) -> RandomShift:
    layer = RandomShift(most, "shift")
    layer.build(shape, np.random.default_rng(seed), np.float32)
    return layer


def test_shift_is_what_moving_by_hand_gives() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 5, 6, 2))
    moves = np.array([[0, 0], [1, -2], [-4, 0], [3, 5]])
    expected = np.zeros_like(x)
    for k, (down, right) in enumerate(moves):
        for i in range(5):
            for j in range(6):
                if 0 <= i + down < 5 and 0 <= j + right < 6:
                    expected[k, i + down, j + right] = x[k, i, j]
    assert_array_equal(shift(x, moves), expected)
    steps = np.arange(1, 9).reshape(2, 4, 1)
    assert shift(steps, np.array([[1], [-2]]))[..., 0].tolist() == [[0, 1, 2, 3], [7, 8, 0, 0]]


def test_every_move_comes_as_often() -> None:
    layer = built(2, (5, 5, 1))
    x = np.zeros((5000, 5, 5, 1), dtype=np.float32)
    x[:, 2, 2] = 1
    y = layer.call(Tensor(x), training=True).data
    assert y.dtype == np.float32
    assert np.all(np.abs(y.sum(axis=0)[..., 0] - 200) < 60)
    assert y.sum() == 5000


def test_directions() -> None:
    x = np.zeros((300, 7, 9, 1))
    x[:, 3, 4] = 1
    y = built((0, 3), (7, 9, 1)).call(Tensor(x), training=True).data
    places = np.argwhere(y)
    assert set(places[:, 1]) == {3}
    assert set(places[:, 2]) == set(range(1, 8))
    still = Tensor(x)
    assert built(3, (7, 9, 1)).call(still) is still


@pytest.mark.parametrize("shape", [(4, 5, 2), (6, 3)])
def test_gradients(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    layer, x = built(2, shape), variable(rng, 3, *shape)
    factors = rng.standard_normal((3, *shape))

    def loss() -> Tensor:
        layer._rng = np.random.default_rng(3)  # the same moves at every call
        return ops.sum(layer.call(x, True) * factors)

    assert_gradients(loss, [x])


def network(*layers) -> Sequential:
    model = Sequential([*layers, Conv2D(4, 3), GlobalAveragePooling2D(), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


X = np.random.default_rng(0).normal(size=(60, 8, 8, 1)).round(2)
Y = np.arange(60) % 3


@pytest.mark.parametrize("quantize", [None, "int8"])
def test_it_trains_is_saved_and_not_exported(quantize: str | None, tmp_path: Path) -> None:
    model = network(RandomShift((1, 2)))
    model.fit(X, Y, epochs=4, seed=5, quantize=quantize)
    again = network(RandomShift((1, 2)))
    again.fit(X, Y, epochs=4, seed=5, quantize=quantize)
    assert_array_equal(model.predict(X), again.predict(X))
    other = network(RandomShift(0))
    other.fit(X, Y, epochs=4, seed=5, quantize=quantize)
    assert np.any(model.predict(X) != other.predict(X))

    model.save(tmp_path / "m.npz")
    loaded = load_model(tmp_path / "m.npz")
    assert loaded.layers[0].get_config() == {"most": [1, 2], "name": "random_shift"}
    assert_array_equal(loaded.predict(X), model.predict(X))

    # It passes its input through, like a layer that does nothing.
    ranges = dict(model.activation_ranges)
    if quantize:
        assert ranges.pop("random_shift") == ranges[""]
    plain = network()
    plain.build(X.shape[1:])
    plain.set_weights(model.get_weights())
    plain.quantized, plain.activation_ranges = model.quantized, ranges
    assert (
        convert(loaded, X, resolution=0.01).module() == convert(plain, X, resolution=0.01).module()
    )


@pytest.mark.parametrize(
    ("most", "shape", "message"),
    [
        (-1, (4, 4, 1), "RandomShift: most is -1, give whole numbers such as 2"),
        (1.5, (4, 4, 1), "RandomShift: most is 1.5, give whole numbers such as 2"),
        ((), (4, 4, 1), "RandomShift: most is (), give whole numbers such as 2"),
        (
            (1, 1),
            (4, 1),
            "layer 'shift' shifts by (1, 1), its inputs have shape (4, 1): one number for each "
            "direction, and channels last",
        ),
        (
            1,
            (4,),
            "layer 'shift' shifts by (1,), its inputs have shape (4,): one number for each "
            "direction, and channels last",
        ),
        (
            4,
            (8, 4, 1),
            "layer 'shift' shifts by (4,), its inputs have shape (8, 4, 1): shift by less",
        ),
    ],
)
def test_refused(most, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        built(most, shape)
    assert str(caught.value) == message
