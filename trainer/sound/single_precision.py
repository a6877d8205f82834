"""A logarithm in single precision that is the same on every computer.

The reference front end is compiled against the C library, whose `log1pf` is often not the
nearest float: two weights of the mel filters depend on it. This is the algorithm of that library
and of those of microcontrollers: with x + 1 = 2**k * (1 + f), a polynomial for log(1 + f).
"""

from __future__ import annotations

import numpy as np

_float32 = np.float32

_LN2_HIGH = _float32(6.9313812256e-01)
_LN2_LOW = _float32(9.0580006145e-06)
_POLYNOMIAL = [
    _float32(c)
    for c in (
        *(6.6666668653e-01, 4.0000000596e-01, 2.8571429849e-01, 2.2222198546e-01),
        *(1.8183572590e-01, 1.5313838422e-01, 1.4798198640e-01),
    )
]
_SQRT2_MANTISSA = 0x3504F7
_SMALL = _float32(0.41422)


def log1p(x: np.float32) -> np.float32:
    """Compute log(1 + x) as the C function log1pf does.

    Parameters
    ----------
    x : float32
        From 0 to 2**24.

    Returns
    -------
    float32
    """
    one, half, two = _float32(1), _float32(0.5), _float32(2)
    exponent, lost, f = 0, _float32(0), x
    if x >= _SMALL:
        u = one + x
        lost = (one - (u - x) if u >= two else x - (u - one)) / u
        mantissa, exponent = _float32(np.frexp(u)[0]) * two, int(np.frexp(u)[1]) - 1
        if int(mantissa.view(np.uint32)) & 0x7FFFFF >= _SQRT2_MANTISSA:
            mantissa, exponent = mantissa / two, exponent + 1
        f = mantissa - one
    square = half * f * f
    s = f / (two + f)
    z = s * s
    rest = _float32(0)
    for c in reversed(_POLYNOMIAL):
        rest = z * (c + rest)
    if exponent == 0:
        near: np.float32 = f - (square - s * (square + rest))
        return near
    k = _float32(exponent)
    low = k * _LN2_LOW + lost
    far: np.float32 = k * _LN2_HIGH - ((square - (s * (square + rest) + low)) - f)
    return far
