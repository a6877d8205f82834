"""The kernel of big integers against sums written out by hand."""

from fully_connected_lanes import fully_connected_lanes, lanes
from parameters import front

CHANNELS = (5, 16384, 16, -1, 16384, 16)


def words(**more):
    """The p of two outputs."""
    return tuple(front("fully_connected_lanes", outputs=2, activation_max=255, **more)) + CHANNELS


def test_columns():
    assert lanes(bytes([1, 2, 3, 4, 5, 6]), 3, 2) == ([0x400000001, 0x500000002, 0x600000003], b"")


def test_by_hand():
    # (10*1 + 20*2 + 5) / 4 = 13.75; (10*-3 + 20*4 - 1) / 4 = 12.25
    w = lanes(bytes([129, 130, 125, 132]), 2, 2)
    y = bytearray(3)
    fully_connected_lanes([10, 20], w, y, words(y_at=1))
    assert list(y) == [0, 14, 12]


def test_zeros():
    w = lanes(bytes([0, 0, 255, 255]), 2, 2)
    y = [0, 0]
    fully_connected_lanes([0, 0], w, y, words(zero_point=3))
    assert y == [4, 3]


def test_table():
    w = lanes(bytes([132, 131]) + bytes(range(255, -1, -1)), 1, 2)
    y = bytearray(2)
    fully_connected_lanes([8], w, y, words(table=2))
    assert list(y) == [255 - 9, 255 - 6]
