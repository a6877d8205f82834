"""How large a number is."""


def bits_of(v):
    """Return how many bits v has."""
    n = 0
    if v >> 16:
        n = 16
    if v >> (n + 8):
        n += 8
    while v >> n:
        n += 1
    return n
