"""Other code than the self-test on a target: a script on the Unix port, lines on a micro:bit."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from thumbnet.trainer import ThumbnetError

from ..targets import MicrobitTarget, UnixTarget
from ..transport.raw_repl import BURST
from ..transport.row_snippets import COLLECT
from ..transport.serial_board import DeviceError

PATIENCE = 600.0
"""Seconds in which a script must end."""

SCRIPT = "benchmark_script"


def run_script(target: UnixTarget, text: str) -> list[Any]:
    """Run a script beside the files on the target; return the JSON values that it prints.

    Raises
    ------
    ThumbnetError
        If the script fails, or takes too long.

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
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no output"]
        raise ThumbnetError(f"{target.name}: the script of the benchmark failed: {last[0]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(target: MicrobitTarget, code: str | bytes) -> str:
    """Run code on the board, then collect; return what it printed.

    The compiler of that firmware does not collect when memory is short. `c` is gc.collect.

    Raises
    ------
    ThumbnetError
        If the code raises an exception there, or the board does not answer.

    """
    code = code.encode() if isinstance(code, str) else code
    try:
        if len(code) + len(COLLECT) < BURST:
            return target.board.execute(code + b"\n" + COLLECT)
        printed = target.board.execute(code if len(code) <= BURST else code.decode())
        target.board.execute(COLLECT)
        return printed
    except DeviceError as error:
        raise ThumbnetError(f"{target.name}: {error}") from None
