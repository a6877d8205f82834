"""Load any data set by name or by path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import ThumbnetError
from ..files.proposals import did_you_mean
from .csv_dataset import read_csv
from .dataset import Dataset
from .digits import load_digits
from .idx import idx_pairs, read_idx_pair
from .label_columns import Task
from .mnist import load_mnist
from .npz import read_npy, read_npz
from .splitting import train_test_split
from .table_options import TableColumns, TableOptions

DATASET_NAMES = ("digits", "mnist")
TABLES = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")
"""The suffixes of tables in text files."""
_OF_SENSORS = (*TABLES, ".log", ".json", ".cbor", ".zip")
_OF_SOUND = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".m4a")
_FROM_PANDAS = "save it as CSV: pandas.read_{}(PATH).to_csv('data.csv', index=False)"
_OTHERS = {
    **dict.fromkeys(
        (".xlsx", ".xls", ".xlsm", ".ods", ".numbers"),
        "is a spreadsheet, not read here: save the sheet as CSV",
    ),
    **{
        f".{suffix}": f"is {title}, not read here: " + _FROM_PANDAS.format(reader)
        for suffix, title, reader in (
            ("json", "JSON", "json"),
            ("parquet", "Parquet", "parquet"),
            ("feather", "Feather", "feather"),
            ("pkl", "a pickle", "pickle"),
            ("sas7bdat", "of SAS", "sas"),
            ("sav", "of SPSS", "spss"),
            ("dta", "of Stata", "stata"),
        )
    },
    **dict.fromkeys(
        (".jsonl", ".ndjson"),
        "is JSON, not read here: save it as CSV: pandas.read_json(PATH, lines=True).to_csv("
        "'data.csv', index=False)",
    ),
    **dict.fromkeys(
        (".arff", ".h5", ".hdf5", ".mat", ".db", ".sqlite", ".html", ".xml"),
        "is no text table: save it as CSV",
    ),
    ".zip": "is a zip archive: unpack it, and give the table in it; or say --window 100, if it has "
    "recordings of sensors",
}


def _joined(parts: list[Dataset], name: str) -> Dataset:
    """Return the examples of all parts in one data set."""
    largest = max(parts, key=lambda part: len(part.labels or ()))
    if len({part.x.shape[1:] for part in parts}) > 1:
        raise ThumbnetError(f"{name}: the files in this folder hold pictures of different sizes")
    x, y = (np.concatenate([getattr(part, axis) for part in parts]) for axis in "xy")
    return replace(largest, x=x, y=y, name=name)


def _has(folder: Path, suffixes: tuple[str, ...]) -> bool:
    """Whether there are files of a kind, in it or below it."""
    return any(file.suffix.lower() in suffixes for file in folder.rglob("*"))


def _idx_parts(path: Path) -> list[Dataset]:
    """Return the data sets of an IDX folder, or of the pair that an IDX file belongs to."""
    folder = path if path.is_dir() else path.parent
    pairs = idx_pairs(folder)
    if not path.is_dir():
        pairs = {name: pair for name, pair in pairs.items() if path in pair}
    if not pairs and path.is_dir() and not any(path.iterdir()):
        raise ThumbnetError(
            f"{path}: the folder is empty: put recordings or sounds into it, with a folder for "
            f"each label, such as {path.resolve().name}/walk/1.csv"
        )
    if not pairs and path.is_dir() and _has(path, _OF_SOUND):
        raise ThumbnetError(
            f"{path}: a folder of sounds is learnt with --sound (see `thumbnet train --help`)"
        )
    if not pairs and path.is_dir() and _has(path, _OF_SENSORS):
        raise ThumbnetError(
            f"{path}: a folder of recordings is cut into windows: say how long they are, in "
            "samples, with --window 100 (see `thumbnet train --help`)"
        )
    if not pairs:
        raise ThumbnetError(
            f"{path}: no pair of IDX files here: expected NAME-images... and NAME-labels... "
            "such as train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz"
        )
    return [read_idx_pair(images, labels, name) for name, (images, labels) in pairs.items()]


def _parts(
    name_or_path: str | os.PathLike[str],
    label: str | Sequence[str] | None,
    task: Task = "auto",
    options: TableOptions | None = None,
    like: TableColumns | None = None,
    inputs: int | None = None,
) -> list[Dataset]:
    """Return [all data] of a name or path, or [train, test] if it comes with that split."""
    path, text = Path(name_or_path), str(name_or_path)
    suffix = path.suffix.lower()
    if text not in DATASET_NAMES and not path.is_dir() and suffix in TABLES:
        return [
            read_csv(path, label, task, options=options or TableOptions(), like=like, inputs=inputs)
        ]
    if suffix == ".gz" and Path(path.stem).suffix.lower() in TABLES and path.is_file():
        raise ThumbnetError(f"{text}: is packed: unpack it first, as with `gunzip {path.name}`")
    if suffix in _OTHERS and path.is_file():
        raise ThumbnetError(f"{text}: {_OTHERS[suffix]}")
    if options not in (None, TableOptions()):
        raise ThumbnetError(
            f"{text}: --ignore, --missing, --na, --names, --decimal and --group are for CSV files, "
            "not here"
        )
    if label is not None:
        raise ThumbnetError(f"{text}: a label column can be chosen in CSV files only, not here")
    if task != "auto":
        raise ThumbnetError(f"{text}: a task can be chosen for CSV files only: leave --task out")
    if text == "digits":
        return [load_digits()]
    if text == "mnist":
        return list(load_mnist())
    if suffix == ".npz" and not path.is_dir():
        return [read_npz(path, trained=inputs is not None)]
    if suffix == ".npy" and path.is_file() and inputs is not None:
        return [read_npy(path)]
    if suffix == ".npy" and path.is_file():
        raise ThumbnetError(
            f"{text}: a single array has no labels: write both with "
            "numpy.savez_compressed('data.npz', x=..., y=...)"
        )
    if path.is_dir() or suffix == ".gz" or "idx" in path.name:
        if not path.exists():
            raise ThumbnetError(f"{text}: no such file: check the name and the folder")
        return _idx_parts(path)
    hint = did_you_mean(text, DATASET_NAMES, "give a .csv, a .npz or IDX files")
    if path.exists():
        raise ThumbnetError(
            f"{text}: cannot tell what kind of data this is: if it is a table of text, rename it "
            f"to {path.stem}.csv; otherwise give a .csv, a .npz or IDX files"
        )
    raise ThumbnetError(f"no data set {text!r}: use 'digits', 'mnist' or a file: {hint}")


def load_dataset(
    name_or_path: str | os.PathLike[str],
    label: str | Sequence[str] | None = None,
    task: Task = "auto",
    options: TableOptions | None = None,
    like: TableColumns | None = None,
    inputs: int | None = None,
) -> Dataset:
    """Load a data set by name or by path.

    Parameters
    ----------
    name_or_path : str or path
        "digits", "mnist", a `.csv`, a `.npz`, an IDX file or a folder of them.
    label, task
        The label column of a CSV file and what it is for; see `read_csv`.
    options, like
        How a CSV file is read, and what its columns mean; see `read_csv`.
    inputs : int, optional
        What a trained network takes: the rows for it may come without answers, also as a `.npy`.

    Returns
    -------
    Dataset
        For "mnist" and a folder with several pairs, all examples, those for training first;
        `load_split` keeps them apart.

    Raises
    ------
    ThumbnetError
        If the name is unknown, and as the reader of the file does.
    """
    parts = _parts(name_or_path, label, task, options, like, inputs)
    return parts[0] if len(parts) == 1 else _joined(parts, parts[0].name)


def load_split(
    name_or_path: str | os.PathLike[str],
    label: str | Sequence[str] | None = None,
    test_size: float = 0.2,
    seed: int = 0,
    task: Task = "auto",
    options: TableOptions | None = None,
) -> tuple[Dataset, Dataset]:
    """Load a data set as training and test examples.

    Parameters
    ----------
    name_or_path, label, task, options
        As for `load_dataset`.
    test_size, seed
        As for `train_test_split`.

    Returns
    -------
    train, test : Dataset
        The data set's own split (MNIST), or that of `train_test_split`.

    Raises
    ------
    ThumbnetError
        As `load_dataset` and `train_test_split`.
    """
    parts = _parts(name_or_path, label, task, options)
    if len(parts) == 2:
        return parts[0], parts[1]
    data = parts[0] if len(parts) == 1 else _joined(parts, parts[0].name)
    return train_test_split(data, test_size=test_size, seed=seed)
