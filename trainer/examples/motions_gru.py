"""What is the wearer of a smartwatch doing? A recurrent network that remembers five seconds.

BasicMotions: acceleration and rotation, 10 samples a second, in whole hundredths. 40 recordings of
ten seconds to train on, 40 others to test with. A decision for each second, of the last five; of a
recording the most frequent one.

Why a GRU: five runs each in PyTorch, with these windows and as many epochs; on average right, of 40
recordings, and of the windows:

    SimpleRNN(8)    164 parameters   27.4   67.0 %
    SimpleRNN(24)   868              37.2   87.8 %
    LSTM(4)         212              38.0   93.5 %
    LSTM(8)         548              39.4   97.2 %
    LSTM(16)      1,604              39.0   97.1 %
    GRU(4)          164              39.6   97.2 %
    GRU(8)          420              40.0   99.1 %
    GRU(16)       1,220              40.0   99.4 %
"""

from __future__ import annotations

from thumbnet.trainer import (
    GRU,
    Dense,
    Normalization,
    Sequential,
)

from .common import TrainedExample
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
    main()
