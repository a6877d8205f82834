"""A line of the table: what was measured, and what it should be."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from ..targets import JsonObject

RELATIONS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "<": ("under", operator.lt),
    ">=": ("at least", operator.ge),
    "==": ("", operator.eq),
}


@dataclass(frozen=True)
class Goal:
    """What a value should be: "<" (under), ">=" (at least) or "==" a number."""

    relation: str
    number: float
    unit: str = ""

    def met(self, value: float) -> bool:
        """Whether the value is what it should be."""
        return RELATIONS[self.relation][1](value, self.number)

    def __str__(self) -> str:
        word, _ = RELATIONS[self.relation]
        return f"{word} {self.number:,} {self.unit}".strip()


@dataclass(frozen=True)
class Line:
    """One line of the table, its answers checked.

    Attributes:
        key: what JSON and --only call it.
        shown: the value as people read it.
        how: how it was measured, and what else came out.
    """

    key: str
    what: str
    value: float
    shown: str
    goal: Goal
    how: str

    @property
    def ok(self) -> bool:
        """Whether the goal is met."""
        return self.goal.met(self.value)

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        return {
            "key": self.key,
            "what": self.what,
            "value": self.value,
            "shown": self.shown,
            "goal": {"relation": self.goal.relation, "number": self.goal.number},
            "ok": self.ok,
            "how": self.how,
        }
