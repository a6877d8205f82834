"""Where a generated module can run. A new target is one class and one line in `TARGETS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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


class Options(NamedTuple):
    """What a user wishes of a target."""

    heap: str | None = None
    firmware: str | None = None


def _cpython(options: Options) -> Target:
    return CPythonTarget()


def _unix(options: Options) -> Target:
    return UnixTarget(options.heap)


def _microbit(options: Options) -> Target:
    from .microbit import MicrobitTarget

    return MicrobitTarget()


def _pico(options: Options) -> Target:
    from .pico import PicoTarget

    return PicoTarget(options.firmware)


def _wasm(options: Options) -> Target:
    from .wasm import WasmTarget

    return WasmTarget()


# name -> how to make it, given what was wished.
TARGETS: dict[str, Callable[[Options], Target]] = {
    "cpython": _cpython,
    "unix": _unix,
    "microbit": _microbit,
    "pico": _pico,
    "wasm": _wasm,
}
# What only some can do.
WITH_HEAP = ("cpython", "unix")
WITH_FIRMWARE = ("pico",)


def open_target(
    name: str | None,
    port: str | None = None,
    heap: str | None = None,
    firmware: str | None = None,
) -> Target:
    """The target of that name, or the board on a port.

    Args:
        heap: size of the heap, as "32k", where that can be chosen.
        firmware: a .uf2 to boot, for the pico.

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
    if heap is not None and name not in WITH_HEAP:
        raise ThumbnetError(f"the heap of {name} has the size that it has: leave --heap out")
    if firmware is not None and name not in WITH_FIRMWARE:
        raise ThumbnetError(f"--firmware is for --target {' or '.join(WITH_FIRMWARE)}, not {name}")
    return TARGETS[name](Options(heap, firmware))
