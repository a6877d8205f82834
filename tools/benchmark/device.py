"""Code on a target that is neither self-test nor bench: a script on the Unix port, lines on the
emulated micro:bit."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from thumbnet.trainer import ThumbnetError

from ..targets import UnixTarget
from ..targets.board import DeviceError
from ..targets.microbit import MicrobitTarget
from ..targets.raw_repl import BURST
from ..targets.snippets import COLLECT

PATIENCE = 300.0  # seconds
SCRIPT = "benchmark_script"


def run_script(target: UnixTarget, text: str) -> list[Any]:
    """Run a script beside the files that were put; return the JSON values that it printed.

    Raises:
        ThumbnetError: it failed, or took too long.
    """
    target.put({f"{SCRIPT}.py": text.encode()})
    try:
        done = subprocess.run(
            target.command(f"import {SCRIPT}"),
            cwd=target.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ThumbnetError(f"{target.name} gave no answer for {PATIENCE:g} seconds") from None
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no word"]
        raise ThumbnetError(f"{target.name}: the benchmark's script failed: {last[0]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(target: MicrobitTarget, code: str | bytes) -> str:
    """Run code on the board, then collect; return what it printed.

    The compiler of that firmware does not collect when it finds no room. `c` is gc.collect.

    Raises:
        ThumbnetError: it raised there, or the board does not answer.
    """
    code = code.encode() if isinstance(code, str) else code
    try:
        if len(code) + len(COLLECT) < BURST:
            return target.board.execute(code + b"\n" + COLLECT)
        said = target.board.execute(code if len(code) <= BURST else code.decode())
        target.board.execute(COLLECT)
        return said
    except DeviceError as error:
        raise ThumbnetError(f"{target.name}: {error}") from None
