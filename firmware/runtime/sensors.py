"""Input in raw units, such as readings of sensors."""

from each_reading import each_reading
from lengths import as_sequence


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    return each_reading(as_sequence(values))
