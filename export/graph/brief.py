"""A wrong value in a message: short, whatever the value is."""

from __future__ import annotations

from typing import Any

import numpy as np

LONGEST = 40
"""Characters that are shown."""


def brief(value: Any) -> str:
    """Return a value for a message, in few characters and on one line.

    Parameters
    ----------
    value
        Anything that a file may hold.

    Returns
    -------
    str
        Its literal, the beginning of a long one, or only its type and size.

    """
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, dict):
        return f"a table of {len(value)}"
    if isinstance(value, list | tuple) and (len(value) > 16 or any(map(_nested, value))):
        return f"a list of {len(value)}"
    if isinstance(value, list | tuple):
        inner = ", ".join(map(brief, value))
        return _cut(f"[{inner}]" if isinstance(value, list) else f"({inner})")
    if isinstance(value, int) and value.bit_length() > 128:  # repr may refuse to write it
        return f"a number of {value.bit_length():,} bits"
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)
