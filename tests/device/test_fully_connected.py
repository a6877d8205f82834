"""The fully connected kernel against sums written out by hand."""

from fully_connected import fully_connected
from lookup import lookup

WIDE = 1 << 28


def layer(x, rows, channels, zero_point=0, low=0, high=255, table=None):
    """Run the kernel on rows of signed weights; channels: bias, multiplier, shift of each."""
    w = bytes([a + 128 for row in rows for a in row])
    place = 0
    if table:
        place = len(w)
        w += table
    p = (len(x), len(rows), zero_point, low, high, place)
    for channel in channels:
        p += channel
    y = [0] * len(rows)
    fully_connected(x, w, y, p)
    return y


def test_by_hand():
    # 10*1 + 20*2 + 5 = 55; * 0.25 = 13.75 -> 14; 10*-3 + 20*4 - 1 = 49; * 0.25 = 12.25 -> 12
    channels = [(5, 16384, 16), (-1, 16384, 16)]
    assert layer([10, 20], [[1, 2], [-3, 4]], channels) == [14, 12]


def test_zero_point_and_clamp():
    channels = [(0, 16384, 16)] * 3
    rows = [[127], [-127], [1]]
    assert layer([255], rows, channels, zero_point=100) == [255, 0, 164]
    assert layer([255], rows, channels, zero_point=100, low=100) == [255, 100, 164]


def test_wide():
    channels = [(0, 32767, 16)]
    got = layer([255] * 100, [[-128] * 100], channels, 0, -WIDE, WIDE)
    assert got == [(-128 * 255 * 100 * 32767 + (1 << 15)) >> 16]


def test_all_zero_and_all_255():
    channels = [(77, 16384, 16)]
    assert layer([0] * 50, [[127, -127] * 25], channels, 0, -WIDE, WIDE) == [19]
    assert layer([255] * 50, [[127, -127] * 25], channels, 0, -WIDE, WIDE) == [19]


def test_table():
    table = bytes([255 - i for i in range(256)])
    assert layer([8], [[4]], [(0, 16384, 16)], table=table) == [255 - 8]


def test_bytes_in_bytes_out():
    y = bytearray(2)
    p = (2, 2, 0, 0, 255, 0, 5, 16384, 16, -1, 16384, 16)
    fully_connected(bytearray([10, 20]), bytes([129, 130, 125, 132]), y, p)
    assert list(y) == [14, 12]


def test_lookup():
    y = bytearray(3)
    lookup([0, 7, 255], bytes(range(255, -1, -1)), y, (3,))
    assert list(y) == [255, 248, 0]
