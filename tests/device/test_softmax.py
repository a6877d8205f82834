"""Integer softmax and its exponential: exact sums, order kept, close to the real thing."""

from math import exp

from exponential import exp_q15
from softmax import SOFTMAX, softmax

# The example's literals: 6144 steps are 12 nats.
NATS = 12 / SOFTMAX[0]


def test_exponential():
    for t in range(0, 3200):
        assert abs(exp_q15(t) - 32767 * exp(-t / 256)) < 4, t
    assert exp_q15(3072) == 0


def test_sums_to_one():
    for scores in ([0], [5, 5, 5], [0, 1000000], [-7, 3, 900, -4000], [i * 37 for i in range(40)]):
        q = softmax(scores)
        assert sum(q) == 32768
        assert min(q) >= 0
        assert q.index(max(q)) == scores.index(max(scores))


def test_close_to_real():
    scores = [0, 400, -300, 900]
    e = [exp(s * NATS) for s in scores]
    for got, want in zip(softmax(scores), [v / sum(e) for v in e]):
        assert abs(got / 32768 - want) < 0.001


def test_extremes():
    top = 1 << 28
    assert softmax([top, -top]) == [32768, 0]
    assert softmax([-top, -top]) == [16384, 16384]
