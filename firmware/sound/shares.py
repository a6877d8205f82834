"""Probabilities within a call: a softmax of the scores."""

from softmax import softmax


def shares(s):
    """Return each class's probability in Q15."""
    return softmax(s)
