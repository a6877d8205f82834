"""The history of a training, as `info["history"]` of a model holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FIRST = ("loss", "accuracy")
"""The curves that come first; others follow by name."""

LARGEST = 1e100
"""Of a curve: the axes of larger numbers cannot be computed."""
MOST_CURVES = 10


@dataclass(frozen=True, eq=False)
class Curve:
    """One metric by epoch, (epochs,): on training data, and on held-out data if it is known."""

    name: str
    train: Array
    held_out: Array | None
    rows: str = "held-out"
    """What the second data are: "validation" if they decided when training ended."""

    @property
    def best(self) -> int:
        """The best epoch, from 0: on held-out data if there is any, else in training."""
        values = self.train if self.held_out is None else self.held_out
        if not np.any(np.isfinite(values)):
            return 0
        return int(np.nanargmax(values) if "acc" in self.name else np.nanargmin(values))


def curves(info: dict[str, Any]) -> list[Curve]:
    """Return the curves that `info` holds; none if there is no readable history."""
    history = info.get("history")
    if not isinstance(history, dict):
        return []
    known = {name: _numbers(values) for name, values in history.items()}
    names = [name for name, values in known.items() if len(values) and name[:4] != "val_"]
    names.sort(key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    rows = "validation" if info.get("validation_rows") else "held-out"
    found = []
    for name in names:
        held_out = known.get(f"val_{name}", np.zeros(0))
        same = len(held_out) == len(known[name])
        found.append(Curve(name, known[name], held_out if same else None, rows))
    return found[:MOST_CURVES]


def _numbers(values: Any) -> Array:
    if not isinstance(values, list):
        return np.zeros(0)
    numbers = [v for v in values if type(v) in (int, float) and not abs(v) > LARGEST]
    return np.array(numbers if len(numbers) == len(values) else [], dtype=np.float64)
