"""One call at a time: all calls share the network's buffers."""

try:
    from _thread import allocate_lock

    _LOCK = allocate_lock()
except ImportError:  # no threads: only an interrupt can come between
    _LOCK = None

_BUSY = bytearray(1)


def leave():
    """End a call."""
    _BUSY[0] = 0
    if _LOCK:
        _LOCK.release()
