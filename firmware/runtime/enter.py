"""The beginning of every call."""

from one_at_a_time import _BUSY, _LOCK


def enter():
    """Begin a call; RuntimeError if another still runs."""
    if _BUSY[0] or _LOCK and not _LOCK.acquire(0):
        raise RuntimeError("busy with another call: make one at a time")
    _BUSY[0] = 1
