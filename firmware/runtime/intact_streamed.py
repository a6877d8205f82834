"""The check of a module whose weights are streamed."""

from forward_streamed import _FILE
from fragments.compare_literals import compare_literals
from weights_file import check_file, weights_name

# Literals of an example network; the exporter puts the network's own in their place.
# the names of the literals, and the CRC-32 of their values in hexadecimal: as a number, it would be
# too large for the smallest firmware
CHECKED = ("CRC",)
CRC = "00000000"


def intact():
    """Raise ValueError if a weight or parameter, here or in the file, is not what was exported."""
    compare_literals()
    _FILE.seek(0)
    check_file(weights_name(), _FILE)
