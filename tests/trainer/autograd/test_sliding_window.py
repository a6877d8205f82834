"""The places of windows: Keras's sizes and padding, and the pixels that each element covers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.autograd.sliding_window import Grid, padding_of, sizes


@pytest.mark.parametrize(
    ("n", "k", "s", "before_after", "places"),
    [
        # As keras.layers.MaxPooling1D(k, s, "same") on n elements.
        (28, 3, 1, (1, 1), 28),
        (28, 3, 2, (0, 1), 14),
        (13, 3, 2, (1, 1), 7),
        (5, 4, 1, (1, 2), 5),
        (5, 2, 3, (0, 0), 2),
        (7, 1, 3, (0, 0), 3),
        (2, 5, 1, (2, 2), 2),
        (1, 4, 4, (1, 2), 1),
    ],
)
def test_same(n: int, k: int, s: int, before_after: tuple[int, int], places: int) -> None:
    assert padding_of(n, k, s, "same") == before_after
    assert Grid((1, n), (1, k), (1, s), ((0, 0), before_after)).places == (1, places)


@pytest.mark.parametrize(
    ("n", "k", "s", "places"), [(28, 3, 1, 26), (28, 3, 2, 13), (13, 3, 2, 6), (6, 3, 2, 2)]
)
def test_valid(n: int, k: int, s: int, places: int) -> None:
    assert padding_of(n, k, s, "valid") == (0, 0)
    assert Grid((n, n), (k, k), (s, s)).places == (places, places)


LENGTHS = st.integers(1, 9)


@given(
    image=st.tuples(LENGTHS, LENGTHS),
    window=st.tuples(LENGTHS, LENGTHS),
    strides=st.tuples(LENGTHS, LENGTHS),
)
@settings(deadline=None)
def test_every_place_covers_its_pixels(
    image: tuple[int, int], window: tuple[int, int], strides: tuple[int, int]
) -> None:
    """Each element at each place, one by one, against the slices and the padded image."""
    top, left = (
        padding_of(n, k, s, "same") for n, k, s in zip(image, window, strides, strict=True)
    )
    grid = Grid(image, window, strides, (top, left))
    assert grid.places == tuple(-(-n // s) for n, s in zip(image, strides, strict=True))
    numbers = np.arange(1, image[0] * image[1] + 1).reshape(1, *image, 1)
    padded = grid.pad(numbers)[0, :, :, 0]
    assert padded.shape == grid.padded
    assert_array_equal(padded[padded > 0], numbers.ravel())
    assert len(grid.elements) == window[0] * window[1]
    met = np.zeros((1, *grid.places, 1), dtype=int)
    for (row, column), places, pixels in grid.elements:
        seen = np.zeros((1, *grid.places, 1), dtype=int)
        seen[places] = numbers[pixels]
        met += seen > 0
        for y, x in np.ndindex(grid.places):
            assert seen[0, y, x, 0] == padded[y * strides[0] + row, x * strides[1] + column]
    assert met.min() > 0  # every window holds at least one real pixel
    in_windows = np.zeros((1, *image, 1), dtype=int)
    for _, _, pixels in grid.elements:
        in_windows[pixels] += 1
    assert grid.apart == (strides[0] >= window[0] and strides[1] >= window[1])
    assert not grid.apart or in_windows.max() == 1


def test_sizes() -> None:
    assert sizes(3, 2, "x") == (3, 3)
    assert sizes((2, np.int64(3)), 2, "x") == (2, 3)
    assert sizes([4], 1, "x") == (1, 4)
    for value, rank, form in (
        (0, 2, "a positive whole number, or a pair of them"),
        ((3, 3, 3), 2, "a positive whole number, or a pair of them"),
        ((3, 2.0), 2, "a positive whole number, or a pair of them"),
        ("33", 2, "a positive whole number, or a pair of them"),
        ((3, 3), 1, "a positive whole number"),
        (None, 1, "a positive whole number"),
    ):
        with pytest.raises(ThumbnetError) as caught:
            sizes(value, rank, "Conv2D: strides")
        assert str(caught.value) == f"Conv2D: strides is {value!r}, it must be {form}"


def test_unknown_padding() -> None:
    with pytest.raises(ThumbnetError, match="unknown padding 'full': choose one of valid, same"):
        padding_of(3, 3, 1, "full")
