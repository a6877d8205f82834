"""The beginning of every call, with a check before every CHECK_EVERY of them."""

from array import array

from intact import intact
from one_at_a_time import _BUSY, _LOCK, leave

# Literal of an example network; the exporter puts the network's own in its place.
CHECK_EVERY = 1

_LEFT = array("i", [1])


def enter():
    """Begin a call; RuntimeError if another still runs, ValueError if a weight has changed."""
    if _BUSY[0] or _LOCK and not _LOCK.acquire(0):
        raise RuntimeError("busy with another call: make one at a time")
    _BUSY[0] = 1
    _LEFT[0] -= 1
    if not _LEFT[0]:
        _LEFT[0] = CHECK_EVERY
        try:
            intact()
        except:
            leave()
            raise
