"""The check that every input goes through first."""

# Literal of an example network; the exporter puts the network's own in its place.
INPUTS = 2


def check_length(values):
    """Raise ValueError unless values is a sequence of INPUTS items."""
    try:
        n = len(values)
    except TypeError:
        raise ValueError("expected %d numbers, got %r" % (INPUTS, values))
    if n != INPUTS:
        raise ValueError("expected %d numbers, got %d" % (INPUTS, n))
