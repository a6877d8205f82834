"""Shares of 32768 in proportion to large integers, by the largest-remainder method."""


# e: at most 2**13 integers from 0 to 2**28, which is that of the winner; it is overwritten.
def apportion(e, winner):
    """Return shares of 32768 in proportion to e; they sum to it exactly."""
    # The total, in two words: one could exceed 31 bits.
    high = low = 0
    for a in e:
        low += a
        high += low >> 20
        low &= 0xFFFFF
    # Scaled to 21 bits, quotients by it fit 31 bits if they are computed in two parts.
    k = 7
    while high > 255:
        low = low >> 1 | (high & 1) << 19
        high >>= 1
        k += 1
    total = high << 13 | low >> 7
    q = []
    for i in range(len(e)):
        high, a = divmod(e[i] >> k << 8, total)
        low, e[i] = divmod(a << 7, total)
        q.append(high << 7 | low)
    # The largest remainders are rounded up; of equal ones, that of the winner first.
    e[winner] += 1
    for _ in range(32768 - sum(q)):
        i = e.index(max(e))
        q[i] += 1
        e[i] -= total
    return q
