"""How the thumb kernel of imported convolutions adds: four outputs in three words.

A word of w holds the weights of four outputs, each + 128. For each input x, x times the word, x
times its upper half, and x times the word with its bytes reversed are added, modulo 2**32. With the
sums a, b, c and d of the outputs, lowest byte first, and 128 * sum of x subtracted in each byte:

    whole    a + 2**8 * b + 2**16 * c + 2**24 * d
    upper                           c +  2**8 * d
    turned   d + 2**8 * c + 2**16 * b + 2**24 * a

2**8 * upper + 2**24 * upper - 2**16 * turned is 2**8 * c, upper - c is 2**8 * d, and so on. Shifted
back, each sum is right if it is from -2**23 to 2**23 - 1. A kernel that cannot rely on this adds
byte by byte.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SUM_LIMIT = 2**23
"""Sums of products are below this."""


def most_input(weight: npt.NDArray[np.int8]) -> int:
    """Return the largest sum of a window's inputs for which each sum of products is in range.

    Parameters
    ----------
    weight
        int8, (outputs, products).

    """
    size = np.abs(weight.astype(np.int64))
    if 255 * size.sum(axis=1).max() < SUM_LIMIT:
        return int(255 * weight.shape[1])
    return int((SUM_LIMIT - 1) // size.max())


def list_size(inputs: int) -> int:
    """Return the bytes of a window's list: two words each, one more input, and two for the end."""
    return 8 * (inputs + 3)
