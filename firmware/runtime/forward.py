"""The forward pass: a table of layers, each a kernel with its input, weights and output."""

from fully_connected import fully_connected
from levels import X0, quantize

# Literals of an example network; the exporter puts the network's own in their place.
LAYERS = (
    (
        fully_connected,
        X0,
        b"\x81\x7f",
        [0],
        (1, 0, 0, -0x20000000, 0x20000000, 0, 0, 16384, 16),
    ),
)


def forward(values):
    """Run the network; the next call overwrites the returned buffer."""
    quantize(values)
    for kernel, x, w, y, p in LAYERS:
        kernel(x, w, y, p)
    return y
