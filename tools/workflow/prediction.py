"""One prediction: where its row is, what the network says, and what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .answering import Answer

Truth = int | tuple[float, ...] | None


@dataclass(frozen=True)
class Place:
    """Where a row is.

    Attributes
    ----------
    row
        Counted from 1, over everything.
    line
        Of the file or the input; None if it has no lines. Of a window: that of its last sample.
    source
        The recording or sound.
    begin, end
        Of a window, in seconds of the recording; None for rows.

    """

    row: int
    line: int | None = None
    source: str = ""
    begin: float | None = None
    end: float | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}"
        if self.source and self.end is None:
            return self.source
        return f"row {self.row}"


@dataclass(frozen=True)
class Predicted:
    """One row and what the network says.

    Attributes
    ----------
    place
        Where the row is.
    answer
        Of the network; None if the row could not be read.
    decision
        Of a `Stream` after its votes: a class index, None while they do not agree. For rows, the
        answer's class.
    truth
        What is right, if it is known.
    refused
        Why there is no answer; "" if there is one.

    """

    place: Place
    answer: Answer | None
    decision: int | None = None
    truth: Truth = None
    refused: str = ""


@dataclass(frozen=True)
class Rows:
    """What is read, before it is answered.

    Attributes
    ----------
    kind
        "rows", "windows" or "sound".
    notices
        What a user should know about how it was read.
    answers
        Computed as they are taken.
    truth
        Whether it is known of some rows what is right.
    sounds
        The class of each file of sound whose folder says it, by name.
    background
        The class that is no sound to detect; None if there is none.
    done
        What was done to files of sound, and how often; complete when the answers are taken.

    """

    kind: str
    notices: tuple[str, ...]
    answers: Iterator[Predicted]
    truth: bool = False
    sounds: Mapping[str, int] = field(default_factory=dict)
    background: int | None = None
    done: Counter[str] = field(default_factory=Counter)
