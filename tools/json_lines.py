"""One JSON object on one line: what `--json` prints, and what the on-board scripts answer."""

from __future__ import annotations

import json
import math
import sys
from typing import Any, TextIO

JsonObject = dict[str, Any]


def print_json(value: JsonObject, stream: TextIO | None = None) -> None:
    """Print an object as one line of ASCII.

    Parameters
    ----------
    value
        Numbers that are not finite become null.
    stream
        Where to print; stdout by default.

    """
    stream = stream or sys.stdout
    stream.write(json.dumps(_finite(value), allow_nan=False) + "\n")
    stream.flush()


def parse_json_line(text: str) -> JsonObject | None:
    """Return the object on a line of output, None for anything else a module may print."""
    text = text.strip()
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
