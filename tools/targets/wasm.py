"""MicroPython's WebAssembly build as a target, in Node: what runs in a browser.

Its heap grows when it is full, so its size cannot be chosen, and its clock ticks in milliseconds.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from ..transport.limits import Limits
from .interpreter import InterpreterTarget

PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.27.0"
BUILD = "micropython.mjs"
RUNNER = Path(__file__).resolve().with_name("wasm_runner.mjs")
INSTALL = f"run `npm install {PACKAGE}@{VERSION}` here, or name its folder in THUMBNET_WASM"


class WasmTarget(InterpreterTarget):
    """MicroPython compiled to WebAssembly.

    Raises
    ------
    ThumbnetError
        If Node or the npm package is missing.

    """

    name = "wasm"
    tiers = ("plain",)

    def __init__(self) -> None:
        self.node = require_node()
        self.build = require_build()
        super().__init__()

    def command(self, code: str) -> list[str]:
        """Return `node wasm_runner.mjs micropython.mjs code`."""
        return [str(self.node), str(RUNNER), str(self.build), code]

    def sees(self) -> list[Path]:
        """Return the npm package, and the script that runs it."""
        return [RUNNER, self.build.parent]

    def limits(self, seconds: float) -> Limits:
        """Return limits for Node, which reserves far more addresses than it uses."""
        return Limits(seconds, data=1 << 30)


def find_node() -> Path | None:
    """Return the `node` program on PATH, None if it is missing."""
    found = shutil.which("node")
    return Path(found).absolute() if found else None


def find_build() -> Path | None:
    """Return micropython.mjs from THUMBNET_WASM, else from the nearest node_modules.

    The search covers the current folder and those above it, then where the project installs it.

    Raises
    ------
    ThumbnetError
        If THUMBNET_WASM is set, but there is no micropython.mjs.

    """
    named = os.environ.get("THUMBNET_WASM")
    if named:
        for path in (
            Path(named),
            Path(named) / BUILD,
            Path(named) / "node_modules" / PACKAGE / BUILD,
        ):
            if path.is_file():
                return path.resolve()
        raise ThumbnetError(
            f"THUMBNET_WASM is {named}, but there is no {BUILD}: "
            f"set it to the folder of the npm package {PACKAGE}"
        )
    here = Path.cwd()
    project = Path(__file__).resolve().parents[2]
    for folder in (here, *here.parents, project, project / ".build" / "wasm"):
        path = folder / "node_modules" / PACKAGE / BUILD
        if path.is_file():
            return path.resolve()
    return None


def require_node() -> Path:
    """Return the `node` program; raise ThumbnetError, with how to install it, if missing."""
    found = find_node()
    if found is None:
        raise ThumbnetError(
            "the wasm target needs Node, which is not installed: Debian and Ubuntu: "
            "`apt install nodejs npm`, macOS: `brew install node`, Windows: `choco install nodejs`"
        )
    return found


def require_build() -> Path:
    """Return micropython.mjs; raise ThumbnetError, with how to install it, if missing."""
    found = find_build()
    if found is None:
        raise ThumbnetError(
            f"the wasm target needs the npm package {PACKAGE}, which is not here: {INSTALL}"
        )
    return found
