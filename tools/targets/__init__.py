"""Where a generated module can run.

To add a target, write a subclass of `Target` and one line in `TARGETS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from thumbnet.export import firmware_text
from thumbnet.trainer import ThumbnetError

from ..transport.sandbox import missing
from .interpreter import CPythonTarget, UnixTarget, find_micropython
from .microbit import MicrobitTarget
from .pico import PicoTarget
from .port import PortTarget
from .target import Row, Target
from .wasm import WasmTarget

__all__ = [
    "CPythonTarget",
    "MicrobitTarget",
    "PicoTarget",
    "PortTarget",
    "Row",
    "TARGETS",
    "Target",
    "UnixTarget",
    "WasmTarget",
    "find_micropython",
    "firmware_text",
    "open_target",
]


class TargetOptions(NamedTuple):
    """Options of a target; None means not given."""

    heap: str | None = None
    firmware: str | None = None


TARGETS: dict[str, Callable[[TargetOptions], Target]] = {
    "cpython": lambda options: CPythonTarget(),
    "unix": lambda options: UnixTarget(options.heap),
    "microbit": lambda options: MicrobitTarget(),
    "pico": lambda options: PicoTarget(options.firmware),
    "wasm": lambda options: WasmTarget(),
}
"""The values of `--target`, each with a function that opens the target."""

WITH_HEAP = ("cpython", "unix")
"""Targets that accept a heap size."""

WITH_FIRMWARE = ("pico",)
"""Targets that accept a firmware file."""


def open_target(
    name: str | None,
    port: str | None = None,
    heap: str | None = None,
    firmware: str | None = None,
    sandbox: bool | None = None,
) -> Target:
    """Open a target by name, or the board on a port.

    Parameters
    ----------
    name
        A key of `TARGETS`; "unix" if None. Ignored if a port is given.
    port
        What pyserial opens: /dev/ttyACM0, COM3, socket://host:port, a pty.
    heap
        Heap size such as "32k", for targets where it can be chosen.
    firmware
        Path of the .uf2 to boot, for the pico.
    sandbox
        True or False: run modules only in a sandbox, or in none; by default where there is one.

    Raises
    ------
    ThumbnetError
        If there is no such target or no sandbox, or it cannot be reached.

    """
    target = _open(name, port, heap, firmware)
    target.sandbox = sandbox
    if sandbox and not target.sandboxed:
        target.close()
        why, advice = missing() or ("", "")
        raise ThumbnetError(
            f"there is no sandbox ({why}): {advice}, or leave out --sandbox"
            if target.sandboxes
            else f"{target.name} has no sandbox: leave out --sandbox"
        )
    return target


def _open(name: str | None, port: str | None, heap: str | None, firmware: str | None) -> Target:
    if port is not None:
        return PortTarget(port)
    name = name or "unix"
    if name not in TARGETS:
        raise ThumbnetError(
            f"no target {name!r}: use one of {', '.join(TARGETS)}, or --port for a board"
        )
    if heap is not None and name not in WITH_HEAP:
        raise ThumbnetError(f"the heap size of {name} is fixed: leave out --heap")
    if firmware is not None and name not in WITH_FIRMWARE:
        raise ThumbnetError(f"--firmware is for --target {' or '.join(WITH_FIRMWARE)}, not {name}")
    return TARGETS[name](TargetOptions(heap, firmware))
