"""The kernel of big integers against sums written out by hand."""

from fully_connected_lanes import fully_connected_lanes, lanes

CHANNELS = (5, 16384, 16, -1, 16384, 16)


def test_columns():
    assert lanes(bytes([1, 2, 3, 4, 5, 6]), 3, 2) == ([0x400000001, 0x500000002, 0x600000003], b"")


def test_by_hand():
    # (10*1 + 20*2 + 5) / 4 = 13.75; (10*-3 + 20*4 - 1) / 4 = 12.25
    w = lanes(bytes([129, 130, 125, 132]), 2, 2)
    y = bytearray(3)
    fully_connected_lanes([10, 20], w, y, (2, 2, 0, 1, 0, 0, 255, 0, 0, 1) + CHANNELS)
    assert list(y) == [0, 14, 12]


def test_zeros():
    w = lanes(bytes([0, 0, 255, 255]), 2, 2)
    y = [0, 0]
    fully_connected_lanes([0, 0], w, y, (2, 2, 0, 0, 3, 0, 255, 0, 1, 1) + CHANNELS)
    assert y == [4, 3]


def test_table():
    w = lanes(bytes([132, 131]) + bytes(range(255, -1, -1)), 1, 2)
    y = bytearray(2)
    fully_connected_lanes([8], w, y, (1, 2, 0, 0, 0, 0, 255, 2, 0, 1) + CHANNELS)
    assert list(y) == [255 - 9, 255 - 6]
