"""How a table is read: what the caller asks for, and what a model remembers of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import ThumbnetError
from ..files.json_types import WrongType, construct
from ..files.text_tables import DECIMALS
from .class_labels import check_names

MISSING = ("refuse", "drop", "mean")
"""What may be done about missing values."""
Missing = Literal["refuse", "drop", "mean"]
Decimal = Literal["point", "comma"]


def one_hot(column: str, texts: Sequence[str]) -> list[str]:
    """Return the names of the inputs for a column of texts: color=red, color=white."""
    return [f"{column}={text}" for text in texts]


@dataclass(frozen=True)
class TableOptions:
    """What a caller says about a table.

    Parameters
    ----------
    ignore : sequence of str
        Columns to leave out.
    missing : str
        What to do about missing values: "refuse" them, "drop" their rows, or take the "mean" of the
        column (of texts, the most frequent).
    na : sequence of str
        More texts that mean a missing value, such as "-999"; "acc_x=-999" is for one column.
    names : sequence of str
        Names of the columns, if the file does not begin with them.
    decimal : str, optional
        "point" or "comma", if the numbers do not show it.
    group : str, optional
        The column that says whom or what a row is of, such as a person: no feature, and the rows of
        one stay together wherever data are split.

    Raises
    ------
    ThumbnetError
        If an option has none of its values.
    """

    ignore: Sequence[str] = ()
    missing: Missing = "refuse"
    na: Sequence[str] = ()
    names: Sequence[str] = ()
    decimal: Decimal | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        if self.missing not in MISSING:
            raise ThumbnetError(f"missing is {self.missing!r}: use 'refuse', 'drop' or 'mean'")
        if self.decimal is not None and self.decimal not in DECIMALS:
            raise ThumbnetError(f"decimal is {self.decimal!r}: use 'point' or 'comma'")


@dataclass(frozen=True)
class TableColumns:
    """How the columns of a table became the inputs of a network.

    Another table is read alike with it, whatever the order of its columns.

    Parameters
    ----------
    label : tuple of str
        The label column, or those of several numbers to predict.
    features : tuple of str
        The columns in the order of the inputs.
    texts : dict
        The texts of columns that are no numbers. Each text is one input, called `column=text`: 1
        where the cell has it, and 0 elsewhere.
    flags : tuple of str
        The columns of yes and no, or true and false: one input each, 1 or 0.
    means : dict
        What stands for a missing value in a column.
    missing, na, names, decimal
        See `TableOptions`.
    """

    label: tuple[str, ...]
    features: tuple[str, ...]
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    means: dict[str, float | str] = field(default_factory=dict)
    missing: Missing = "refuse"
    na: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    decimal: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("label", "features", "flags", "na", "names"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        texts = {name: tuple(each) for name, each in self.texts.items()}
        object.__setattr__(self, "texts", texts)
        check_names("table", [*self.features, *(text for each in texts.values() for text in each)])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs of the network."""
        each = (
            [name] if name not in self.texts else one_hot(name, self.texts[name])
            for name in self.features
        )
        return tuple(name for names in each for name in names)

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `TableColumns.from_config` reads them back."""
        return {
            "label": list(self.label),
            "features": list(self.features),
            "texts": {name: list(texts) for name, texts in self.texts.items()},
            "flags": list(self.flags),
            "means": dict(self.means),
            "missing": self.missing,
            "na": list(self.na),
            "names": list(self.names),
            "decimal": self.decimal,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TableColumns:
        """Return what `get_config` described; raises ThumbnetError if it is not that."""
        try:
            return construct(cls, config, "table")
        except WrongType as error:
            raise ThumbnetError(
                f"the columns of the model are not understood ({error}): train again"
            ) from error
