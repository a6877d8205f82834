"""A steady rate, and the time of each step, for record.py and watch.py."""

import time


class Pace:
    """Steps at a rate; a late one does not delay those after it.

    rate: steps per second.
    """

    def __init__(self, rate):
        self._step = 1000000 // rate
        self._second = self._due = time.ticks_us()
        self._whole = 0  # milliseconds before _second, which moves, because ticks wrap around

    def stamp(self):
        """Return the time since the start, in ms, as text: a float would lose microseconds."""
        passed = time.ticks_diff(time.ticks_us(), self._second)
        while passed >= 1000000:
            self._whole += 1000
            self._second = time.ticks_add(self._second, 1000000)
            passed -= 1000000
        return "%d.%03d" % (self._whole + passed // 1000, passed % 1000)

    def wait(self):
        """Sleep until the next step is due; after one that took too long, do not catch up."""
        self._due = time.ticks_add(self._due, self._step)
        left = time.ticks_diff(self._due, time.ticks_us())
        if left > 0:
            time.sleep_us(left)
        elif left < -self._step:
            self._due = time.ticks_us()
