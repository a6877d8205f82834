"""Decisions as a board makes them, each proved on the PC."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from thumbnet.export import Artifact

from ..json_lines import JsonObject, parse_json_line
from .port_lines import PortLines
from .readings import parse_reading

KEPT = 4096
"""Readings that are kept: those of the longest window that is stored."""

Q15 = 32768


@dataclass(frozen=True)
class Decision:
    """One classification.

    Attributes
    ----------
    index, label
        What the board says, None while its votes do not agree.
    likeliest, probability
        The class with the largest score and its probability; None for a regression.
    microseconds
        What `push` or `predict` took.
    values, scores
        What the network read, and its integers.
    equal
        Whether the PC computes the same integers from the values.

    """

    index: int | float | None
    label: str | None
    likeliest: str | None
    probability: float | None
    microseconds: int
    values: list[int | float]
    scores: list[int]
    equal: bool

    def as_json(self) -> JsonObject:
        """Return a line of a log."""
        return {
            "index": self.index,
            "label": self.label,
            "us": self.microseconds,
            "values": self.values,
            "scores": self.scores,
        }


@dataclass
class Watch:
    """What has been seen so far.

    Attributes
    ----------
    labels
        Those of the module.
    readings
        The latest lines of numbers: the time in ms, then the channels, as they were printed.
    decisions
        How many there were, and how many of them the PC computes alike.

    """

    labels: tuple[str, ...] = ()
    readings: deque[tuple[str, ...]] = field(default_factory=lambda: deque(maxlen=KEPT))
    decisions: int = 0
    equal: int = 0
    last: Decision | None = None


def prove(artifact: Artifact, line: JsonObject, labels: tuple[str, ...]) -> Decision | None:
    """Return the decision of a line, compared with what the PC computes; None if it is none.

    Parameters
    ----------
    artifact
        The module that ran on the board.
    line
        With "us", "index", "values" and "scores".
    labels
        Those of the module.

    """
    values, scores, index = line.get("values"), line.get("scores"), line.get("index")
    spent = line.get("us")
    if not (_numbers(values) and _numbers(scores) and isinstance(spent, int)):
        return None
    assert isinstance(values, list)
    expected = artifact.expected([values])[0]
    likeliest = expected.get("predict")
    probability = None
    if isinstance(likeliest, int) and "probabilities" in expected:
        probability = expected["probabilities"][likeliest] / Q15
    return Decision(
        index if isinstance(index, (int, float)) else None,
        _label(labels, index),
        _label(labels, likeliest),
        probability,
        spent,
        values,
        scores,  # type: ignore[arg-type]
        expected["scores"] == scores,
    )


def watch(lines: PortLines, artifact: Artifact) -> Generator[tuple[Watch, list[Decision]]]:
    """Read what a board prints; yield after each tenth of a second.

    Yields
    ------
    Watch
        What is known so far.
    list of Decision
        The new ones.

    """
    seen = Watch()
    while True:
        new = []
        for line in lines.read():
            found = parse_json_line(line.text)
            if found is None:
                reading = parse_reading(line.text)
                if reading is not None:
                    seen.readings.append(reading.values)
                continue
            if isinstance(found.get("labels"), list):
                seen.labels = tuple(map(str, found["labels"]))
                continue
            decision = prove(artifact, found, seen.labels)
            if decision is not None:
                seen.decisions += 1
                seen.equal += decision.equal
                seen.last = decision
                new.append(decision)
        yield seen, new


def _label(labels: tuple[str, ...], index: Any) -> str | None:
    whole = isinstance(index, int) and not isinstance(index, bool)
    return labels[index] if whole and 0 <= index < len(labels) else None


def _numbers(values: object) -> bool:
    return isinstance(values, list) and all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in values
    )
