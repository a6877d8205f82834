"""Shares of 32768 on a micro:bit v1: long integers make short code, which spares its heap."""


def apportion(e, winner):
    """Return shares of 32768, integers that sum to it exactly, in proportion to the list e.

    e: integers from 0 to 2**28, which is that of the winner; e is overwritten.
    """
    total = sum(e)
    k = 0
    while total > 0x1FFFFF:
        total >>= 1
        k += 1
    q = []
    for i in range(len(e)):
        a = e[i] >> k << 15
        q.append(a // total)
        e[i] = a % total
    # The largest remainders are rounded up; of equal ones, that of the winner first.
    e[winner] += 1
    for i in range(32768 - sum(q)):
        i = e.index(max(e))
        q[i] += 1
        e[i] -= total
    return q
