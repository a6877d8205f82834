"""Sigmoid and tanh of 16-bit integers, as gemmlowp computes them for TFLite."""

# exp(-2**k) for k from -2 to 4, in units of 2**-15
_EXP_OF_POWERS = (25520, 19875, 12055, 4435, 600, 11, 0)


def newton_inverse(x, whole):
    """Return 2 / (1 + exp(x)) of x <= 0, with `whole` bits before the point, in units of 2**-13."""
    e = 32767
    if x:
        # a polynomial for the last quarter, and a factor for each bit
        places = 15 - whole
        quarter = 1 << places - 2
        t = (x & quarter - 1) - quarter
        bits = t - x >> places - 2
        t = (t << whole) + 4096
        t2 = t * t + 16384 >> 15
        t3 = t2 * t + 16384 >> 15
        t4 = t2 * t2 + 16384 >> 15
        t3 = (((t4 + 2 >> 2) + t3) * 10923 + 16384 >> 15) + t2
        t += t3 + (t3 >= 0) >> 1
        e = 28918 + (28918 * t + 16384 >> 15)
        for power in _EXP_OF_POWERS:
            if bits & 1:
                e = e * power + 16384 >> 15
            bits >>= 1
        if whole > 5 and x < -(1 << places + 5):
            e = 0
    # Newton's method, from a line on
    e = e + 32768 >> 1
    t = 23130 + (e * -15420 + 16384 >> 15)
    for _ in range(3):
        t += (t * (8192 - (e * t + 16384 >> 15)) + 16384 >> 15) << 2
    return t


def sigmoid_16(x):
    """Return sigmoid of x, in units of 2**-12, in units of 2**-15."""
    if not x:
        return 16384
    found = newton_inverse(-x if x > 0 else x, 3) << 1
    if found > 32767:
        found = 32767
    return found if x > 0 else 32767 - found


def tanh_16(x, whole):
    """Return tanh of x, which has whole - 1 bits before the point, in units of 2**-15."""
    if not x:
        return 0
    found = newton_inverse(-x if x > 0 else x, whole) - 8192 << 2
    if found > 32767:
        found = 32767
    return found if x > 0 else -found
