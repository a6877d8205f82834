"""The integers behind every answer."""

from enter import enter
from forward import forward
from one_at_a_time import leave


def scores(values):
    """Return the integer outputs of the last layer, the numbers that PC and board agree on."""
    enter()
    try:
        return list(forward(values))
    finally:
        leave()
