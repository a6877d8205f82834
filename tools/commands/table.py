"""The options of `thumbnet train` that say how a table is read."""

from __future__ import annotations

import functools
from typing import Any

import click

from thumbnet.trainer import TableOptions

from .options import Command


def table_options(function: Command) -> Command:
    """Add the options of `TableOptions`, passed as one argument `table`."""

    @functools.wraps(function)
    def run(
        *arguments: Any,
        ignore: tuple[str, ...],
        missing: Any,
        na: tuple[str, ...],
        names: str | None,
        decimal: Any,
        group: str | None,
        **others: Any,
    ) -> None:
        given = () if names is None else tuple(name.strip() for name in names.split(","))
        table = TableOptions(ignore, missing, na, given, decimal, group)
        function(*arguments, table=table, **others)

    for option in (
        click.option(
            "--group",
            metavar="COLUMN",
            help="Column of a CSV file that says whose a row is, such as a person: no feature, and "
            "the rows of one stay together in every split.",
        ),
        click.option(
            "--decimal",
            type=click.Choice(["point", "comma"]),
            help="Decimal mark of a CSV file; found by itself unless every number is like 1,065.",
        ),
        click.option(
            "--names",
            metavar="a,b,label",
            help="Names of the columns of a CSV file that does not begin with them.",
        ),
        click.option(
            "--na",
            multiple=True,
            metavar="TEXT",
            help="A text or number of a CSV file that means a missing value: -999, or acc_x=-999 "
            "for one column; may be repeated.",
        ),
        click.option(
            "--missing",
            type=click.Choice(["refuse", "drop", "mean"]),
            default="refuse",
            help="What to do about missing values in a CSV file: refuse them, drop their rows, or "
            "take the mean of the column.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="COLUMN",
            help="Column of a CSV file to leave out; may be repeated.",
        ),
    ):
        run = option(run)
    return run
