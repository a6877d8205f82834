"""What is the wearer of a smartwatch doing? Convolutions over five seconds of its sensors.

BasicMotions: acceleration and rotation, 10 samples a second, in whole hundredths. 40 recordings of
ten seconds to train on, 40 others to test with. The network decides every second, about the last
five seconds; a recording gets its most frequent decision.
"""

from __future__ import annotations

from thumbnet.trainer import (
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    Normalization,
    Sequential,
)

from .common import TrainedExample, run
from .recorded import Motions, fitted, motions, story

EPOCHS = 20


def train(seed: int = 0, data: Motions | None = None) -> TrainedExample:
    data = data or motions()
    model = Sequential(
        [
            Normalization().adapt(data.train.x),
            Conv1D(8, 5, strides=2, activation="relu", kernel_initializer="he_uniform"),
            Conv1D(12, 5, strides=2, activation="relu", kernel_initializer="he_uniform"),
            GlobalAveragePooling1D(),
            Dense(4, "softmax"),
        ],
        name="motions_conv",
        seed=seed,
    )
    return fitted(model, data, EPOCHS)


def main() -> None:
    data = motions()
    story(train(data=data), data)


if __name__ == "__main__":
    run(main)
