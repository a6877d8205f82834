"""Gain control (PCAN) in viper: the signal by a power of its noise."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# For each number of bits of the noise the gain where it begins, and a parabola. Bits that the
# product with the gain loses.
GAINS = array("h", [0] * 99)
SNR_SHIFT = 6


# No index may be one of the first three locals: see gather.
@micropython.viper
def control_gain():
    """Multiply SIGNAL by the gain of its NOISE."""
    signal = ptr32(SIGNAL)
    estimate = ptr32(NOISE)
    gains = ptr16(GAINS)
    channels = int(len(SIGNAL))
    down = int(SNR_SHIFT) - 5
    c = 0
    while c < channels:
        noise = estimate[c]
        if noise <= 2:
            gain = (gains[3 * noise] ^ 0x8000) - 0x8000
        else:
            n = 0
            if noise >> 16:
                n = 16
            if noise >> (n + 8):
                n += 8
            while noise >> n:
                n += 1
            if n < 11:
                place = (noise << (11 - n)) & 1023
            else:
                place = (noise >> (n - 11)) & 1023
            n = 3 * n
            gain = ((gains[n + 2] ^ 0x8000) - 0x8000) * place >> 5
            gain += ((gains[n + 1] ^ 0x8000) - 0x8000) << 5
            gain = (gain * place + 16384) >> 15
            gain += (gains[n] ^ 0x8000) - 0x8000
        s = signal[c]
        # In two parts, so that every number fits 32 bits.
        s = ((s >> 5) * gain + ((s & 31) * gain >> 5)) >> down
        if s < 8192:
            s = (s * s) >> 20
        else:
            s = (s >> 6) - 64
        signal[c] = s
        c += 1
