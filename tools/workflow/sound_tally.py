"""What was heard in each file of sound, added up from its moments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from .prediction import Predicted


@dataclass
class SoundTally:
    """Which class each sound is: the most probable one that was decided in it.

    Attributes
    ----------
    background
        What a sound is in which nothing else was decided; None if there is no such class.
    truths
        The class of each sound that is known, by its name.

    """

    background: int | None
    truths: Mapping[str, int]
    _best: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, one: Predicted) -> None:
        """Count a moment; a refused sound has none, and is no class."""
        classes = self._best[one.place.source]
        if one.answer is not None and one.decision is not None:
            odds = one.answer.odds[one.decision]
            classes[one.decision] = max(odds, classes.get(one.decision, 0.0))

    def heard(self) -> dict[str, int | None]:
        """Return the class of each sound; None where nothing was decided."""
        found: dict[str, int | None] = {}
        for source, classes in self._best.items():
            words = {k: odds for k, odds in classes.items() if k != self.background}
            choice = words or classes
            found[source] = max(choice, key=lambda k: choice[k]) if choice else None
        return found

    def pairs(self) -> list[tuple[int, int | None]]:
        """Return what is right and what was heard, of each sound that is known."""
        heard = self.heard()
        return [(self.truths[name], k) for name, k in heard.items() if name in self.truths]
