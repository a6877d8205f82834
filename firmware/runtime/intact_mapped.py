"""What a check covers if weights are in mapped flash."""

from literals_intact import literals_intact
from mapped import check_mapped

# Literals of an example network; the exporter puts the network's own in their place.
NAME = "model.bin"
MAPPED = memoryview(b"TNW1")


def intact():
    """Check the module and its file."""
    literals_intact()
    check_mapped(NAME, MAPPED)
