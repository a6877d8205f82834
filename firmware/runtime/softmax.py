"""Softmax in integers: probabilities in Q15 from scores."""

from exponential import exp_q15
from requantize import requantize

# Literals of an example network; the exporter puts the network's own in their place.
# A score difference, at most SOFTMAX[0], << SOFTMAX[1], times SOFTMAX[2] / 2**SOFTMAX[3], is in
# 256ths of a nat.
SOFTMAX = (6144, 1, 16384, 16)


def softmax(s):
    """Return the probabilities of the scores s in Q15; they sum to 32768 exactly."""
    limit, left, multiplier, shift = SOFTMAX
    top = max(s)
    e = [exp_q15(requantize(min(top - a, limit) << left, multiplier, shift)) for a in s]
    total = sum(e)
    q = [(a << 15) // total for a in e]
    # Add the rounding remainder to the largest.
    q[list(s).index(top)] += 32768 - sum(q)
    return q
