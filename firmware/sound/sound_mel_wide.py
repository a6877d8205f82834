"""What each mel filter adds up, as an exponent and a mantissa: weak and loud ones alike."""

from array import array

from bits_of import bits_of
from root import root

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on each side of a filter. For each frequency its weight in the
# filter that falls there, and in the one that rises.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])
# 1 for magnitudes, 2 for energies. What is added to each sum, in the finest unit, and its bits.
MEL_POWER = 2
MEL_FLOOR = (1, 4)


def mel(up):
    """Write the sum of each filter to SIGNAL; `up` as `load_frame` returned it."""
    re = REAL
    im = IMAGINARY
    power = MEL_POWER
    finest = up - MEL_FLOOR[1]
    k = MEL_BEGIN
    w = 0
    # Sums in two parts, 2**16 apart, in units of 2**unit: every number fits 31 bits.
    high = low = 0
    unit = finest
    for side in range(len(MEL_WIDTHS)):
        end = k + MEL_WIDTHS[side]
        parts = 0
        for m in range(k, end):
            a = re[m]
            b = im[m]
            parts |= (a if a >= 0 else -1 - a) | (b if b >= 0 else -1 - b)
        # The largest part of this side has 14 bits.
        own = bits_of(parts) - 14
        if own < finest:
            own = finest
        left = -own if own < 0 else 0
        right = own if own > 0 else 0
        upper = lower = next_high = next_low = 0
        while k < end:
            a = re[k] << left >> right
            b = im[k] << left >> right
            energy = a * a + b * b
            if power == 1:
                energy = root(energy)
            a = energy >> 16
            energy &= 0xFFFF
            lower += MEL_WEIGHTS[w] * energy
            upper += MEL_WEIGHTS[w] * a + (lower >> 16)
            lower &= 0xFFFF
            next_low += MEL_WEIGHTS[w + 1] * energy
            next_high += MEL_WEIGHTS[w + 1] * a + (next_low >> 16)
            next_low &= 0xFFFF
            k += 1
            w += 2
        if side:
            # What has the smaller unit is shifted to the larger one.
            down = own - unit
            if down < 0:
                down = -down
                a = high
                high = upper
                upper = a
                a = low
                low = lower
                lower = a
            else:
                unit = own
            down *= power
            if down > 45:
                down = 45
            while down >= 16:
                low = high & 0xFFFF
                high >>= 16
                down -= 16
            lower += (low >> down) | ((high & ((1 << down) - 1)) << (16 - down))
            upper += high >> down
            down = power * (unit - finest)
            a = MEL_FLOOR[0] >> (down if down < 30 else 30)
            lower += a & 0xFFFF
            upper += (a >> 16) + (lower >> 16)
            lower &= 0xFFFF
            # The leading 1 stands for itself; 16 bits follow it.
            n = 15 + bits_of(upper)
            if not upper:
                lower = lower or 1
                n = bits_of(lower) - 1
            if n < 16:
                a = lower << (16 - n)
            elif n < 32:
                a = (upper << (32 - n)) | (lower >> (n - 16))
            else:
                a = upper >> (n - 32)
            SIGNAL[side - 1] = ((power * (unit - up) + n) << 16) + (a & 0xFFFF)
        high = next_high
        low = next_low
        unit = own
