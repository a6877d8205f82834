"""Whether the emulators are here; CI says which must be."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from thumbnet.tools.targets.wasm import require_build, require_node
from thumbnet.tools.transport.qemu import find_qemu
from thumbnet.trainer import ThumbnetError

from .fake_artifact import SOURCE, FakeArtifact
from .require import require

# The micro:bit's MicroPython knows no f-strings.
SMALL = SOURCE.read_bytes().replace(
    b'f"expected {INPUTS} values, got {len(values)}"',
    b'"expected %d values, got %d" % (INPUTS, len(values))',
)


def needs_qemu() -> None:
    """Skip, or fail where THUMBNET_REQUIRE lists `qemu`."""
    if find_qemu() is None:
        require("qemu", "no qemu-system-arm")
    if importlib.util.find_spec("micropython_microbit_fs") is None:
        require("qemu", "no micropython-microbit-fs")


def needs_wasm() -> None:
    """Skip, or fail where THUMBNET_REQUIRE lists `wasm`."""
    try:
        require_node()
        require_build()
    except ThumbnetError as error:
        require("wasm", str(error))


def small_artifact() -> FakeArtifact:
    """The fake artifact, without the f-string."""
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": SMALL}
    return artifact


def program(folder: Path, name: str, text: str) -> Path:
    """A shell script that stands for a program."""
    if sys.platform == "win32":
        pytest.skip("a shell script")
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def gone(pid: int, patience: float = 600.0) -> bool:
    """Whether a process ends in time."""

    def there() -> bool:
        try:
            os.kill(pid, 0)
            text = Path(f"/proc/{pid}/stat").read_text()
        except ProcessLookupError:
            return False  # it may end between opening and reading, too
        except FileNotFoundError:
            return not Path("/proc/self").exists()  # no Linux: the signal tells all
        return text.rpartition(")")[2].split()[0] != "Z"  # ended, though nobody has waited

    return wait(lambda: not there(), patience)


def wait(condition: Callable[[], bool], patience: float = 600.0) -> bool:
    deadline = time.monotonic() + patience
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()
