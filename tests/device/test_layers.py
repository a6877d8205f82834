"""The layer kernels against numbers written out by hand: plain and native, wherever they run."""

from array import array
from copy import copy

from add import add
from average_pool import average_pool
from conv import conv
from conv_int4 import conv_int4
from copy_channels import copy_channels
from depthwise_conv import depthwise_conv
from gru import gru
from lstm import lstm
from max_pool import max_pool
from parameters import front, has
from simple_rnn import simple_rnn

# multiplier and shift of a quarter
QUARTER = [16384, 16]
# 3 x 3 pixels, windows of 2 x 2, one before the other in steps of 2, a row and a column of padding
# before the image
WINDOW = ("rows", "row", "k_h", "run", "stride_h", "step", "pad_top", "left", "out_h", "out_w")
PADDED = [3, 3, 2, 2, 2, 2, 1, 1, 2, 2]
IMAGE = [1, 2, 3, 4, 5, 6, 7, 8, 9]
WIDE = 1 << 28


def run(kernel, x, w, p, entries, wide=False):
    """Call the kernel, x behind its place for a patch; return y, which is dirty before."""
    y = [9] * entries
    y = array("i", y) if wide else bytearray(y)
    # Native kernels write the patch behind x, at a word; the plain ones have no use for it.
    x = x if isinstance(x, array) else bytearray(list(x) + [77] * (64 - len(x)))
    kernel(x, bytes(w), y, array("i", p))
    return list(y)


def window(kernel, numbers, repeated=(), limits=(0, 0, 255), **words):
    """The p of a kernel with a window, numbers: of WINDOW."""
    words.update(zip(WINDOW, numbers))
    words.update(zip(("zero_point", "activation_min", "activation_max"), limits))
    words["wide"] = int(limits[2] == WIDE)
    return front(kernel, patch_at=32, **words) + list(repeated)


def test_conv():
    # The patches: 9 9 9 1, 9 9 2 3, 9 4 9 7, 5 6 8 9. Sums: 28, 23, 29, 28. Last less first: -8,
    # -6, -2, 4, a quarter, half up: -2, -1, 0, 1.
    weights = [129] * 4 + [127, 128, 128, 129]
    channels = [0] + QUARTER + [0] + QUARTER
    sizes = {"inputs": 4, "outputs": 2, "y_step": 3}
    p = window("conv", PADDED, channels, (100, 0, 255), pad=9, y_at=1, **sizes)
    got = run(conv, IMAGE, weights, p, 14)
    assert got == [9, 107, 98, 9, 106, 99, 9, 107, 100, 9, 107, 101, 9, 9]


def test_conv_clamps_and_looks_up():
    table = [(i * 3 + 1) % 256 for i in range(256)]
    sizes = {"inputs": 4, "outputs": 1, "y_step": 1}
    p = window("conv", PADDED, [0] + QUARTER, (0, 2, 5), table=4, **sizes)
    # 1, 5, 11, 28 by 4
    assert run(conv, IMAGE, [129] * 4 + table, p, 5) == [7, 7, 10, 16, 9]
    p = window("conv", PADDED, [-40] + QUARTER, (0, -WIDE, WIDE), **sizes)
    assert run(conv, IMAGE, [129] * 4, p, 5, True) == [-10, -9, -7, -3, 9]


def test_conv_int4():
    # 3 inputs: x0 - 7 * x1 + 2 * x2, an image of one pixel
    sizes = {"inputs": 3, "outputs": 1, "y_step": 1}
    p = window("conv_int4", [1, 3, 1, 3, 1, 3, 0, 0, 1, 1], [0] + QUARTER, (50, 0, 255), **sizes)
    assert run(conv_int4, [10, 20, 30], [9 | 1 << 4, 10 | 8 << 4], p, 2) == [33, 9]


def test_depthwise_conv():
    # a sequence of two channels, three taps, "same": the sum of one, the difference of the other
    w = [129, 127, 129, 128, 129, 129]
    channels = [0] + QUARTER + [0] + QUARTER
    sizes = {"inputs": 3, "outputs": 2, "y_step": 2, "pad": 5}
    p = window("depthwise_conv", [1, 8, 1, 6, 1, 2, 0, 2, 1, 4], channels, (100, 0, 255), **sizes)
    # 5 1 2 3 4 5: 8, 6, 9, 12. 5 40 30 20 10 5: 25, -20, -20, -15.
    got = run(depthwise_conv, [1, 40, 2, 30, 3, 20, 4, 10], w, p, 9)
    assert got == [102, 106, 102, 95, 102, 95, 103, 96, 9]


def test_pools():
    at = 1 if has("max_pool", "y_at") else 0
    sizes = {"channels": 1, "y_at": at, "y_step": 2}
    p = window("max_pool", PADDED, **sizes)
    assert run(max_pool, IMAGE, b"", p, at + 8) == [9] * at + [1, 9, 3, 9, 7, 9, 9, 9]
    # (sum - count * 2) / 4, whatever the count: -1, 1, 7, 20
    sizes.update({"x_zero_point": 2, "fewest": 1})
    p = window("average_pool", PADDED, QUARTER * 4, (10, 0, 255), **sizes)
    assert run(average_pool, IMAGE, b"", p, at + 8) == [9] * at + [10, 9, 10, 9, 12, 9, 15, 9]


