"""Early stopping: which rows decide when training ends, and how long it waits for a better epoch.

The held-out rows only judge the result. The rows that decide are taken from those to train.
"""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import (
    Dataset,
    EarlyStopping,
    ThumbnetError,
    Windows,
    split_by_recording,
    train_test_split,
)

from .settings import TrainSettings

SHARE = 0.1
"""Of the rows to train, which decide when training ends."""
FEWEST = 300
"""Rows to train with below which none are spared: so few would decide by chance."""
_FEWEST_RECORDINGS = 5
_PATIENCE = 10
_SHARE_OF_EPOCHS = 5


def with_validation(train: Dataset, settings: TrainSettings) -> tuple[Dataset, Dataset | None]:
    """Return the rows to learn from, and those that decide when training ends.

    Parameters
    ----------
    train
        All rows to train with.
    settings
        Whether training may stop early. Training for rounded weights, which begins in floats, does
        not.

    Returns
    -------
    Dataset, Dataset or None
        None if there are too few rows, or training is not to stop early. Windows of one recording
        stay together.

    """
    if settings.patience == 0 or settings.quantize is not None:
        return train, None
    if isinstance(train, Windows):
        label_of = dict(zip(train.recording.tolist(), train.y.tolist(), strict=True))
        if min(np.bincount([*label_of.values()])) < _FEWEST_RECORDINGS:
            return train, None
        return split_by_recording(train, SHARE, settings.seed)
    if len(train) < FEWEST:
        return train, None
    try:
        return train_test_split(train, SHARE, settings.seed)
    except ThumbnetError:  # classes of single rows
        return train, None


def early_stopping(settings: TrainSettings) -> EarlyStopping:
    """Return what ends the training, with the weights of its best epoch."""
    patience = settings.patience or max(_PATIENCE, settings.epochs // _SHARE_OF_EPOCHS)
    return EarlyStopping("val_loss", patience, restore_best_weights=True)
