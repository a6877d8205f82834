"""Print the readings of a sensor, for `thumbnet collect`: names, then a time and a number for each.

A sensor file has NAMES, RATE (readings per second) and read(), which returns the numbers.
"""

import time


def record(names, rate, read):
    """Print readings at a rate until Ctrl-C; a late one does not delay those after it."""
    print("t_ms", *names, sep=",")
    step = 1000000 // rate
    start = due = time.ticks_us()
    whole = 0  # milliseconds before `start`, which moves: ticks wrap around
    while True:
        values = read()
        passed = time.ticks_diff(time.ticks_us(), start)
        if passed >= 1000000:
            whole += 1000
            start = time.ticks_add(start, 1000000)
            passed -= 1000000
        # No float: one of 32 bits would lose the microseconds after 16 seconds.
        print("%d.%03d" % (whole + passed // 1000, passed % 1000), *values, sep=",")
        due = time.ticks_add(due, step)
        left = time.ticks_diff(due, time.ticks_us())
        if left > 0:
            time.sleep_us(left)
        elif left < -step:
            due = time.ticks_us()  # too slow for the rate: do not catch up