def test_global_average():
    n = 40
    x = bytearray([255] * (n * n))
    y = bytearray(1)
    for zero in (255, 0):
        sizes = {"channels": 1, "y_step": 1, "x_zero_point": zero, "fewest": n * n}
        numbers = [n, n, n, n, 1, 1, 0, 0, 1, 1]
        p = window("average_pool", numbers, [20972, 25], (zero, 0, 255), **sizes)
        y[0] = 9
        average_pool(x, b"", y, array("i", p))
        assert y[0] == 255


def test_add():
    at = 1 if has("add", "y_at") else 0
    words = {"n": 3, "ka": -3, "kb": 2, "bias": 5, "shift": 1, "activation_max": 250}
    y = bytearray([9] * (at + 4))
    p = array("i", front("add", y_at=at, **words))
    add(bytearray([1, 2, 200]), bytearray([4, 255, 0]), y, p)
    assert list(y) == [9] * at + [5, 250, 0, 9]
    x = bytearray([1, 2, 200])
    add(x, bytearray([4, 255, 0]), x, array("i", front("add", **words)))
    assert list(x) == [5, 250, 0]


def test_copies():
    y = bytearray([9] * 8)
    table = bytes([255 - i for i in range(256)])
    p = front("copy_channels", pixels=2, channels=2, y_at=1, y_step=4)
    copy_channels(bytearray([0, 1, 2, 3]), table, y, array("i", p))
    assert list(y) == [9, 255, 254, 9, 9, 253, 252, 9]
    y = bytearray([9] * 8)
    copy(bytearray([1, 2, 3, 4, 5, 6]), b"", y, array("i", [6, 0, 0]))
    copy(bytearray([7, 8]), b"", y, array("i", [1, 0, 7]))
    assert list(y) == [1, 2, 3, 4, 5, 6, 9, 7]


def test_simple_rnn():
    table = [255 - i for i in range(256)]
    top = 1 << 27
    # halves and the ends: (5 + 2) / 2 = 3.5 -> 4, (-5 - 2) / 2 -> -3, saturated, saturated
    a = array("i", [5, -5, top, -top, 2, -2, top, -top])
    got = run(simple_rnn, a, table, [4, 1, 0, 1, 128, 100], 6)
    assert got == [9, 151, 158, 0, 255, 9]
    assert run(simple_rnn, a, table, [4, 1, 1, 1, 128, 100], 6) == [9, 128, 128, 128, 128, 9]


def test_gru():
    # sigmoid: 0 below, 128 (one half, and a 256th more) at 0, 255 (then 256) above
    sigmoid = [0] * 128 + [128] + [255] * 127
    tanh = [1 if i < 2 else i for i in range(256)]
    keep, new, both = 1 << 20, -1 << 20, 0
    a = [keep, new, both, 0, keep, 0, 3, 6, 8, 0, 0, 0, 0, 0, 0, 0, -12, 256]
    a = array("i", a + [1000, -32766, -1000])
    got = run(gru, a, sigmoid + tanh, [3, 1, 0, 2], 5)
    # Candidates are (3 + 0) / 4 -> 1, (6 - 12) / 4 -> -1, (8 + 129) / 4 -> 34 steps of 258.
    mixed = 129 * -1000 + 127 * 34 * 258 + 128 >> 8
    assert list(a[18:]) == [1000, -258, mixed]
    assert got == [9, 132, 127, (mixed + 128 >> 8) + 128, 9]
    assert run(gru, a, sigmoid + tanh, [3, 1, 1, 2], 5) == [9, 128, 128, 128, 9]
    assert list(a[18:]) == [0, 0, 0]


def test_lstm():
    # sigmoid as above; the tables of tanh are lines
    tables = bytes([0] * 128 + [128] + [255] * 127)
    tables += bytes(range(256)) + bytes([100 + i // 2 for i in range(256)])
    yes, no = 1 << 20, -1 << 20
    # Of three units: i, f, candidate and o of the inputs, the same of the state, the cells.
    a = [yes, 0, 0, 0, yes, 0, -3, 9, yes, 0, 0, no]
    a += [0, no, 0, 0, 0, yes, -3, 0, 0, 0, yes, 0]
    a = array("i", a + [1000, -32767, 32767])
    got = run(lstm, a, tables, [3, 1, 0, 2, 1, 4, 8192, 21, 100], 5)
    # The candidate is -6 / 4 -> -2, away from 0. The second cell stays, the third saturates.
    assert list(a[24:]) == [129 * 1000 - 256 * 2 * 2 + 128 >> 8, -32767, 32767]
    # Places in the last table: 500 / 16 -> 31, then its end; the third gate is closed.
    states = [129 * 115 + 128 >> 8, -256 * 227 + 128 >> 8, 0]
    assert got == [9] + [max(0, 100 + h) for h in states] + [9]
    assert run(lstm, a, tables, [3, 1, 1, 2, 1, 4, 8192, 21, 100], 5) == [9, 100, 100, 100, 9]
    assert list(a[24:]) == [0, 0, 0]
