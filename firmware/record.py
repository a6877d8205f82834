"""Print the readings of a sensor, for `thumbnet collect`: names, then a time and a number for each.

A sensor file has NAMES, RATE (readings per second) and read(), which returns the numbers.
"""

from pace import Pace


def record(names, rate, read):
    """Print readings at a rate until Ctrl-C."""
    print("t_ms", *names, sep=",")
    pace = Pace(rate)
    while True:
        values = read()
        print(pace.stamp(), *values, sep=",")
        pace.wait()
