"""Softmax in integers: probabilities in Q15 from scores."""

from apportion import apportion
from exponential import power_of_half

# Literals of an example network; the exporter puts the network's own in their place.
# the largest score difference that counts; in 2**-24 of a power of two, a difference of 1, 256, ...
SOFTMAX_LIMIT = 10292
SOFTMAX_STEPS = (47274, 12102203)


def softmax(s):
    """Return the probabilities of the scores s in Q15; they sum to 32768 exactly."""
    top = max(s)
    e = []
    for a in s:
        left = min(top - a, SOFTMAX_LIMIT)
        u = 0
        for step in SOFTMAX_STEPS:
            u += (left & 255) * step
            left >>= 8
        e.append(power_of_half(u))
    return apportion(e, list(s).index(top))
