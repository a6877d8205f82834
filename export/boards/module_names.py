"""Check the module's name: an identifier that does not hide a module of the board."""

from __future__ import annotations

import keyword
import re

from thumbnet.trainer import ThumbnetError

# fmt: off
_TAKEN = {
    "array", "asyncio", "binascii", "bluetooth", "boot", "btree", "builtins", "cmath",
    "code", "collections", "cryptolib", "deflate", "dht", "ds18x20", "errno", "esp",
    "esp32", "framebuf", "gc", "hashlib", "heapq", "io", "json", "lwip", "machine", "main",
    "math", "microbit", "micropython", "neopixel", "network", "onewire", "os", "platform",
    "pyb", "random", "re", "rp2", "select", "socket", "ssl", "stm", "struct", "sys", "test",
    "thread", "time", "tls", "uctypes", "vfs", "websocket", "webrepl", "zlib",
}
# fmt: on


LONGEST = 31
"""Maximum length of a module's name."""


def check_name(name: str) -> None:
    """Raise ThumbnetError unless `name` can be imported on a board without hiding its modules."""
    if keyword.iskeyword(name):
        raise ThumbnetError(
            f"{name!r} cannot be imported on a board: it is a Python keyword, choose another name"
        )
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > LONGEST:
        raise ThumbnetError(
            f"{name!r} cannot be imported on a board: use up to {LONGEST} letters, digits and _, "
            "beginning with a letter"
        )
    if name in _TAKEN:
        raise ThumbnetError(
            f"{name!r} would hide MicroPython's own module of that name: choose another name"
        )


def module_name(stem: str) -> str:
    """Make a name that a board can import.

    Parameters
    ----------
    stem
        The stem of a file name.

    Returns
    -------
    str
        "my_data" for "my-data", "m2024" for "2024", "time_net" for "time".

    """
    name = re.sub(r"\W", "_", stem, flags=re.ASCII)[:LONGEST]
    if not name[:1].isalpha():
        name = f"m{name}"[:LONGEST]
    try:
        check_name(name)
    except ThumbnetError:  # a keyword, or a module of MicroPython
        return f"{name}_net"
    return name
