"""Readings far from all others, such as the 65535 of a sensor that did not answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..datasets.table_warnings import outlying
from .recordings import Recording


def find_outliers(recordings: Sequence[Recording]) -> list[str]:
    """Describe readings that are further from all others than the others from each other.

    They would squeeze all other readings into few steps.

    Parameters
    ----------
    recordings : sequence of Recording
        With the same channels.

    Returns
    -------
    list of str
        A sentence for each channel and value.
    """
    found = []
    for k, name in enumerate(recordings[0].channels):
        for value, low, high in outlying(np.concatenate([one.values[:, k] for one in recordings])):
            at = [(one, np.flatnonzero(one.values[:, k] == value)) for one in recordings]
            one, rows = next((one, rows) for one, rows in at if rows.size)
            more = sum(rows.size for _, rows in at) - 1
            others = f" and {more:,} more" if more else ""
            found.append(
                f"{one.place(int(rows[0]))}{others}: {name!r} is {value:.9g}, but from {low:.6g} "
                f"to {high:.6g} elsewhere: if this is no reading, delete the row"
            )
    return found
