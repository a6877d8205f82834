"""A check of everything that the exporter wrote."""

from enter import enter
from intact import intact
from one_at_a_time import leave


def check():
    """Raise ValueError if a weight or parameter is not what was exported (CRC-32)."""
    enter()
    try:
        intact()
    finally:
        leave()
