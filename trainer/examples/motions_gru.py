"""What is the wearer of a smartwatch doing? A recurrent network that remembers five seconds.

BasicMotions: acceleration and rotation, 10 samples a second, in whole hundredths. 40 recordings of
ten seconds to train on, 40 others to test with. The network decides every second, about the last
five seconds; a recording gets its most frequent decision.

Why a GRU? It is more accurate than an LSTM with as many units, at three quarters of its bytes; see
`python -m thumbnet.trainer.benchmark_cells`.
"""

from __future__ import annotations

from thumbnet.trainer import (
    GRU,
    Dense,
    Normalization,
    Sequential,
)

from .common import TrainedExample, run
from .recorded import Motions, fitted, motions, story

EPOCHS = 40


def train(seed: int = 0, data: Motions | None = None) -> TrainedExample:
    data = data or motions()
    model = Sequential(
        [
            Normalization().adapt(data.train.x),
            GRU(8),
            Dense(4, "softmax"),
        ],
        name="motions_gru",
        seed=seed,
    )
    return fitted(model, data, EPOCHS)


def main() -> None:
    data = motions()
    story(train(data=data), data)


if __name__ == "__main__":
    run(main)
