"""What `thumbnet train` builds, and what it keeps for `thumbnet export`."""

import numpy as np
import pytest

from thumbnet.tools.workflow.architecture import CALIBRATION_ROWS, build, with_input_shape
from thumbnet.tools.workflow.settings import TrainSettings, default_epochs
from thumbnet.tools.workflow.training import TEST_ROWS, fit
from thumbnet.trainer import (
    GRU,
    LSTM,
    Conv2D,
    Dataset,
    Dense,
    InputSpec,
    Layer,
    Model,
    Normalization,
    Recording,
    Rescaling,
    ThumbnetError,
    cut,
)

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (5000, 3)).astype(np.float32)
X[[1234, 77]] = [[-9, 0, 0], [0, 9, -9]]
Y = np.arange(5000) % 2
CONV = TrainSettings(conv=(4,), hidden=(), epochs=1)


def calibration(spec: InputSpec | None) -> np.ndarray:
    data = Dataset(X, Y, labels=("a", "b"), input_spec=spec)
    rows: np.ndarray = build(data, TrainSettings(epochs=1)).samples["calibration"]
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
    rows = build(data, TrainSettings(epochs=1)).samples["calibration"]
    assert len(rows) < len(data)
    axes = (0,) if rows.ndim == 2 else (0, 1)
    np.testing.assert_array_equal(rows.min(axis=axes), data.x.min(axis=axes))
    np.testing.assert_array_equal(rows.max(axis=axes), data.x.max(axis=axes))


@pytest.mark.parametrize(("rows", "epochs"), [(60000, 30), (2400, 30), (320, 200), (5, 2000)])
def test_small_data_is_trained_for_more_epochs(rows, epochs):
    assert default_epochs(rows, batch_size=32) == epochs


def test_pictures_in_colour() -> None:
    x = RNG.integers(0, 256, (20, 8, 8, 3)).astype(np.uint8)
    data = Dataset(x, np.arange(20) % 2, labels=("a", "b"), input_spec=InputSpec((8, 8, 3)))
    model = build(with_input_shape(data, CONV), CONV)
    assert [type(layer) for layer in model.layers[:2]] == [Rescaling, Conv2D]
    assert model.predict(x).shape == (20, 2)


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2, 2)])
def test_rows_that_no_convolution_reads(shape: tuple[int, ...]) -> None:
    with pytest.raises(ThumbnetError) as caught:
        with_input_shape(Dataset(RNG.normal(0, 1, (9, *shape)), np.arange(9) % 2, ("a", "b")), CONV)
    assert "use images (examples, height, width, colours)" in str(caught.value)


@pytest.mark.parametrize(("option", "layer"), [("gru", GRU), ("lstm", LSTM)])
def test_a_recurrent_layer(option: str, layer: type[Layer]) -> None:
    """It reads windows of samples; rows and images have no order in time."""
    settings = TrainSettings(hidden=(5,), epochs=1, **{option: 3})
    x, y = RNG.normal(0, 1, (20, 8, 2)), np.arange(20) % 2
    model = build(with_input_shape(Dataset(x, y, ("a", "b")), settings), settings)
    assert [type(layer) for layer in model.layers] == [Normalization, layer, Dense, Dense]
    assert model.layers[1].output_shape == (3,)
    for shape in ((4,), (8, 8, 1)):
        with pytest.raises(ThumbnetError) as caught:
            with_input_shape(Dataset(RNG.normal(0, 1, (20, *shape)), y, ("a", "b")), settings)
        assert str(caught.value).startswith(f"--{option} is for windows of recordings, but the")
        assert str(caught.value).endswith(f", or leave out --{option}")


def trained(data: Dataset, test: Dataset, seed: int = 0) -> Model:
    settings = TrainSettings(hidden=(), epochs=1, batch_size=500, seed=seed)
    model = build(data, settings)
    fit(model, data, test, settings)
    return model


def numbered(counts: list[int]) -> Dataset:
    """Rows that carry their own number, class by class."""
    x = np.arange(sum(counts), dtype=np.float32)[:, None]
    return Dataset(x, np.repeat(np.arange(len(counts)), counts), tuple("abcd"[: len(counts)]))


def test_kept_rows_stand_for_all_held_out() -> None:
    """Data sets often come class by class, or the hard ones last."""
    data = numbered([4000, 3000, 1999, 1])
    samples = trained(data, data).samples
    rows = samples["test_x"][:, 0].astype(int)
    assert len(rows) == len(set(rows)) == TEST_ROWS
    assert rows.tolist() == sorted(rows)
    np.testing.assert_array_equal(samples["test_y"], data.y[rows])
    share = np.bincount(samples["test_y"], minlength=4) / TEST_ROWS
    np.testing.assert_allclose(share, np.bincount(data.y) / len(data), atol=0.0015)
    assert share[3] > 0
    # Within a class from everywhere, but not one in so many: that would follow what repeats.
    for of_class in range(3):
        own = rows[samples["test_y"] == of_class]
        ends = np.flatnonzero(data.y == of_class)[[0, -1]]
        assert own[0] < ends[0] + 100
        assert own[-1] > ends[1] - 100
        assert len(set(np.diff(own))) > 5


def test_kept_rows_are_decided_by_the_seed() -> None:
    data = numbered([3000, 3000])
    first, again, other = (trained(data, data, seed).samples["test_x"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("rows", [TEST_ROWS, 7])
def test_all_rows_are_kept_where_they_are_few(rows: int) -> None:
    train = numbered([1000, 1000])
    test = train.take(np.random.default_rng(0).permutation(2000)[:rows])
    samples = trained(train, test).samples
    np.testing.assert_array_equal(samples["test_x"], test.x)
    np.testing.assert_array_equal(samples["test_y"], test.y)


def test_kept_rows_of_a_regression_come_from_everywhere() -> None:
    x = np.linspace(0, 9, 5000, dtype=np.float32)[:, None]
    data = Dataset(x, x[:, 0] * 2)
    kept = trained(data, data).samples["test_x"]
    assert len(kept) == TEST_ROWS
    assert abs(kept.mean() - x.mean()) < 0.3


def test_kept_windows_are_of_all_recordings() -> None:
    """The last label's are the last, and one recording is much shorter than the others."""
    random = np.random.default_rng(2)
    recordings = [
        Recording(random.normal(0, 9, (samples, 2)).round(2), label, 50, f"{label}/{samples}")
        for label, lengths in (("a", (4000, 6000)), ("b", (3000, 3008, 24)), ("c", (8000,)))
        for samples in lengths
    ]
    data = cut(recordings, 8, 8)
    assert len(data) > 2 * TEST_ROWS
    model = trained(data, data)
    kept, names = model.samples["test_y"], model.samples["test_recording"]
    assert len(kept) == len(names) == TEST_ROWS
    assert set(names) == {one.name for one in recordings}
    share = np.bincount(kept) / len(kept)
    np.testing.assert_allclose(share, np.bincount(data.y) / len(data), atol=0.0015)
    of = {one.name: one.label for one in recordings}
    assert [of[name] for name in names] == ["abc"[k] for k in kept]
    long, short = (np.sum(names == name) for name in ("a/6000", "a/4000"))
    assert abs(long / short - 1.5) < 0.02
