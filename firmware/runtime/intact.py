"""The check of a module: everything that the exporter wrote is in it, or in mapped flash."""

from fragments.compare_literals import compare_literals

# Literals of an example network; the exporter puts the network's own in their place.
# the names of the literals, and the CRC-32 of their values in hexadecimal: as a number, it would be
# too large for the smallest firmware
CHECKED = ("CRC",)
CRC = "00000000"


def intact():
    """Raise ValueError if a weight or parameter is not what was exported."""
    compare_literals()
