"""Feature: how often the channel crosses its mean."""


def crossings(x, y, at):
    """Write to y[at] how often x changes from above its mean to not above, or back.

    There is no hysteresis: noise about the mean counts too. Returns the next place.
    """
    level = sum(x) // len(x)
    above = x[0] > level
    count = 0
    for v in x:
        if (v > level) != above:
            above = not above
            count += 1
    y[at] = count
    return at + 1
