"""Digits read by a network so narrow that widths, calibrations and trainings differ."""

from __future__ import annotations

from functools import cache

import numpy as np

from thumbnet.trainer import (
    Adam,
    Dense,
    Model,
    Rescaling,
    Sequential,
    load_digits,
    train_test_split,
)

TRAIN, TEST = train_test_split(load_digits(), 0.4, seed=0)
RARE = np.concatenate([np.flatnonzero(TEST.y > 4), np.flatnonzero(TEST.y <= 4)[:40]])
"""Held-out rows of which those of five digits are few."""


@cache
def digits(quantize: str | None = None, curve: str = "relu") -> Model:
    """Narrow, so that four bits cost something, and its ranges have long tails."""
    hidden = [Dense(8, curve) for _ in range(3)]
    model = Sequential([Rescaling(1 / 16), *hidden, Dense(10, "softmax")], seed=0)
    model.compile(Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(TRAIN.x, TRAIN.y, batch_size=64, epochs=12, quantize=quantize)
    model.labels, model.input_spec = TRAIN.labels, TRAIN.input_spec
    return model
