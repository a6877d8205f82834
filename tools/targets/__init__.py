"""Where a generated module can run. A new target is one class and one line in `TARGETS`."""

from __future__ import annotations

from collections.abc import Callable

from thumbnet.trainer import ThumbnetError

from .base import JsonObject, Row, Target, firmware_text
from .interpreter import CPythonTarget, UnixTarget, find_micropython

__all__ = [
    "CPythonTarget",
    "JsonObject",
    "Row",
    "TARGETS",
    "Target",
    "UnixTarget",
    "find_micropython",
    "firmware_text",
    "open_target",
]

# name -> how to make it, given the wanted heap.
TARGETS: dict[str, Callable[[str | None], Target]] = {
    "cpython": lambda heap: CPythonTarget(),
    "unix": UnixTarget,
}


def open_target(name: str | None, port: str | None = None, heap: str | None = None) -> Target:
    """The target of that name, or the board on a port.

    Raises:
        ThumbnetError: there is no such target, or it cannot be reached.
    """
    if port is not None:
        from .port import PortTarget  # mpremote is loaded only where a board is meant

        return PortTarget(port)
    name = name or "unix"
    if name not in TARGETS:
        raise ThumbnetError(
            f"no target {name!r}: there are {', '.join(TARGETS)}, and --port for a board"
        )
    return TARGETS[name](heap)
