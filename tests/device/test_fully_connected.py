"""The fully connected kernel against sums written out by hand."""

from array import array

from fully_connected import fully_connected
from lookup import lookup
from parameters import front, has

WIDE = 1 << 28


def layer(x, rows, channels, zero_point=0, low=0, high=255, table=b"", at=0):
    """Run the kernel on rows of signed weights; channels: bias, multiplier, shift of each."""
    w = bytes([a + 128 for row in rows for a in row])
    wide = high == WIDE
    words = {"zero_point": zero_point, "activation_min": low, "activation_max": high}
    words["table"] = len(w) if table else 0
    head = front(
        "fully_connected",
        inputs=len(x),
        outputs=len(rows),
        y_at=at,
        wide=int(wide),
        pieces=1,
        **words,
    )
    y = [9] * (at + len(rows) + 1)
    y = array("i", y) if wide else bytearray(y)
    p = array("i", [int(word) for word in head])
    for channel in channels:
        p.extend(array("i", channel))
    fully_connected(bytearray(x), w + table, y, p)
    assert list(y[:at]) == [9] * at
    assert y[at + len(rows)] == 9
    return list(y[at : at + len(rows)])


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


def test_many_inputs():
    # eights and a rest, zeros among them
    for n in range(1, 35):
        x = [a * 7 % 256 if a % 11 < 5 else 0 for a in range(n)]
        rows = [[(a * 37 + k) % 256 - 128 for a in range(n)] for k in range(3)]
        wanted = [sum([a * b for a, b in zip(x, row)]) + 2 >> 2 for row in rows]
        assert layer(x, rows, [(0, 16384, 16)] * 3, 0, -WIDE, WIDE) == wanted


def test_place_of_the_outputs():
    channels = [(0, 16384, 16)] * 2
    assert layer([8], [[4], [2]], channels, at=3) == [8, 4]
    assert layer([8], [[4], [-2]], channels, 0, -WIDE, WIDE, at=3) == [8, -4]


def test_table():
    table = bytes([255 - i for i in range(256)])
    assert layer([8], [[4]], [(0, 16384, 16)], table=table) == [255 - 8]


def test_lookup():
    x_at, y_at = (1, 2) if has("lookup", "x_at") else (0, 0)
    y = bytearray(y_at + 4)
    x = bytearray([1] * x_at + [0, 7, 255, 1])
    p = array("i", front("lookup", n=3, x_at=x_at, y_at=y_at))
    lookup(x, bytes(range(255, -1, -1)), y, p)
    assert list(y) == [0] * y_at + [255, 248, 0, 0]


def test_lookup_in_place():
    at = 1 if has("lookup", "x_at") else 0
    x = bytearray([1] * at + [0, 7, 255])
    p = array("i", front("lookup", n=3, x_at=at, y_at=at))
    lookup(x, bytes(range(255, -1, -1)), x, p)
    assert list(x) == [1] * at + [255, 248, 0]
