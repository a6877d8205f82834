"""What stays from one call to the next begins anew."""

from enter import enter
from one_at_a_time import leave

# Literals of an example network; the exporter puts the network's own in their place.
ARENA = bytearray(2)
# place in the arena, bytes
STATES = ((0, 2),)
# the bytes of each at the start, repeated if there are fewer
INITIAL = (b"\x80",)


def restore():
    """Set every state to what it was after the import."""
    for k in range(len(STATES)):
        at, size = STATES[k]
        initial = INITIAL[k]
        for i in range(size):
            ARENA[at + i] = initial[i % len(initial)]


def reset():
    """Begin a new sequence: forget every call before; RuntimeError if another call still runs."""
    enter()
    try:
        restore()
    finally:
        leave()


def keep(kept=None):
    """Return a copy of every state, for the self-test; given one, put it back."""
    if kept is None:
        return [bytes(ARENA[at : at + size]) for at, size in STATES]
    for (at, _), old in zip(STATES, kept):
        for i in range(len(old)):
            ARENA[at + i] = old[i]
    return kept


def digest():
    """Return a number that stands for all bytes of the states, for the self-test."""
    found = 0
    for at, size in STATES:
        for i in range(at, at + size):
            found = (found * 31 + ARENA[i]) & 0xFFFFFF
    return found


_BEGUN = restore()
