"""What became of each network that was tried, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .board_cost import BoardCost
from .candidates import Candidate
from .settings import Array

_LITTLE = 0.03
"""Share of wrong windows from which on nothing else is tried, if it may be chance."""


@dataclass
class Trial:
    """What became of a candidate.

    Attributes
    ----------
    candidate
        What was tried.
    parameters
        Of the network; 0 if it could not be built.
    cost
        On the board, if one was given.
    state
        In a word or two, why it was not tried, or not to the end; "" if it was.
    refusal
        The same in a sentence.
    losses
        Of each held-out recording or block, the share of windows that were wrong, in the order of
        the folds.
    scores
        The accuracy of each fold: the mean over its recordings.

    """

    candidate: Candidate
    parameters: int = 0
    cost: BoardCost | None = None
    state: str = ""
    refusal: str = ""
    losses: Array = field(default_factory=lambda: np.zeros(0))
    scores: tuple[float, ...] = ()

    @property
    def accuracy(self) -> float | None:
        """The mean over recordings."""
        return float(1 - self.losses.mean()) if len(self.losses) else None

    @property
    def deviation(self) -> float:
        """The standard deviation over folds."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else 0.0

    def refuse(self, state: str, refusal: str) -> None:
        """Note why it is not tried, or not to the end."""
        self.state, self.refusal = state, refusal

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "name": self.candidate.name,
            "network": self.candidate.words,
            "parameters": self.parameters,
            "accuracy": self.accuracy,
            "deviation": self.deviation if self.scores else None,
            "scores": list(self.scores),
            "state": self.state or "tried",
            "reason": self.refusal or None,
            "board": None if self.cost is None else self.cost.as_json(),
        }


def difference(losses: Array, others: Array) -> tuple[float, float]:
    """Return how much larger losses are, on average, and the standard error of that."""
    gaps = losses - others
    noise = float(np.std(gaps, ddof=1)) / len(gaps) ** 0.5 if len(gaps) > 1 else 0.0
    return float(gaps.mean()), noise


def nothing_to_gain(losses: Array) -> bool:
    """Whether even a perfect candidate would not be better beyond noise."""
    if not len(losses):
        return False
    gain, noise = difference(losses, np.zeros_like(losses))
    return gain <= min(noise, _LITTLE)


def best(trials: Sequence[Trial]) -> Trial | None:
    """Return the most accurate trial that was finished; of equal ones, the first."""
    known = [one for one in trials if not one.state and len(one.losses)]
    return min(known, key=lambda one: float(one.losses.mean()), default=None)


def choose(finished: Sequence[Trial], able: Sequence[Trial]) -> tuple[Trial, str]:
    """Return the chosen one of the trials that were finished, and why."""
    leader, first = best(finished), able[0]
    name = first.candidate.name
    if len(able) == 1:
        return first, f"{name}, because nothing else can be trained here"
    if leader is None:
        return first, (
            f"{name}, the simplest, because the labels have so few windows to train with that none "
            "can be held out to compare networks"
        )
    for one in finished:
        worse, noise = difference(one.losses, leader.losses)
        if one is leader or worse <= noise:
            return one, _reason(one, leader, able, worse, noise)
    raise AssertionError("the best is one of them")


def _reason(one: Trial, leader: Trial, able: Sequence[Trial], worse: float, noise: float) -> str:
    name = one.candidate.name
    if one is not leader:
        return (
            f"{name}, because it is simpler than {leader.candidate.name}, which is {worse:.1%} "
            f"better: that may be chance (standard error {noise:.1%})"
        )
    simpler = [other for other in able[: able.index(one)] if len(other.losses)]
    if not simpler:
        return f"{name}, because it is the simplest, and nothing else is better"
    rival = min(simpler, key=lambda other: float(other.losses.mean()))
    n = min(len(rival.losses), len(one.losses))
    worse, noise = difference(rival.losses[:n], one.losses[:n])
    return (
        f"{name}, because it is {worse:.1%} better than {rival.candidate.name}: more than chance "
        f"(standard error {noise:.1%})"
    )
