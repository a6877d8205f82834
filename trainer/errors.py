"""The one error class that users see."""

from __future__ import annotations

from collections.abc import Iterable


class ThumbnetError(Exception):
    """A problem that the user can fix: one line that says what is wrong, where, and what to do."""


def unknown(kind: str, name: object, known: Iterable[str]) -> ThumbnetError:
    """Return the error for a name that is not in a registry; it lists the known names."""
    return ThumbnetError(f"unknown {kind} {name!r}: choose one of {', '.join(known)}")
