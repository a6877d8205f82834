"""RMS deviation from a centre, in viper."""

import micropython
from root import root

# Literal of an example network; the exporter puts the network's own in its place.
FRACTION = 0


@micropython.viper
def squares(x, centre: int, low: int, less: int) -> int:
    """Return the sum of squares about centre; drops `low` bits of x, `less` of squares."""
    fraction = int(FRACTION)
    counts = ptr32(x)
    n = int(len(x))
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    total = 0
    i = 0
    while i < n:
        v = ((((counts[i] ^ sign) - sign) << fraction) - centre) >> low
        total += (v * v) >> less
        i += 1
    return total


def spread(x, centre):
    """Return the root mean square of x about centre; centre and result in 2**-FRACTION counts.

    Up to 32,766 such steps from the centre, only the root is rounded; beyond that, x is rounded
    to the 15 highest bits of its farthest value.
    """
    n = len(x)
    far = max((max(x) << FRACTION) - centre, centre - (min(x) << FRACTION))
    # Bits to drop: `low` of each deviation, `less` of each square.
    low = 0
    while far >> low > 32766:
        low += 1
    far = (far >> low) + 1
    less = 0
    while (far * far) >> less > (0x3FFFFFFF // n):
        less += 1
    total = squares(x, centre - ((1 << low) >> 1), low, less)
    return root(((total // n) << less) + ((total % n) << less) // n) << low
