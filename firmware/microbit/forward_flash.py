"""The forward pass on a micro:bit v1: the kernels read the weights in place, in flash."""

from array import array

from flash import read
from fully_connected import fully_connected
from levels import quantize

# Literals of an example network; the exporter puts the network's own in their place.
X0 = bytearray(16)
PARAMETERS = array("i", [0])
# kernel, where p begins, bytes of p, where w begins, y
LAYERS = ((fully_connected, 129, 4, 257, [0]),)

# The file's address in flash; for read: where to continue, and the bytes left in that chunk.
_FILE = array("i", (0, 0, 0))


def prepare(found):
    """Remember where the weights are, found by weights_file.find() and checked by check()."""
    _FILE[2] = found


def forward(values):
    """Run the network; the next call overwrites the returned buffer."""
    x = quantize(values)
    for kernel, p, size, w, y in LAYERS:
        _FILE[0] = _FILE[2] + p
        _FILE[1] = 126
        read(_FILE, PARAMETERS, size)
        kernel(x, _FILE[2] + w, y, PARAMETERS)
        x = y
    return x


def scores(values):
    """Return the integer outputs of the last layer, the numbers that PC and board agree on."""
    return list(forward(values))
