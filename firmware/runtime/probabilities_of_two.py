"""One sigmoid output: the probabilities of its two classes, softmax of (0, score)."""

from forward import forward
from softmax import softmax


def probabilities(values):
    """Return the probabilities of class 0 and class 1 in Q15, integers that sum to 32768."""
    return softmax([0, forward(values)[0]])
