"""Columns of texts: each of their texts is an input of the network, 1 where a row has it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from thumbnet.trainer import Model, TableColumns

from ..emit.text_literals import Texts, columns_of

MOST = 1000
"""Texts of a network at most, and characters of each."""


def texts_of(model: Model) -> Texts:
    """Return the texts that a model takes as inputs.

    Parameters
    ----------
    model
        A trained model.

    Returns
    -------
    tuple of (int, str)
        The column and the text of each; none if it was not trained on a table with texts.

    """
    config = model.info.get("table")
    if config is None:
        return ()
    table = TableColumns.from_config(config)
    if len(table.inputs) != math.prod(model.require_built()):
        return ()
    return tuple(
        (at, text)
        for at, column in enumerate(table.features)
        for text in table.texts.get(column, ())
    )


def check_texts(value: Any, inputs: int) -> Texts:
    """Return the texts of a file, if they fit a network with so many inputs.

    Raises
    ------
    ValueError
        If they do not.

    """
    found: list[tuple[int, str]] = []
    for item in value if isinstance(value, list) and len(value) <= MOST else [None]:
        match item:
            case [int() as column, str() as text] if len(text) <= MOST:
                found.append((column, text))
            case _:
                raise ValueError("its texts are not pairs of a column and a text")
    texts = tuple(found)
    at = [column for column, _ in texts]
    if at != sorted(at) or len(set(texts)) < len(texts) or len(texts) > inputs:
        raise ValueError("its texts are not in the order of its inputs")
    if texts and not 0 <= at[0] <= at[-1] < columns_of(texts, inputs):
        raise ValueError("its texts are of columns that it has not")
    return texts


def with_texts(row: Sequence[int | float], texts: Texts) -> list[Any]:
    """Return a row of inputs as a row of the table.

    Parameters
    ----------
    row
        One number for each input.
    texts
        See `Texts`.

    Returns
    -------
    list
        A number or a text for each column; the row itself if some column has not just one text.

    """
    made: list[Any] = []
    left = list(row)
    for column in range(columns_of(texts, len(row))):
        names = [text for at, text in texts if at == column]
        if not names:
            made.append(left.pop(0))
            continue
        mine, left = left[: len(names)], left[len(names) :]
        if sorted(mine) != [0] * (len(names) - 1) + [1]:
            return list(row)
        made.append(names[mine.index(1)])
    return made
