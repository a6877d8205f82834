"""Data sets in CSV: a header, features and one label column, or several numbers to predict."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.number_format import is_number
from ..files.table_header import NoHeader, OtherWidth
from ..files.text_tables import Table, read_table
from .class_labels import class_names
from .column_kinds import Known, make_inputs
from .dataset import Dataset, check_features
from .input_spec import InputSpec
from .label_columns import (
    Task,
    classes_of,
    column_named,
    find_labelled,
    label_columns,
    looks_like_label,
    targets_of,
    task_of,
)
from .resolution import shared
from .rows_to_predict import lacks_label, names_of_columns
from .table_cells import Cells
from .table_options import TableColumns, TableOptions

_FEWEST_ROWS = 4
_PLAIN = TableOptions()


def read_csv(
    path: str | os.PathLike[str],
    label: str | Sequence[str] | None = None,
    task: Task = "auto",
    labels: Sequence[str] | None = None,
    options: TableOptions = _PLAIN,
    like: TableColumns | None = None,
    inputs: int | None = None,
) -> Dataset:
    """Read a data set from a table in a text file.

    The file has a header, columns separated by comma, semicolon, tab or bar, and is in UTF-8,
    UTF-16 or Windows-1252. Numbers have a decimal point or comma. A column of yes and no becomes
    the input 1 or 0; one of few texts an input for each of them.

    Parameters
    ----------
    path : path
        The file.
    label : str or sequence of str, optional
        Name of the label column (case does not matter). By default the column called label, class,
        target or y (unless x, y, ... are axes), or else the last one. All others are features.
        Several columns, also separated by commas in one text, are numbers to predict.
    task : str
        "classification" (text, or whole numbers with at most 20 distinct values), "regression"
        (other numbers), or "auto" to decide between them.
    labels : sequence of str, optional
        Class names known from training; a label that is not among them is an error.
    options : TableOptions, optional
        Columns to leave out, what to do about missing values, and how the file is written.
    like : TableColumns, optional
        The columns of the table that a network was trained on: the same ones become the same
        inputs, wherever they stand.
    inputs : int, optional
        What a trained network takes. The table may then lack answers: the label column, or all that
        is in it; and without `like` its names, too.

    Returns
    -------
    Dataset
        x: (n, features) float32; y: (n,) int64 class indices or float64, (n, targets) for several.
        `input_spec` has the names of the inputs and a resolution for each, from the decimals in the
        file, coarsened until the feature's counts stay below 2**20. The range of the features
        stays unknown. `table` remembers the columns, `lines` where each row stands.

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file, line and column.
    """
    if task not in ("auto", "classification", "regression"):
        raise ThumbnetError(f"task is {task!r}: use 'auto', 'classification' or 'regression'")
    if like is not None:
        options = replace(
            options,
            missing=like.missing,
            na=(*like.na, *options.na),
            decimal=options.decimal or like.decimal,
        )
    table = _open(path, options, like, inputs)
    header = table.header
    ignored = {column_named(path, header, name) for name in options.ignore}
    group = [] if options.group is None else [column_named(path, header, options.group)]
    ignored |= {*group}
    targets = []
    if label is not None or not lacks_label(header, ignored, like, inputs):
        targets = label_columns(path, header, label or (like.label if like else None), ignored)
    features = _features(path, header, targets, ignored, like)
    names = [header[i] for i in features]
    cells = Cells(str(path), names, table.numbers, options.na)
    values = _read(table, cells, features, [*targets, *group])
    trained = like is not None or inputs is not None
    fewest = _FEWEST_ROWS if labels is None and not trained else 1
    if len(cells.lines) < fewest:
        raise _too_few(path, len(cells.lines), fewest)
    known = None if like is None else Known(like.texts, like.flags, like.means)
    made = make_inputs(cells, options.missing, known)
    answers = values[: len(targets)]
    answered = any(map(any, answers)) if inputs is not None else True
    labelled = np.ones(len(made.kept), dtype=np.bool_)
    if answered:
        named = [header[i] for i in targets]
        labelled = find_labelled(answers, named, cells, options.missing)
    rows = np.flatnonzero(made.kept & labelled)
    if len(rows) < fewest:
        raise _too_few(path, len(rows), fewest)
    lines = np.frombuffer(cells.lines, dtype=np.int64)[rows]
    kept = [[each[row] for row in rows] for each in values]
    guess = ""
    if label is None and not trained:
        guess = _check_guess(path, header[targets[0]], kept[0], lines, made.texts, table)
    groups = None if not group else np.unique(kept.pop(), return_inverse=True)[1]
    if answered:
        y, found = _answers(
            path, header, targets, kept, lines.tolist(), task, labels, table, trained
        )
    else:
        y, found = np.full(len(rows), np.nan), None
    about = TableColumns(
        *(tuple(header[i] for i in targets), tuple(names), made.texts, made.flags),
        means=made.means,
        missing=options.missing,
        na=tuple(options.na),
        names=tuple(options.names),
        decimal=options.decimal,
    )
    check_features(str(path), made.x.shape[1:], is_picture=False)
    return Dataset(
        made.x[labelled[made.kept]],
        y,
        labels=found,
        input_spec=InputSpec(made.x.shape[1:], names=about.inputs, resolution=shared(made.steps)),
        name=Path(path).stem,
        table=about,
        lines=lines,
        groups=groups,
        notices=_notices(
            *(table, about, options, int(np.sum(labelled & ~made.kept)), int(np.sum(~labelled))),
            guess,
        ),
        answered=answered,
    )


def _open(
    path: str | os.PathLike[str],
    options: TableOptions,
    like: TableColumns | None,
    inputs: int | None,
) -> Table:
    """Return the table; if it has no header, with the names of the training's columns."""
    fewest = 2 if inputs is None else 1
    try:
        return read_table(path, fewest, options.decimal, names=options.names)
    except NoHeader as error:
        for names in names_of_columns(like, inputs):
            with suppress(OtherWidth):
                return read_table(path, fewest, options.decimal, names=names)
        if like is not None or inputs is not None:
            raise
        raise ThumbnetError(f"{error}, or give them with --names a,b,label") from error


