"""What is the wearer of a smartwatch doing? A small Transformer that looks at five seconds at once.

BasicMotions, as in `motions_gru`: 40 recordings to train on, 40 others to test with. A convolution
turns the 50 samples of a window into ten tokens of half a second each. In one block, two heads of
attention compare each token with all others, and two layers of 32 and 16 units follow for each
token; their mean is classified.
"""

from __future__ import annotations

from thumbnet.trainer import (
    Add,
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    Input,
    LayerNormalization,
    Model,
    MultiHeadAttention,
    Normalization,
    PositionEmbedding,
)

from .common import TrainedExample, run
from .recorded import WINDOW, Motions, fitted, motions, story

EPOCHS = 40

PATCH = 5
"""Samples of a token."""

WIDTH, HEADS, INSIDE = 16, 2, 32
"""Channels of a token, heads of attention, and channels between the two layers of a token."""


def train(seed: int = 0, data: Motions | None = None) -> TrainedExample:
    data = data or motions()
    x = Input(data.train.x.shape[1:])
    samples = Normalization().adapt(data.train.x)(x)
    tokens = Conv1D(WIDTH, PATCH, strides=PATCH)(samples)
    tokens = PositionEmbedding(WINDOW // PATCH, name="positions")(tokens)
    seen = MultiHeadAttention(HEADS, WIDTH // HEADS, name="attention")(tokens)
    tokens = LayerNormalization(name="normalized")(Add()([tokens, seen]))
    thought = Conv1D(WIDTH, 1)(Conv1D(INSIDE, 1, activation="relu")(tokens))
    tokens = LayerNormalization()(Add()([tokens, thought]))
    answer = Dense(4, "softmax")(GlobalAveragePooling1D()(tokens))
    model = Model(x, answer, name="motions_transformer", seed=seed)
    return fitted(model, data, EPOCHS)


def main() -> None:
    data = motions()
    story(train(data=data), data)


if __name__ == "__main__":
    run(main)
