"""Random splits of a data set into training and test examples."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from .dataset import Dataset


def _stratified_counts(class_sizes: Array, total: int) -> Array:
    """Distribute `total` test examples among classes by largest remainder; one of each stays."""
    ideal = class_sizes * (total / class_sizes.sum())
    most = np.maximum(class_sizes - 1, 0)
    counts: Array = np.minimum(np.floor(ideal).astype(np.int64), most)
    by_remainder = np.argsort(counts - ideal, kind="stable")
    while (missing := total - int(counts.sum())) > 0:
        below = [int(c) for c in by_remainder if counts[c] < most[c]]
        if not below:
            break
        counts[below[:missing]] += 1
    return counts


_TRIES = 50


def _by_group(data: Dataset, groups: Array, test_size: float, seed: int) -> tuple[Dataset, Dataset]:
    """Hold out whole groups: about as many rows as asked for, and every class stays in train."""
    random = np.random.default_rng(seed)
    share = test_size if test_size < 1 else test_size / len(data)
    each = np.unique(groups)
    held = max(1, round(share * len(each)))
    for _ in range(_TRIES if held < len(each) else 0):
        out = np.isin(groups, random.permutation(each)[:held])
        if not data.is_classification or {*data.y[~out]} == {*data.y}:
            order = random.permutation(len(data))
            return data.take(order[~out[order]]), data.take(order[out[order]])
    raise ThumbnetError(
        f"cannot hold out some of {len(each)} groups with each class left to train on: bring more "
        "groups, or leave out --group"
    )


def train_test_split(
    data: Dataset, test_size: float = 0.2, seed: int = 0, stratify: bool = True
) -> tuple[Dataset, Dataset]:
    """Split a data set at random into training and test examples, both shuffled.

    Parameters
    ----------
    data : Dataset
        What to split.
    test_size : float or int
        The share of examples to hold out, between 0 and 1, or their number.
    seed : int
        The same seed gives the same split.
    stratify : bool
        Classification only: every class keeps its share in both parts (to one example), and at
        least one example of every class stays in train. With `data.groups`, whole groups are held
        out instead.

    Returns
    -------
    train, test : Dataset

    Raises
    ------
    ThumbnetError
        If one of the parts would be empty.
    """
    if data.groups is not None:
        return _by_group(data, data.groups, test_size, seed)
    n = len(data)
    as_count = isinstance(test_size, int | np.integer) and not isinstance(test_size, bool)
    if not as_count and not 0 < test_size < 1:
        raise ThumbnetError(
            f"test_size is {test_size}: give a share between 0 and 1, such as 0.2, or a count"
        )
    count = int(test_size) if as_count else round(n * float(test_size))
    if not 0 < count < n:
        raise ThumbnetError(
            f"cannot hold out {count} of {n} examples: both parts need at least one, "
            "change test_size or bring more data"
        )
    random = np.random.default_rng(seed)
    order = random.permutation(n)
    if not (stratify and data.is_classification):
        return data.take(order[count:]), data.take(order[:count])
    assert data.labels is not None
    shuffled = data.y[order]
    counts = _stratified_counts(np.bincount(shuffled, minlength=len(data.labels)), count)
    held_out = np.zeros(n, dtype=bool)
    for index, of_class in enumerate(counts):
        held_out[np.flatnonzero(shuffled == index)[:of_class]] = True
    if not held_out.any():
        raise ThumbnetError(
            f"cannot hold out {count} of {n} examples with one of each class left to train on: "
            "bring more data, or pass stratify=False"
        )
    return data.take(order[~held_out]), data.take(order[held_out])
