"""Prove that a target computes exactly the integers that the PC computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..targets import Row, Target
from ..terminal.wording import INTERPRETERS
from .edited import check_intact
from .import_failures import check_kind, explain_import_failure

SHOWN = 5
"""Differences that are kept."""

WIDEST = 400
"""Characters of a value that are shown."""

ORDER = "error message scores predict probabilities states"
"""Keys of an answer, the most telling first."""


@dataclass(frozen=True)
class Difference:
    """One value of an answer that is not the expected one."""

    row: int
    key: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return (
            f"row {self.row}, {self.key}: expected {_short(self.expected)}, got {_short(self.got)}"
        )


@dataclass
class Verdict:
    """The outcome of comparing a target with the reference executor.

    Attributes
    ----------
    target
        Name of the target.
    inputs
        Number of rows sent.
    answered
        Number of rows answered.
    equal
        Number of rows whose values are all as expected.
    integers
        Number of integers compared and found equal.
    differences
        The first few differences.
    facts
        What the target reports about itself (python, version, platform, heap_free).
    answers
        The answers of the target, row by row.

    """

    target: str
    inputs: int = 0
    answered: int = 0
    equal: int = 0
    integers: int = 0
    differences: list[Difference] = field(default_factory=list)
    facts: JsonObject = field(default_factory=dict)
    answers: list[JsonObject] = field(default_factory=list)
    _classes: bool = True
    _scored: int = 0
    _loss: float = 0.0

    @property
    def scored(self) -> int:
        """Number of answered rows whose true answers are known."""
        return self._scored

    @property
    def accuracy(self) -> float | None:
        """Accuracy of the target's predictions; None without true classes."""
        return 1 - self._loss / self._scored if self._classes and self._scored else None

    @property
    def mean_absolute_error(self) -> float | None:
        """Mean absolute error of a regression; None without true values."""
        return self._loss / self._scored if not self._classes and self._scored else None

    @property
    def ok(self) -> bool:
        """Whether every row was answered as expected."""
        return 0 < self.inputs == self.answered == self.equal

    def reason(self) -> str:
        """Return the first thing that is wrong, in words."""
        if self.differences:
            return str(self.differences[0])
        if not self.inputs:
            return "there are no vectors to compare: export with a test set"
        return f"only {self.answered} of {self.inputs} rows were answered"

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        out: JsonObject = {
            "target": self.target,
            "inputs": self.inputs,
            "answered": self.answered,
            "equal": self.equal,
            "integers": self.integers,
            "accuracy": self.accuracy,
        }
        if self.mean_absolute_error is not None:
            out["mean_absolute_error"] = self.mean_absolute_error
        return out

    @property
    def interpreter(self) -> str:
        """What runs on the target: "MicroPython 1.28.0"."""
        python = self.facts["python"]
        return f"{INTERPRETERS.get(python, python)} {self.facts['version']}"


def verify(
    target: Target,
    artifact: Artifact,
    limit: int | None = None,
    module: str | None = None,
    force: bool = False,
) -> Iterator[Verdict]:
    """Run an artifact's vectors on a target; yield the growing verdict after each row.

    If the module has a `Stream`, windows of samples follow.

    Parameters
    ----------
    target, artifact
        Where to run, and the module.
    limit
        How many rows to compare, all by default; windows are always compared.
    module
        Name of a module that is already on the target; by default the artifact's is put there.
    force
        Also run a module that was edited after its export.

    Raises
    ------
    ThumbnetError
        If the module was edited or its `check()` fails there, it cannot be imported, or the target
        stops answering.

    """
    check_intact(artifact, force)
    inputs: list[Row] = [*artifact.rows[:limit], *artifact.windows]
    expected = [*artifact.expected()[:limit], *artifact.expected_of_windows()]
    targets = artifact.targets[:limit]
    verdict = Verdict(target.name, inputs=len(expected), _classes=artifact.kind == "classifier")
    check_kind(target, artifact)
    name = module or target.stage(artifact.name, artifact.files)
    lines = target.run("selftest", name, inputs)
    with explain_import_failure(target, artifact):
        verdict.facts = next(lines)
    if "damage" in verdict.facts and not force:
        raise ThumbnetError(f"{target.name}: {verdict.facts['damage']}")
    yield verdict
    for row, (want, got) in enumerate(zip_longest(expected, _answers(lines))):
        if got is not None:
            _compare(verdict, target, row, want, got)
            if row < len(targets):
                _score(verdict, targets[row])
        yield verdict


def finish(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the last of the verdicts that `verify` yields."""
    return deque(verdicts, maxlen=1)[0]


def _answers(lines: Iterator[JsonObject]) -> Iterator[JsonObject]:
    return (line for line in lines if "end" not in line)


def _compare(
    verdict: Verdict, target: Target, row: int, want: Mapping[str, Any] | None, got: JsonObject
) -> None:
    if want is None:
        verdict.answered += 1
        verdict.differences.append(Difference(row, "row", "nothing", got))
        return
    verdict.answered += 1
    verdict.answers.append(got)
    # The prediction of a regression is a float made from the scores, which are compared.
    keys = {*want, *got} - ({"predict"} - {*want} if not verdict._classes else set())
    wrong = [
        Difference(row, key, want.get(key, "nothing"), got.get(key, "nothing"))
        for key in sorted(keys, key=ORDER.find)
        if key not in want or key not in got or not same(want[key], got[key])
    ]
    if "error" in got:
        wrong = [Difference(row, "answer", dict(want), target.explain(got))]
    if wrong:
        verdict.differences.extend(wrong[: max(0, SHOWN - len(verdict.differences))])
    else:
        verdict.equal += 1
        verdict.integers += sum(map(_integers, want.values()))


def same(want: Any, got: Any) -> bool:
    """Return whether an answer is exactly the expected one: integers, or lists of them."""
    if isinstance(want, (list, tuple)):
        return (
            isinstance(got, list)
            and len(want) == len(got)
            and all(same(w, g) for w, g in zip(want, got, strict=True))
        )
    return type(got) is int and bool(want == got)


def _integers(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return sum(map(_integers, value))
    return int(isinstance(value, int))


def _score(verdict: Verdict, truth: float | None) -> None:
    predicted = verdict.answers[-1].get("predict")
    if truth is None or not isinstance(predicted, (int, float)):
        return
    verdict._scored += 1
    verdict._loss += predicted != truth if verdict._classes else abs(predicted - truth)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}..."
