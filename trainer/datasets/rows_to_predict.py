"""Tables for a network that is trained: they may lack the label, or the names of columns."""

from __future__ import annotations

from collections.abc import Container, Sequence

from .table_options import TableColumns


def lacks_label(
    header: Sequence[str], ignored: Container[int], like: TableColumns | None, inputs: int | None
) -> bool:
    """Return whether a table for a trained network has features only.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    ignored : container of int
        Columns that are left out.
    like : TableColumns, optional
        The columns of the training, if they are known.
    inputs : int, optional
        What the network takes; None for a table to train on, which has a label.

    Returns
    -------
    bool
    """
    if inputs is None:
        return False
    if like is None:
        return sum(at not in ignored for at in range(len(header))) == inputs
    lower = [name.lower() for name in header]
    return not any(name.lower() in lower for name in like.label)


def names_of_columns(like: TableColumns | None, inputs: int | None) -> list[Sequence[str]]:
    """Return what the columns of a table without names may be: the first of as many is right.

    Parameters
    ----------
    like, inputs
        See `lacks_label`.

    Returns
    -------
    list of sequence of str
    """
    found: list[Sequence[str]] = []
    if like is not None:
        found += [like.names] if like.names else []
        found += [like.features] if inputs is not None else []
    elif inputs is not None:
        features = [f"x{k}" for k in range(inputs)]
        found += [features, [*features, "label"]]
    return found
