"""A prediction as the cells of a row, and as an object for scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ..json_lines import JsonObject
from .prediction import Place, Predicted, Truth

SHOWN = 4
"""Numbers of an answer that people are shown."""


@dataclass(frozen=True)
class Columns:
    """Which columns there are.

    Attributes
    ----------
    kind
        "rows", "windows" or "sound".
    labels
        Names of the classes; () for numbers.
    targets
        Names of the numbers, if they are known.
    proba
        Whether the probability of every class is asked for.
    lines
        Whether rows have lines of a file.
    truth
        Whether what is right may be known.

    """

    kind: str
    labels: tuple[str, ...]
    targets: tuple[str, ...] = ()
    proba: bool = False
    lines: bool = True
    truth: bool = True

    def places(self) -> list[str]:
        """Return the names of the columns that say where a row is."""
        if self.kind == "rows":
            return ["line" if self.lines else "row"]
        return ["recording" if self.kind == "windows" else "sound", "from s", "to s"]

    def head(self) -> list[tuple[str, int]]:
        """Return names and widths of the columns for people."""
        width = max([len("undecided"), *map(len, self.labels)]) if self.labels else 12
        found = [(name, 6) for name in self.places()]
        found += [("window", width)] if self.kind == "windows" else []
        found += [("answer", width), ("probability", 0)] if self.labels else [("answer", width)]
        found += [(name, 6) for name in self.labels] if self.proba else []
        return [*found, *([("truth", 0)] if self.truth else [])]

    def cells(self, one: Predicted) -> list[str]:
        """Return a row for people."""
        found = _place(one.place, self.kind, self.lines)
        if one.answer is None:
            return [*found, f"refused: {one.refused}"]
        answer = one.answer
        if not self.labels:
            truth = one.truth if isinstance(one.truth, tuple) else ()
            return [*found, _numbers(answer.numbers), *([_numbers(truth)] if self.truth else [])]
        if self.kind == "windows":
            found.append(self._name(answer.index))
        found.append("undecided" if one.decision is None else self._name(one.decision))
        found.append("" if not answer.odds else f"{self._odds(one):.1%}")
        found += [f"{share:.1%}" for share in answer.odds] if self.proba else []
        if self.truth:
            wrong = answer.index != one.truth
            found.append(
                f"{self._name(one.truth)}{'  wrong' if wrong else ''}"
                if isinstance(one.truth, int)
                else ""
            )
        return found

    def file_head(self) -> list[str]:
        """Return the names of the columns of a file."""
        places = [name.replace(" ", "_") for name in self.places()]
        if not self.labels:
            numbers = list(self.targets) or ["answer"]
            found = [*places, *numbers]
            return [*found, *(f"true {name}" for name in numbers if self.truth), "refused"]
        found = [*places, *(["window"] if self.kind == "windows" else []), "answer", "probability"]
        found += [f"p({name})" for name in self.labels] if self.proba else []
        return [*found, *(["truth"] if self.truth else []), "refused"]

    def file_cells(self, one: Predicted) -> list[object]:
        """Return a row of a file."""
        place, answer = one.place, one.answer
        found: list[object]
        if self.kind == "rows":
            found = [place.line if self.lines else place.row]
        else:
            found = [place.source, place.begin, place.end]
        if not self.labels:
            count = max(1, len(self.targets))
            found += [""] * count if answer is None else list(answer.numbers)
            if self.truth:
                known = isinstance(one.truth, tuple)
                found += list(one.truth) if known else [""] * count  # type: ignore[arg-type]
            return [*found, one.refused]
        if self.kind == "windows":
            found.append("" if answer is None else self._name(answer.index))
        found.append("" if one.decision is None else self._name(one.decision))
        found.append(None if answer is None or not answer.odds else self._odds(one))
        if self.proba:
            found += [""] * len(self.labels) if answer is None else list(answer.odds)
        if self.truth:
            found.append(self._name(one.truth) if isinstance(one.truth, int) else "")
        return [*found, one.refused]

    def as_json(self, one: Predicted) -> JsonObject:
        """Return an object for scripts."""
        place, answer = one.place, one.answer
        found: JsonObject = {"row": place.row}
        if place.line is not None:
            found["line"] = place.line
        if self.kind != "rows":
            found.update(recording=place.source, begin=place.begin, end=place.end)
        if answer is None:
            return {**found, "refused": one.refused, **self._truth(one.truth)}
        if not self.labels:
            numbers = list(answer.numbers)
            found["answer"] = numbers[0] if len(numbers) == 1 else numbers
        else:
            found["index"] = one.decision
            found["answer"] = None if one.decision is None else self._name(one.decision)
            if self.kind == "windows":
                found["window"] = self._name(answer.index)
            if answer.odds:
                found["probability"] = self._odds(one)
            if self.proba and answer.odds:
                found["probabilities"] = dict(zip(self.labels, answer.odds, strict=True))
        if answer.scores:
            found["scores"] = list(answer.scores)
        return {**found, **self._truth(one.truth)}

    def _truth(self, truth: Truth) -> JsonObject:
        if truth is None:
            return {}
        if isinstance(truth, int):
            return {"truth": self._name(truth)}
        return {"truth": truth[0] if len(truth) == 1 else list(truth)}

    def _name(self, index: int | None) -> str:
        return "" if index is None else self.labels[index]

    def _odds(self, one: Predicted) -> float:
        assert one.answer is not None
        assert one.answer.index is not None
        return one.answer.odds[one.answer.index]


def _place(place: Place, kind: str, lines: bool) -> list[str]:
    if kind == "rows":
        return [str(place.line if lines else place.row)]
    return [place.source, *(f"{at:.2f}" for at in (place.begin or 0.0, place.end or 0.0))]


def _numbers(values: tuple[float, ...]) -> str:
    text = ", ".join(f"{one:.6g}" for one in values[:SHOWN])
    return f"{text}, ... ({len(values):,} numbers)" if len(values) > SHOWN else text
