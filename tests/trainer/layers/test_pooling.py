"""Pooling layers: their definition, derivatives, shapes, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import (
    AveragePooling1D,
    AveragePooling2D,
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GradientTape,
    Layer,
    MaxPooling1D,
    MaxPooling2D,
    Sequential,
    Tensor,
    ThumbnetError,
    Variable,
    load_model,
)
from thumbnet.trainer.arrays import Array
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers.windowed import Windowed


def built(layer: Layer, *shape: int, dtype: type = np.float64) -> Layer:
    layer.build(shape, np.random.default_rng(0), dtype)
    return layer


LAYERS: dict[str, tuple[Callable[[], Windowed], tuple[int, ...]]] = {
    "max": (lambda: MaxPooling2D(), (4, 6, 2)),
    "max with a rest": (lambda: MaxPooling2D((2, 3)), (5, 4, 2)),
    "max, overlapping": (lambda: MaxPooling2D(3, strides=(1, 2)), (5, 5, 2)),
    "max, same": (lambda: MaxPooling2D((3, 2), 2, "same"), (5, 3, 2)),
    "max, sequence": (lambda: MaxPooling1D(3, 2), (8, 2)),
    "average": (lambda: AveragePooling2D(), (4, 6, 2)),
    "average, overlapping": (lambda: AveragePooling2D(3, strides=(1, 2)), (5, 5, 2)),
    "average, same": (lambda: AveragePooling2D((3, 2), 2, "same"), (5, 3, 2)),
    "average, sequence": (lambda: AveragePooling1D(3, padding="same"), (8, 2)),
    "global": (lambda: GlobalAveragePooling2D(), (3, 4, 2)),
    "global, sequence": (lambda: GlobalAveragePooling1D(), (5, 3)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str) -> None:
    make, shape = LAYERS[name]
    layer = built(make(), *shape)
    rng = np.random.default_rng(1)
    x = variable(rng, 2, *shape)
    factors = rng.standard_normal((2, *layer.output_shape))
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x])


def by_definition(x: Array, layer: Windowed) -> Array:
    """Place by place, with NaN as padding, which no window counts."""
    k_h, k_w = layer.window
    padded = np.pad(x, ((0, 0), *layer.pads, (0, 0)), constant_values=np.nan)
    lines = range(0, padded.shape[1] - k_h + 1, layer.strides[0])
    columns = range(0, padded.shape[2] - k_w + 1, layer.strides[1])
    reduce = np.nanmax if isinstance(layer, MaxPooling2D) else np.nanmean
    seen = [[padded[:, i : i + k_h, j : j + k_w] for j in columns] for i in lines]
    y = np.array([[reduce(window, axis=(1, 2)) for window in line] for line in seen])
    return np.moveaxis(y, 2, 0)


LENGTHS = st.integers(1, 7)
PAIRS = st.tuples(LENGTHS, LENGTHS)


@settings(deadline=None)
@given(
    image=PAIRS,
    window=PAIRS,
    strides=st.none() | PAIRS,
    channels=st.integers(1, 4),
    padding=st.sampled_from(["valid", "same"]),
    kind=st.sampled_from([MaxPooling2D, AveragePooling2D]),
)
def test_definition(
    image: tuple[int, int],
    window: tuple[int, int],
    strides: tuple[int, int] | None,
    channels: int,
    padding: str,
    kind: type[MaxPooling2D] | type[AveragePooling2D],
) -> None:
    layer = kind(window, strides, padding)
    if padding == "valid" and (window[0] > image[0] or window[1] > image[1]):
        with pytest.raises(ThumbnetError, match="does not fit on an input of"):
            built(layer, *image, channels)
        return
    built(layer, *image, channels)
    x = np.random.default_rng(0).standard_normal((3, *image, channels)) - 5  # below any padding
    v = Variable(x, dtype=np.float64)
    with GradientTape() as tape:
        y = layer.call(v)
        total = ops.sum(y)
    assert y.shape == (3, *layer.output_shape)
    assert_allclose(y.data, by_definition(x, layer), rtol=1e-12)
    # Each output passes on exactly its derivative.
    (gradient,) = tape.gradient(total, [v])
    assert_allclose(gradient.sum(), y.data.size, rtol=1e-12)
    assert gradient.min() >= 0


def test_of_equal_numbers_the_first_has_the_derivative() -> None:
    layer = built(MaxPooling2D(), 2, 4, 1)
    x = Variable([[[[0], [3], [1], [0]], [[3], [0], [0], [1]]]], dtype=np.float64)
    with GradientTape() as tape:
        total = ops.sum(layer.call(x))
    expected = [[0, 1, 1, 0], [0, 0, 0, 0]]
    assert_array_equal(tape.gradient(total, [x])[0][0, :, :, 0], expected)


def test_a_worked_example() -> None:
    x = Tensor(np.array([[[1.0], [-2.0], [4.0], [6.0], [5.0]]]))
    answers: dict[str, tuple[Layer, list[float]]] = {
        "max": (MaxPooling1D(2), [1, 6]),
        "max, same": (MaxPooling1D(2, padding="same"), [1, 6, 5]),
        "average, same": (AveragePooling1D(2, padding="same"), [-0.5, 5, 5]),
        "average, step by step": (AveragePooling1D(3, 1), [1, 8 / 3, 5]),
        "global": (GlobalAveragePooling1D(), [2.8]),
    }
    for name, (layer, answer) in answers.items():
        y = built(layer, 5, 1).call(x).data
        assert_allclose(y.ravel(), answer, err_msg=name)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays(name: str) -> None:
    make, shape = LAYERS[name]
    layer = built(make(), *shape, dtype=np.float32)
    x = Variable(np.ones((2, *shape)))
    with GradientTape() as tape:
        outputs = layer.call(x)
        total = ops.sum(outputs)
    assert outputs.dtype == tape.gradient(total, [x])[0].dtype == np.float32
    assert outputs.shape == (2, *layer.output_shape)


def test_shapes_and_places() -> None:
    layer = built(MaxPooling2D((3, 2), padding="same"), 7, 5, 4)
    assert isinstance(layer, MaxPooling2D)
    assert (layer.window, layer.strides) == ((3, 2), (3, 2))
    assert layer.pads == ((1, 1), (0, 1))
    assert layer.output_shape == (3, 3, 4)
    sequence = built(AveragePooling1D(3, strides=1), 9, 4)
    assert isinstance(sequence, AveragePooling1D)
    assert (sequence.window, sequence.strides) == ((1, 3), (1, 1))
    assert sequence.output_shape == (7, 4)
    everything = built(GlobalAveragePooling2D(), 7, 5, 4)
    assert isinstance(everything, GlobalAveragePooling2D)
    assert (everything.window, everything.pads) == ((7, 5), ((0, 0), (0, 0)))
    assert (everything.output_shape, everything.variables) == ((4,), [])
    whole = built(GlobalAveragePooling1D(), 9, 4)
    assert isinstance(whole, GlobalAveragePooling1D)
    assert (whole.window, whole.output_shape) == ((1, 9), (4,))


@pytest.mark.parametrize("name", LAYERS)
def test_config_makes_an_equal_layer(name: str) -> None:
    layer = LAYERS[name][0]()
    config = layer.get_config()
    assert type(layer)(**config).get_config() == config


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = Sequential(
        [
            Conv1D(3, 3),
            MaxPooling1D(2, padding="same"),
            AveragePooling1D(3, 2),
            GlobalAveragePooling1D(),
            Dense(2),
        ],
        seed=0,
    )
    model.build((20, 2))
    model.save(tmp_path / "m.npz")
    x = np.random.default_rng(0).random((5, 20, 2))
    assert_array_equal(load_model(tmp_path / "m.npz").predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: MaxPooling2D(0),
            "MaxPooling2D: pool_size is 0, it must be a positive whole number, or a pair of them",
        ),
        (lambda: AveragePooling1D((2, 2)), "AveragePooling1D: pool_size is (2, 2), it must be a"),
        (lambda: MaxPooling2D(2, 0), "MaxPooling2D: strides is 0, it must be a positive whole"),
        (lambda: MaxPooling1D(padding="x"), "unknown padding 'x': choose one of valid, same"),
        (
            lambda: built(MaxPooling2D(name="m"), 28, 28),
            "layer 'm' takes images (height, width, channels), not shape (28, 28): "
            "add a channel axis: x.reshape(-1, 28, 28, 1)",
        ),
        (
            lambda: built(GlobalAveragePooling1D(), 4, 4, 2),
            "layer '' takes sequences (steps, channels), not shape (4, 4, 2): "
            "use GlobalAveragePooling2D",
        ),
        (
            lambda: built(GlobalAveragePooling2D(), 64),
            "layer '' takes images (height, width, channels), not shape (64,): reshape x to",
        ),
        (
            lambda: built(MaxPooling2D(3, name="m"), 2, 5, 1),
            "layer 'm': a window of 3 x 3 does not fit on an input of 2 x 5: "
            "take a smaller pool_size, or padding='same'",
        ),
    ],
)
def test_refused(make: Callable[[], Layer], message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
