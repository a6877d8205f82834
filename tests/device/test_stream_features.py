"""Features of one channel: exact where they are exact, and a known spectrum."""

import average
import bands
import spread
from bands import bands as energies
from crossings import crossings
from deviation import deviation
from mean import mean
from rms import rms
from root import root


def one(feature, x):
    y = [0, 0, 0]
    assert feature(x, y, 1) == 2
    assert (y[0], y[2]) == (0, 0)
    return y[1]


def test_root():
    for n in range(3000):
        r = root(n)
        assert r == 0 or (2 * r - 1) ** 2 < 4 * n, n
        assert 4 * n < (2 * r + 1) ** 2, n
    for r in (2, 181, 4095, 32767):
        assert root(r * r) == r
        assert root(r * r + r) == r
        assert root(r * r - 1) == r
    assert root((1 << 30) - 1) == 32768


def test_mean():
    assert one(mean, [1, 2, 3, 4]) == 3  # 2.5, half up
    assert one(mean, [-1, -2, -3, -4]) == -2
    assert one(mean, [7] * 5) == 7


def test_deviation_and_rms():
    assert one(deviation, [10, 20, 10, 20]) == 5
    assert one(deviation, [4] * 8) == 0
    assert one(rms, [3, -3, 3, -3]) == 3
    assert one(rms, [0] * 8) == 0
    # Larger than 15 bits.
    assert one(rms, [-400000] * 8) == 400000
    assert one(deviation, [100000, -100000] * 64) == 100000


def test_crossings():
    assert one(crossings, [0, 1, 0, 1]) == 3
    assert one(crossings, [5, 5, 5, 5]) == 0
    assert one(crossings, [-9, -9, 9, 9]) == 1
    assert one(crossings, [0, 0, 1, 0]) == 2  # the mean is a quarter


def test_fraction():
    average.FRACTION = spread.FRACTION = 4
    try:
        assert one(mean, [1, 2, 3, 4]) == 40
        assert one(deviation, [10, 11, 10, 11]) == 8
        assert one(rms, [1, 2, 1, 2]) == 25  # 1.5811 * 16
    finally:
        average.FRACTION = spread.FRACTION = 0


def test_bands():
    y = [0] * 4
    # A window of 8 has bins 1 to 4: two a band.
    assert energies([100, 0, -100, 0] * 2, y, 1) == 3
    assert y == [0, 71, 0, 0]
    assert energies([100, -100] * 4, y, 2) == 4
    assert y[2:] == [0, 100]
    energies([20000] * 8, y, 0)
    assert y[:2] == [0, 0]
    energies([300000, -300000] * 4, y, 0)
    assert y[0] == 0
    assert abs(y[1] - 300000) < 100
    assert bands.BANDS == 2