def _features(
    path: str | os.PathLike[str],
    header: list[str],
    targets: list[int],
    ignored: set[int],
    like: TableColumns | None,
) -> list[int]:
    """Return the columns that are features: all others, or those of the training."""
    if like is None:
        features = [i for i in range(len(header)) if i not in ignored and i not in targets]
        if not features:
            raise ThumbnetError(
                f"{path}: no feature is left among the columns {quoted(header)}: ignore fewer"
            )
        return features
    absent = [name for name in like.features if name not in header]
    if absent:
        raise ThumbnetError(
            f"{path}: no column {quoted(absent)}, the network was trained with "
            f"{quoted(like.features)}: add it, or rename the column that holds it"
        )
    return [header.index(name) for name in like.features]


def _read(table: Table, cells: Cells, features: list[int], targets: list[int]) -> list[list[str]]:
    """Fill in the cells, and return the texts of each label column."""
    values: list[list[str]] = [[] for _ in targets]
    for line, row in table.rows:
        for column, at in zip(values, targets, strict=True):
            column.append(sys.intern(row[at]))
        cells.add(line, [row[i] for i in features])
    return values


def _answers(
    path: str | os.PathLike[str],
    header: list[str],
    targets: list[int],
    values: list[list[str]],
    lines: list[int],
    task: Task,
    labels: Sequence[str] | None,
    table: Table,
    trained: bool,
) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Return (targets, names of the classes), or (numbers, None) for a regression."""
    form = table.numbers
    where = [f"{path}, column {header[i]!r}" for i in targets]
    if len(targets) > 1:
        if task == "classification" or labels is not None:
            raise ThumbnetError(
                f"{path}: several label columns are numbers to predict, not classes: name one"
            )
        each = [targets_of(v, lines, w, form) for v, w in zip(values, where, strict=True)]
        return np.stack(each, axis=1), None
    if labels is not None:
        task = "classification"
    elif task == "auto":
        task = task_of(values[0], where[0], lines, form)
    if task == "classification":
        return classes_of(values[0], lines, labels, path, header[targets[0]], trained)
    return targets_of(values[0], lines, where[0], form), None


def _check_guess(
    path: str | os.PathLike[str],
    guessed: str,
    values: Sequence[str],
    lines: NDArray[Any],
    texts: dict[str, tuple[str, ...]],
    table: Table,
) -> str:
    """Raise ThumbnetError if the last column is taken for the label, but another looks like it.

    Returns a notice if that is less likely: both may be classes.
    """
    if looks_like_label(guessed) or not texts:
        return ""
    other = next(iter(texts))
    task = task_of(values, f"{path}, column {guessed!r}", lines.tolist(), table.numbers)
    if task != "regression" or not is_number(values[0]):
        numbers = all(map(is_number, values[:100]))
        option = f"say --label {other!r} if that is the label"
        return f"the last column, {guessed!r}, is taken for the label: {option}" if numbers else ""
    raise ThumbnetError(
        f"{path}: which column is the label? The last one, {guessed!r}, holds numbers, and "
        f"{other!r} has the names {quoted(class_names(texts[other]))}: say --label {other!r} or "
        f"--label {guessed!r}"
    )


def _too_few(path: str | os.PathLike[str], rows: int, fewest: int) -> ThumbnetError:
    return ThumbnetError(
        f"{path}: {rows} rows below the header are too few: at least {fewest} are needed"
    )


def _notices(
    table: Table,
    about: TableColumns,
    options: TableOptions,
    dropped: int,
    unlabelled: int,
    guess: str,
) -> tuple[str, ...]:
    """Return what a user should know about how the table was read."""
    notices = [*table.notices, *([guess] if guess else [])]
    for count, what in ((dropped, "a missing value"), (unlabelled, "no label")):
        if count:
            rows, were = ("row", "was") if count == 1 else ("rows", "were")
            notices.append(f"{count:,} {rows} with {what} {were} left out")
    for name, mean in about.means.items():
        notices.append(f"missing values of {name!r} were taken as {mean}")
    for name in about.flags:
        notices.append(f"{name!r} is 1 for yes and 0 for no")
    for name, texts in about.texts.items():
        notices.append(f"{name!r} is an input for each of {quoted(texts)}")
    if options.ignore:
        notices.append(f"left out: {quoted(list(options.ignore))}")
    return tuple(notices)
