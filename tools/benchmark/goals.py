"""A line of the table: what was measured, and the goal."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from ..json_lines import JsonObject

RELATIONS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "<": ("under", operator.lt),
    ">=": ("at least", operator.ge),
    "==": ("", operator.eq),
}


@dataclass(frozen=True)
class Goal:
    """What a value should be: "<" (less than), ">=" (at least) or "==" a number."""

    relation: str
    number: float
    unit: str = ""

    def met(self, value: float) -> bool:
        """Return whether a value meets the goal."""
        return RELATIONS[self.relation][1](value, self.number)

    def __str__(self) -> str:
        word, _ = RELATIONS[self.relation]
        return f"{word} {self.number:,} {self.unit}".strip()


@dataclass(frozen=True)
class Line:
    """One line of the table, after a check of the answers.

    Attributes
    ----------
    key
        Its name in JSON.
    what
        What was measured.
    value
        The figure.
    shown
        The figure as people read it.
    goal
        What it should be.
    how
        How it was measured, and further results.

    """

    key: str
    what: str
    value: float
    shown: str
    goal: Goal
    how: str

    @property
    def ok(self) -> bool:
        """Whether the value meets the goal."""
        return self.goal.met(self.value)

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {
            "key": self.key,
            "what": self.what,
            "value": self.value,
            "shown": self.shown,
            "goal": {"relation": self.goal.relation, "number": self.goal.number},
            "ok": self.ok,
            "how": self.how,
        }
