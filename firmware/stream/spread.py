"""RMS deviation from a centre, in 31 bits."""

from root import root

# Literal of an example network; the exporter puts the network's own in its place.
FRACTION = 0


def spread(x, centre):
    """Return the root mean square of x about centre; centre and result in 2**-FRACTION counts.

    Up to 32,766 such steps from the centre, only the root is rounded; beyond that, x is rounded
    to the 15 highest bits of its farthest value.
    """
    n = len(x)
    fraction = FRACTION
    far = max((max(x) << fraction) - centre, centre - (min(x) << fraction))
    # Bits to drop: `low` of each deviation, `less` of each square.
    low = 0
    while far >> low > 32766:
        low += 1
    far = (far >> low) + 1
    less = 0
    while (far * far) >> less > (0x3FFFFFFF // n):
        less += 1
    total = 0
    centre -= (1 << low) >> 1
    for v in x:
        v = ((v << fraction) - centre) >> low
        total += (v * v) >> less
    return root(((total // n) << less) + ((total % n) << less) // n) << low
