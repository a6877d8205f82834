"""Regression with several outputs: a list of numbers in real units."""

from forward import forward

# Literals of an example network; the exporter puts the network's own in their place.
OUTPUT_STEP = 1
OUTPUT_UNITS = 1


def predict(values):
    """Return the predictions in real units: score * OUTPUT_STEP / OUTPUT_UNITS of each output."""
    return [s * OUTPUT_STEP / OUTPUT_UNITS for s in forward(values)]
