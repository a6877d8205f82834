"""Reading JSON that may come from a stranger: as `json.loads`, but strict and bounded."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MOST_MEMORY = 300_000_000
"""Bytes that the values of one text may take."""

DEEPEST = 50
"""Levels of lists and objects."""

_COSTS = {"[": 72, "{": 72, '"': 30, ",": 36}
"""Bytes of memory for each of these characters: an upper bound of what it stands for."""

_LONG = re.compile(r"[0-9]{400}")


def parse_json(text: str, allow_nan: bool = False) -> Any:
    """Return the value that a text describes.

    Numbers are finite, keys are unique, nothing is nested more than `DEEPEST` levels deep, and
    whatever the text holds, its values take no more than `MOST_MEMORY`.

    Parameters
    ----------
    text : str
        JSON.
    allow_nan : bool
        Whether numbers may be NaN or infinite, as Python's `json` writes them.

    Returns
    -------
    object
        JSON types.

    Raises
    ------
    ValueError
        If it is not JSON, or one of the above does not hold; the message is one short line.
    """
    if not json_fits(text):
        raise ValueError("it has too many values")
    if _LONG.search(text):
        raise ValueError("a number has too many digits")
    try:
        if allow_nan:
            value = json.loads(text, object_pairs_hook=_unique)
        else:
            value = json.loads(
                text, object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite
            )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_depth(value)
    return value


def json_fits(text: str) -> bool:
    """Return whether the values of a text take no more than `MOST_MEMORY`.

    Parameters
    ----------
    text : str
        JSON.

    Returns
    -------
    bool
    """
    return sum(cost * text.count(mark) for mark, cost in _COSTS.items()) <= MOST_MEMORY


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for values in inner for one in values if isinstance(one, (dict, list))]
    if level:
        raise ValueError("it is nested too deeply")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value
