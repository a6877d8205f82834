"""What `thumbnet train` builds, and what it keeps for `thumbnet export`."""

import numpy as np
import pytest

from thumbnet.tools.architecture import shaped
from thumbnet.tools.recipe import CALIBRATION_ROWS, Recipe, build, enough_epochs
from thumbnet.trainer import (
    Conv2D,
    Dataset,
    InputSpec,
    Recording,
    Rescaling,
    ThumbnetError,
    cut,
)

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (5000, 3)).astype(np.float32)
X[[1234, 77]] = [[-9, 0, 0], [0, 9, -9]]
Y = np.arange(5000) % 2
CONV = Recipe(conv=(4,), hidden=(), epochs=1)


def calibration(spec: InputSpec | None) -> np.ndarray:
    data = Dataset(X, Y, labels=("a", "b"), input_spec=spec)
    rows: np.ndarray = build(data, Recipe(epochs=1)).samples["calibration"]
    return rows


@pytest.mark.parametrize("spec", [None, InputSpec((3,), resolution=0.01)])
def test_calibration_reaches_the_ends_of_the_training_set(spec: InputSpec | None) -> None:
    rows = calibration(spec)
    np.testing.assert_array_equal(rows.min(axis=0), X.min(axis=0))
    np.testing.assert_array_equal(rows.max(axis=0), X.max(axis=0))
    assert CALIBRATION_ROWS < len(rows) <= CALIBRATION_ROWS + 6
    order = [np.flatnonzero((row == X).all(axis=1))[0] for row in rows]
    assert order == sorted(set(order))


def test_calibration_needs_no_ends_where_the_range_is_declared() -> None:
    rows = calibration(InputSpec((3,), resolution=0.01, minimum=-10.0, maximum=10.0))
    assert len(rows) == CALIBRATION_ROWS


@pytest.mark.parametrize("features", ["raw", ("mean", "deviation")])
def test_calibration_of_windows_reaches_the_ends(features):
    """Their range is declared, but as what counts may be at most."""
    random = np.random.default_rng(1)
    recordings = [Recording(random.normal(0, 9, (3000, 2)).round(2), label, 50) for label in "ab"]
    data = cut(recordings, 8, 8, features)
    rows = build(data, Recipe(epochs=1)).samples["calibration"]
    assert len(rows) < len(data)
    axes = (0,) if rows.ndim == 2 else (0, 1)
    np.testing.assert_array_equal(rows.min(axis=axes), data.x.min(axis=axes))
    np.testing.assert_array_equal(rows.max(axis=axes), data.x.max(axis=axes))


@pytest.mark.parametrize(("rows", "epochs"), [(60000, 30), (2400, 30), (320, 200), (5, 2000)])
def test_small_data_is_trained_for_more_epochs(rows, epochs):
    assert enough_epochs(rows, batch_size=32) == epochs


def test_pictures_in_colour() -> None:
    x = RNG.integers(0, 256, (20, 8, 8, 3)).astype(np.uint8)
    data = Dataset(x, np.arange(20) % 2, labels=("a", "b"), input_spec=InputSpec((8, 8, 3)))
    model = build(shaped(data, CONV), CONV)
    assert [type(layer) for layer in model.layers[:2]] == [Rescaling, Conv2D]
    assert model.predict(x).shape == (20, 2)


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2, 2)])
def test_rows_that_no_convolution_reads(shape: tuple[int, ...]) -> None:
    with pytest.raises(ThumbnetError) as caught:
        shaped(Dataset(RNG.normal(0, 1, (9, *shape)), np.arange(9) % 2, ("a", "b")), CONV)
    assert "give pictures (examples, height, width, colours)" in str(caught.value)
