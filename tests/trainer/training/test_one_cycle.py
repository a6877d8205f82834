"""OneCycle: the learning rate batch by batch, also in a resumed run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from thumbnet.trainer import (
    SGD,
    Callback,
    Dense,
    ModelCheckpoint,
    OneCycle,
    Sequential,
    ThumbnetError,
)

X = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(int)


class Rates(Callback):
    """The rate that each batch is trained with; Ctrl-C in epoch `last`."""

    def __init__(self, last: int = 100) -> None:
        self.used: list[float] = []
        self.last = last

    def on_epoch_begin(self, epoch: int) -> None:
        self.next = self.model.require_compiled()[1].learning_rate

    def on_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self.used.append(self.next)
        self.next = self.model.require_compiled()[1].learning_rate
        if len(self.used) == 4 * self.last + 2:
            raise KeyboardInterrupt


def run(*more: Callback, rising: float = 0.2, **settings) -> tuple[Sequential, Rates, dict]:
    model = Sequential([Dense(8, "tanh"), Dense(2, "softmax")])
    model.compile(SGD(0.5, momentum=0.9), "sparse_categorical_crossentropy")
    rates = Rates()
    callbacks = [OneCycle(0.1, rising), rates, *more]
    history = model.fit(X, Y, batch_size=16, seed=3, callbacks=callbacks, **settings)
    return model, rates, history.history


def test_up_and_down() -> None:
    _, rates, history = run(epochs=5, rising=0.25)
    # Four batches an epoch, twenty in all.
    times = np.arange(1, 21) / 21
    assert rates.used == pytest.approx(np.interp(times, [0, 0.25, 1], [0, 0.1, 0]))
    assert 0.09 < max(rates.used) <= 0.1
    assert history["learning_rate"] == rates.used[3::4]


def test_a_resumed_run_goes_on(tmp_path: Path) -> None:
    whole, rates, history = run(epochs=6)
    path = tmp_path / "part.npz"
    with pytest.raises(KeyboardInterrupt):
        run(ModelCheckpoint(path), Rates(last=2), epochs=6)
    resumed, rest, both = run(epochs=6, resume_from=path)
    assert rest.used == rates.used[8:]
    assert both == history
    for a, b in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert_array_equal(a, b)


@pytest.mark.parametrize(("peak", "rising"), [(0, 0.2), (-1, 0.2), (0.1, 0), (0.1, 1)])
def test_refused(peak: float, rising: float) -> None:
    with pytest.raises(ThumbnetError) as caught:
        OneCycle(peak, rising)
    assert str(caught.value) == (
        f"OneCycle: peak is {peak} and rising {rising}: give a positive rate, and a share between "
        "0 and 1"
    )
