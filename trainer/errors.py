"""The one error class that users meet."""

from __future__ import annotations

from collections.abc import Iterable


class ThumbnetError(Exception):
    """Something the user can mend: one line that says what is wrong, where, and the mend."""


def unknown(kind: str, name: object, known: Iterable[str]) -> ThumbnetError:
    """Give the error for a name that is not in a registry, with the names that are."""
    return ThumbnetError(f"unknown {kind} {name!r}: choose one of {', '.join(known)}")
