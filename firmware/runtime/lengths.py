"""The first check of every input."""

# Literal of an example network; the exporter puts the network's own in its place.
INPUTS = 2


def as_sequence(values):
    """Return values, a list, tuple, bytes or array of INPUTS items, or raise ValueError."""
    if hasattr(values, "tolist"):  # NumPy on the PC, ulab on a board
        values = values.tolist()
    try:
        n = len(values)
        # Numbers have no length, sets no index, and a dict may have a key 0. Nothing is allocated.
        if n and isinstance(values, dict):
            raise TypeError
        n and values[0]
    except TypeError:
        raise ValueError("expected %d numbers, got %r" % (INPUTS, values))
    if n != INPUTS:
        raise ValueError("expected %d numbers, got %d" % (INPUTS, n))
    return values
