"""One sigmoid output: the probabilities of its two classes, softmax of (0, score)."""

from forward import forward
from softmax import softmax


def probabilities(values):
    """Return the probabilities of class 0 and class 1 in Q15, integers that sum to 32768."""
    return softmax([0, forward(values)[0]])


def predict_proba(values):
    """Return the probabilities of class 0 and class 1 as floats; they sum to 1."""
    return [q / 32768 for q in probabilities(values)]
