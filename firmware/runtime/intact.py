"""What a check covers if all weights are in the module."""

from literals_intact import literals_intact


def intact():
    """Check the module."""
    literals_intact()
