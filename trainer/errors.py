"""The one error class that users see, and names in its messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SHOWN = 12


class ThumbnetError(Exception):
    """A problem that the user can fix: one line that says what is wrong, where, and what to do."""


def unknown(kind: str, name: object, known: Iterable[str]) -> ThumbnetError:
    """Return the error for a name that is not in a registry; it lists the known names."""
    return ThumbnetError(f"unknown {kind} {name!r}: choose one of {', '.join(known)}")


def quoted(names: Sequence[str]) -> str:
    """Quote names for a message.

    Parameters
    ----------
    names : sequence of str
        The names.

    Returns
    -------
    str
        The first dozen, joined by commas, and the number of the others.
    """
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
