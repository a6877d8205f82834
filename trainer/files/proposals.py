"""Which known name a mistyped one was meant to be. Every "did you mean" asks here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

LONGEST = 64
"""Characters that are compared."""


def proposal(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that another one is a slip of the pen away from, None if there is none.

    Upper and lower case, blanks, hyphens and underscores do not count, nor does the suffix that
    names of files share. A slip is a character too many, too few or wrong, or two that are swapped.
    A name may have one, two from 8 characters on, three from 12. At the beginning one counts
    twice, and so does a wrong one in names of up to 5: date is not rate, nor height eight.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What there is.

    Returns
    -------
    str or None
    """
    found = [(slips, other) for other in known if (slips := _slips(name, other)) is not None]
    return min(found, key=lambda one: one[0])[1] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the end of a message about a name that is not known.

    Parameters
    ----------
    name, known
        See `proposal`.
    otherwise : str
        What to say if no known name is like it.

    Returns
    -------
    str
        "did you mean 'this'?", or `otherwise`.
    """
    found = proposal(name, known)
    return otherwise if found is None else f"did you mean {found!r}?"


def _slips(name: str, other: str) -> int | None:
    """Return how many slips of the pen two names are apart; None if they are too many."""
    suffix = PurePath(name).suffix
    if suffix and suffix.lower() == PurePath(other).suffix.lower() and len(name) > len(suffix):
        name, other = name[: -len(suffix)], other[: -len(suffix)]
    a, b = _plain(name), _plain(other)
    shorter, longer = sorted((len(a), len(b)))
    if longer > LONGEST:
        return None
    if a == b:
        return 0
    most = 1 + (longer >= 8) + (longer >= 12)
    if shorter < 2 or longer - shorter > most:
        return None
    found = _distance(a, b, short=longer <= 5)
    return found if found <= most else None


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c not in " -_")


def _distance(a: str, b: str, short: bool) -> int:
    """Return the optimal string alignment distance, in which a wrong character may cost two."""
    before: list[int] = []
    row: list[int] = [0, *range(2, len(b) + 2)]
    for i, c in enumerate(a, 1):
        before, last, row = row, before, [i + 1]
        for j, d in enumerate(b, 1):
            wrong = 2 if short or i == j == 1 else 1
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + wrong * (c != d))
            if i > 1 < j and c == b[j - 2] and a[i - 2] == d:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
