"""A module whose columns have texts: its literals, and what its header says of them."""

from __future__ import annotations

from .literals import Literals, tuple_literal

Texts = tuple[tuple[int, str], ...]
"""A column of the table, and one of its texts, in the order of the inputs."""


def columns_of(texts: Texts, inputs: int) -> int:
    """Return how many columns become so many inputs."""
    return inputs - len(texts) + len({column for column, _ in texts})


def text_literals(texts: Texts, inputs: int) -> Literals:
    """Return the literals of columns of texts; none without them."""
    if not texts:
        return {}
    return {
        "COLUMNS": str(columns_of(texts, inputs)),
        "TEXTS": tuple_literal([repr(text) for _, text in texts]),
        "TEXT_COLUMNS": tuple_literal([column for column, _ in texts]),
    }


def texts_sentence(texts: Texts) -> str:
    """Return the header's sentence about the texts that a row may have."""
    columns = sorted({column for column, _ in texts})
    each = [f"{at} is one of {[text for c, text in texts if c == at]}" for at in columns]
    return f"Values may also be a row of the table, with its texts: column {'; '.join(each)}."
