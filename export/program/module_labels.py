"""The names of a module's classes, as its text has them. Nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from ..microbit.hexfile import files_in_hex

_BEGIN = "\nLABELS = ("


def labels_in(module: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return LABELS of a module; () if it has none, or is compiled.

    Parameters
    ----------
    module
        The `.py`, `.mpy` or `.hex`.
    files
        Contents by file name.

    """
    texts = [files.get(module.name, b"")]
    if module.suffix == ".hex":
        try:
            inside = files_in_hex(texts[0].decode())
        except (ThumbnetError, ValueError):
            return ()
        texts = [data for name, data in inside.items() if name != "main.py"]
    found = (_labels_of("\n" + text.decode("utf-8", "replace")) for text in texts)
    return next((labels for labels in found if labels), ())


def _labels_of(text: str) -> tuple[str, ...]:
    at = text.find(_BEGIN) + len(_BEGIN) - 1
    if at < len(_BEGIN) - 1:
        return ()
    # On one line, or wrapped, with the bracket at the beginning of the last one.
    for mark, more in (("\n", 0), ("\n)", 2)):
        end = text.find(mark, at)
        if end < 0:
            return ()
        try:
            found = ast.literal_eval(text[at : end + more])
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        names = isinstance(found, tuple) and all(isinstance(name, str) for name in found)
        return found if names else ()
    return ()
