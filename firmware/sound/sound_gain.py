"""Gain control (PCAN): the signal by a power of its noise."""

from array import array

from bits_of import bits_of

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# For each number of bits of the noise the gain where it begins, and a parabola. Bits that the
# product with the gain loses.
GAINS = array("h", [0] * 99)
SNR_SHIFT = 6


def control_gain():
    """Multiply SIGNAL by the gain of its NOISE."""
    shift = SNR_SHIFT
    for c in range(len(SIGNAL)):
        noise = NOISE[c]
        n = bits_of(noise)
        if noise <= 2:
            gain = GAINS[3 * noise]
        else:
            place = (noise << 11 >> n) & 1023 if n < 20 else (noise >> (n - 11)) & 1023
            gain = (GAINS[3 * n + 2] * place >> 5) + (GAINS[3 * n + 1] << 5)
            gain = GAINS[3 * n] + ((gain * place + 16384) >> 15)
        s = SIGNAL[c]
        # In two parts, so that every number fits 31 bits.
        s = ((s >> 5) * gain + ((s & 31) * gain >> 5)) >> (shift - 5)
        SIGNAL[c] = (s * s) >> 20 if s < 8192 else (s >> 6) - 64
