"""The micro:bit's own accelerometer, in thousandths of g."""

from microbit import accelerometer

NAMES = ("x", "y", "z")
RATE = 50


def read():
    """Return x, y and z."""
    return accelerometer.get_values()
