"""Integer softmax and its exponential: exact sums, order kept, true to the real thing."""

from math import exp

from exponential import power_of_half
from softmax import softmax

# What the example's literals make of a score difference of 1.
NATS = 1 / 512


def check(scores):
    q = softmax(scores)
    assert sum(q) == 32768
    assert min(q) >= 0
    assert q[scores.index(max(scores))] == max(q)
    e = [exp((s - max(scores)) * NATS) for s in scores]
    for got, want in zip(q, [32768 * v / sum(e) for v in e]):
        assert -2 < got - want < 2, (got, want)


def test_powers():
    for u in range(0, 29 << 24, 99991):
        true = 2 ** (28 - u / 16777216)
        assert abs(power_of_half(u) - true) <= max(7e-5 * true, 1), u
    assert power_of_half(0) == 1 << 28
    assert power_of_half(29 << 24) == power_of_half((1 << 30) - 1) == 0


def test_close_to_real():
    for scores in ([0], [5, 5, 5], [0, 1000000], [-7, 3, 900, -4000], [i * 37 for i in range(40)]):
        check(scores)
    for ahead in (0, 1, 500, 3000, 6000):
        check([ahead] + [0] * 99)


def test_extremes():
    top = 1 << 28
    assert softmax([top, -top]) == [32768, 0]
    assert softmax([-top, -top]) == [16384, 16384]
