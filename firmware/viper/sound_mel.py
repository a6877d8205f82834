"""The energy in each mel filter, and its square root, in viper."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on the rising side of each filter, and on the falling one of
# the last. For each frequency its weight on the rising side, and on the falling one, in 2**-12.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])


# No index may be one of the first three locals: see gather.
@micropython.viper
def mel(up: int):
    """Write the root of each filter's energy to SIGNAL; `up` as `load_frame` returned it."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    signal = ptr32(SIGNAL)
    weights = ptr16(MEL_WEIGHTS)
    widths = ptr8(MEL_WIDTHS)
    sides = int(len(MEL_WIDTHS))
    k = int(MEL_BEGIN)
    w = 0
    # Sums in two parts, 2**16 apart: every number fits 32 bits.
    high = 0
    low = 0
    side = 0
    while side < sides:
        next_high = 0
        next_low = 0
        end = k + widths[side]
        while k < end:
            v = (re[k] ^ 0x8000) - 0x8000
            energy = v * v
            v = (im[k] ^ 0x8000) - 0x8000
            energy += v * v
            upper = energy >> 16
            energy &= 0xFFFF
            v = weights[w]
            low += v * energy
            high += v * upper + (low >> 16)
            low &= 0xFFFF
            v = weights[w + 1]
            next_low += v * energy
            next_high += v * upper + (next_low >> 16)
            next_low &= 0xFFFF
            k += 1
            w += 2
        if side:
            r = 0
            bit = 1 << 26
            while bit > high:
                bit >>= 2
            # Digit by digit, two bits per step; what is left becomes the remainder.
            while bit:
                v = r + bit
                r >>= 1
                if high >= v:
                    high -= v
                    r += bit
                bit >>= 2
            bit = 14
            while bit >= 0:
                high = (high << 2) | ((low >> bit) & 3)
                v = (r << 2) | 1
                r <<= 1
                if high >= v:
                    high -= v
                    r |= 1
                bit -= 2
            # The root of what 32 bits hold stays within 16.
            if high > r:
                if r != 65535:
                    r += 1
            signal[side - 1] = r >> up
        high = next_high
        low = next_low
        side += 1
