"""The clamps of the fully connected kernel, at the last value inside and the first beyond."""

from array import array

from fully_connected import fully_connected
from parameters import front


def clamped(q, low, high, table=None, wide=0):
    """What one unit without weights writes whose requantized sum is q."""
    w = bytes([128]) + (table or b"")
    y = array("i", [0]) if wide else bytearray(1)
    # 4 * q * 16384 / 2**16 = q
    words = {"activation_min": low, "activation_max": high, "table": 1 if table else 0}
    head = front("fully_connected", inputs=1, outputs=1, wide=wide, pieces=1, **words)
    fully_connected(bytearray([77]), w, y, array("i", head + [4 * q, 16384, 16]))
    return y[0]


def test_high():
    assert [clamped(q, 0, 255) for q in (254, 255, 256, 257)] == [254, 255, 255, 255]


def test_low():
    assert [clamped(q, 0, 255) for q in (1, 0, -1, -2)] == [1, 0, 0, 0]


def test_narrow():
    assert [clamped(q, 3, 9) for q in (2, 3, 9, 10)] == [3, 3, 9, 9]


def test_wide():
    top = 1 << 28
    assert clamped((1 << 27) - 1, -top, top, wide=1) == (1 << 27) - 1
    assert clamped(-(1 << 27), -top, top, wide=1) == -(1 << 27)


def test_table_at_its_ends():
    table = bytes([(i + 7) % 256 for i in range(256)])
    assert [clamped(q, 0, 255, table) for q in (-1, 0, 255, 256)] == [7, 7, 6, 6]
