"""A class for each output: softmax of the scores."""

from forward import forward
from softmax import softmax


def probabilities(values):
    """Return each class's probability in Q15, integers that sum to 32768."""
    return softmax(forward(values))
