"""Features in integers: close to what NumPy computes in floats, and never beyond 31 bits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.int31 import Int31

from thumbnet.trainer import WINDOW_FEATURES, StreamSettings
from thumbnet.trainer import compute_features as compute
from thumbnet.trainer import sine_table as sines
from thumbnet.trainer.signals import window_features as module
from thumbnet.trainer.signals.stream_settings import FEATURE_COUNT_LIMIT as MOST_COUNTS

LENGTHS = (8, 16, 64, 128, 1024)


def stream(window: int, reach: int, bands: int = 4) -> StreamSettings:
    return StreamSettings(window, window, ("x",), 100.0, (1,), reach, WINDOW_FEATURES, bands)


@st.composite
def signals(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """A window of counts, and their limit."""
    window = draw(st.sampled_from(LENGTHS))
    reach = draw(st.sampled_from((7, 100, 2047, 65_535, 100_000, MOST_COUNTS - 1)))
    kind = draw(st.sampled_from(("noise", "wave", "spike", "pair", "square", "ends", "still")))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = np.arange(window)
    x = {
        "noise": rng.normal(0, 0.3, window),
        "wave": np.sin(2 * np.pi * (k * rng.uniform(0, 0.5) + rng.uniform())),
        "spike": np.where(k == rng.integers(window), 1.0, 0.0),
        "pair": np.where(k // 2 == rng.integers(window // 2), 1.0, 0.0),
        "square": np.where(k // rng.integers(1, window) % 2, 1.0, -1.0),
        "ends": rng.choice((-1.0, 1.0), window),
        "still": np.ones(window),
    }[kind] * rng.choice((1.0, 0.3, 0.001)) + rng.choice((0.0, 0.2, -1.0, 1.0))
    return np.clip(np.round(x * reach), -reach, reach).astype(np.int64), reach


def in_floats(x: np.ndarray, bands: int) -> np.ndarray:
    """The same features, in counts."""
    n = len(x)
    above = x > x.mean()
    spectrum = np.abs(np.fft.rfft(x - x.mean()) / n) ** 2
    spectrum[1 : n // 2] *= 2
    edges = [-(-band * (n // 2) // bands) for band in range(bands + 1)]
    energy = [spectrum[a + 1 : b + 1].sum() for a, b in pairwise(edges)]
    return np.array(
        [
            x.mean(),
            x.std(),
            np.sqrt((x.astype(np.float64) ** 2).mean()),
            np.count_nonzero(above[1:] != above[:-1]),
            *np.sqrt(energy),
        ]
    )


@given(signals(), st.sampled_from((1, 3, 4)))
@examples(300)
def test_close_to_floats(case: tuple[np.ndarray, int], bands: int) -> None:
    """Mean: half a step. Deviation and RMS: a step, and 2**-14 of the farthest count.

    Bands: a step, and (sqrt(window) + 2) / 2**14 of it, the roundings of the transform.
    """
    x, reach = case
    made = stream(len(x), reach, bands)
    step = 2.0**-made.fraction
    got = compute(x[None, :, None], made)[0].astype(np.float64)
    wanted = in_floats(x, bands)
    got[[0, 1, 2, *range(4, 4 + bands)]] *= step
    far = float(np.abs(x - x.mean()).max())
    assert abs(got[0] - wanted[0]) <= step / 2
    assert abs(got[1] - wanted[1]) <= step + far / 2**14
    assert abs(got[2] - wanted[2]) <= step + np.abs(x).max() / 2**14
    assert got[3] == wanted[3]
    assert np.abs(got[4:] - wanted[4:]).max() <= step + far * (np.sqrt(len(x)) + 2) / 2**14


@given(signals(), st.sampled_from((1, 4)))
@examples(150)
def test_every_intermediate_has_31_bits(case: tuple[np.ndarray, int], bands: int) -> None:
    x, reach = case
    made = stream(len(x), reach, bands)
    run = module._functions(made)
    names = run[0].__globals__  # type: ignore[attr-defined]
    for name in ("FRACTION", "BANDS"):
        names[name] = Int31(names[name])
    names["SINES"] = [Int31(v) for v in names["SINES"]]
    values = [0] * len(made.names)
    at = 0
    for feature in run:
        at = feature([Int31(v) for v in x.tolist()], values, at)
    assert at == len(values)
    assert values == compute(x[None, :, None], made)[0].tolist()
    # What the transform leaves in its arrays of 16 bits.
    assert max(map(abs, [*names["REAL"], *names["IMAGINARY"]])) < 2**15
    # And what predict takes.
    assert max(map(abs, values)) < 2 * MOST_COUNTS


@pytest.mark.parametrize("window", LENGTHS)
def test_31_bits_at_the_worst(window: int) -> None:
    """A single pair of counts: an eighth of a turn adds its real and imaginary parts."""
    made = stream(window, 65_535, 1)
    for far in (16_383, 16_384, 23_170, 32_766, 32_767, 65_535):
        for place in range(0, window, max(2, window // 16)):
            x = [0] * window
            x[place] = x[place + 1] = far >> made.fraction
            run = module._functions(made)
            values = [0] * 5
            at = 0
            for feature in run:
                at = feature([Int31(v) for v in x], values, at)
            names = run[0].__globals__  # type: ignore[attr-defined]
            assert max(map(abs, [*names["REAL"], *names["IMAGINARY"]])) < 2**15


def test_bands_add_up_to_the_deviation() -> None:
    rng = np.random.default_rng(3)
    x = np.round(rng.normal(50, 400, (20, 128, 1))).astype(np.int64)
    made = stream(128, 4095, 8)
    found = compute(x, made).astype(np.float64)
    assert np.sqrt((found[:, 4:] ** 2).sum(axis=1)) == pytest.approx(found[:, 1], rel=2e-3)


def test_a_wave_is_in_its_band() -> None:
    k = np.arange(64)
    made = stream(64, 8191, 4)
    for bin_, band in ((1, 0), (8, 0), (9, 1), (20, 2), (32, 3)):
        x = np.round(2000 * np.cos(2 * np.pi * bin_ * k / 64)).astype(np.int64)
        values = compute(x[None, :, None], made)[0, 4:]
        assert values.argmax() == band
        others = np.delete(values, band)
        assert others.max() < 0.005 * values[band], bin_


def test_channel_after_channel() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(-900, 900, (5, 32, 3))
    made = StreamSettings(32, 8, ("a", "b", "c"), 1.0, (1, 1, 1), 4095, ("rms", "mean", "bands"), 2)
    found = compute(x, made)
    assert found.shape == (5, 12)
    one = StreamSettings(32, 8, ("a",), 1.0, (1,), 4095, ("rms", "mean", "bands"), 2)
    for c in range(3):
        assert np.array_equal(found[:, 4 * c : 4 * c + 4], compute(x[:, :, c : c + 1], one))
    assert made.names[4:8] == ("b rms", "b mean", "b band 1", "b band 2")


def test_sines() -> None:
    assert sines(8) == [0, 23170, 32767, 23170, 0, -23170]


def test_nothing_is_kept_between_settings() -> None:
    x = np.arange(64)[None, :, None]
    fine, coarse = stream(64, 100), stream(64, MOST_COUNTS - 1)
    assert (fine.fraction, coarse.fraction) == (4, 0)
    assert compute(x, fine)[0, 0] == 31.5 * 16
    assert compute(x, coarse)[0, 0] == 32
    assert compute(x, fine)[0, 0] == 31.5 * 16
