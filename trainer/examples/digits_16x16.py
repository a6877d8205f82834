"""Handwritten digits in 16 x 16 pixels from -1 to 1: a network of tanh units.

The images are the shipped ones of 8 x 8 pixels, enlarged. Every output unit says +1 for its own
digit and -1 for the others.
"""

from __future__ import annotations

import numpy as np

from thumbnet.tools.terminal.text_art import draw_image, side_by_side
from thumbnet.trainer import (
    Adam,
    Dataset,
    Dense,
    InputSpec,
    Sequential,
    load_digits,
    resize_bilinear,
    train_test_split,
)

from .common import TrainedExample, accuracy, prove, report

HIDDEN = 32


def larger_digits() -> Dataset:
    """Return the shipped digits as (1797, 256) float32 from -1 to 1."""
    digits = load_digits()
    x = resize_bilinear(digits.x.reshape(-1, 8, 8), (16, 16)).reshape(-1, 256) / 8 - 1
    # Bilinear weights are sixteenths and ink has 16 steps, so every pixel is a multiple of 1/128.
    spec = InputSpec((256,), resolution=1 / 128, minimum=-1.0, maximum=1.0)
    return Dataset(x, digits.y, digits.labels, spec, "digits 16x16", image_shape=(16, 16))


def train(seed: int = 0, epochs: int = 30) -> TrainedExample:
    training, test = train_test_split(larger_digits(), test_size=0.2, seed=seed)
    model = Sequential(
        [Dense(HIDDEN, activation="tanh"), Dense(10, activation="tanh")],
        name="digits_16x16",
        seed=seed,
    )
    model.build((256,))
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(Adam(0.002), "mse")
    model.fit(training.x, 2 * np.eye(10)[training.y] - 1, batch_size=32, epochs=epochs)
    facts = {
        "train_accuracy": accuracy(model, training.x, training.y),
        "test_accuracy": accuracy(model, test.x, test.y),
    }
    return TrainedExample(model, training.x, test.x, test.y, facts)


def main() -> None:
    example = train()
    print(example.model.summary())
    print(
        f"\n{example.facts['test_accuracy']:.2%} of {len(example.test_y)} unseen digits are right."
    )
    print("Three of them, and what the network says:\n")
    three = example.test_x[[int(np.argmax(example.test_y == digit)) for digit in (3, 6, 9)]]
    print(side_by_side([draw_image(image.reshape(16, 16), -1, 1) for image in three]))
    print("   ".join(f"{k:^32}" for k in example.model.predict_classes(three)))
    print(report(prove(example, "digits_16x16")))


if __name__ == "__main__":
    main()
