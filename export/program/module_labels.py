"""The names of a module's classes, as its text has them. Nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from ..microbit.hexfile import files_in_hex

_BEGIN = "LABELS = ("


def labels_in(module: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return LABELS of a module; () if it has none, or is compiled.

    Parameters
    ----------
    module
        The `.py`, `.mpy` or `.hex`.
    files
        Contents by file name.

    """
    data = files.get(module.name, b"")
    if module.suffix == ".hex":
        try:
            data = files_in_hex(data.decode()).get(f"{module.stem}.py", b"")
        except (ThumbnetError, ValueError):
            return ()
    text = data.decode("utf-8", "replace")
    at = 0 if text.startswith(_BEGIN) else text.find(f"\n{_BEGIN}") + 1
    if not text.startswith(_BEGIN, at):
        return ()
    end = text.find("\n", at)
    while True:  # a long tuple has several lines
        try:
            found = ast.literal_eval(text[at + len(_BEGIN) - 1 : end])
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            end = text.find("\n", end + 1)
            if end < 0 or end - at > 2**20:
                return ()
            continue
        texts = isinstance(found, tuple) and all(isinstance(name, str) for name in found)
        return found if texts else ()
