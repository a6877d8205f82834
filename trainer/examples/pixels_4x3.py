"""Zero or one, drawn in 4 x 3 black-and-white pixels: a network of 12-3-2 sigmoid units.

The 64 images are made here: a few shapes, and those shapes with one wrong pixel. Drawing the
weights of the three hidden neurons shows what they look for.
"""

from __future__ import annotations

import numpy as np

from thumbnet.tools.terminal.text_art import draw_image, side_by_side
from thumbnet.trainer import Adam, Dense, InputSpec, Sequential

from .common import Array, TrainedExample, accuracy, prove, report

SHAPE = (4, 3)
# Rows from top to bottom; those in the first line also come with each pixel flipped in turn.
ZEROS = (
    ("111101101111", "010101101010"),
    ("111101111000 000111101111 011101101110 110101101011 010101010000 000010101010"),
)
ONES = (
    ("010010010010", "001001001001"),
    ("010010010111 010110010111 110010010111 001010010100 001001010010 100010010001"),
)


def pictures() -> tuple[Array, Array]:
    """Return all 64 images: x (64, 12) of 0 and 1, and what they show, y (64,)."""
    drawn: list[list[int]] = []
    for with_flips, as_they_are in (ZEROS, ONES):
        for bits in with_flips:
            shape = [int(bit) for bit in bits]
            drawn.append(shape)
            drawn += [[bit ^ (i == k) for i, bit in enumerate(shape)] for k in range(12)]
        drawn += [[int(bit) for bit in bits] for bits in as_they_are.split()]
    return np.array(drawn, dtype=np.uint8), np.repeat([0, 1], 32)


def train(seed: int = 0) -> TrainedExample:
    x, y = pictures()
    model = Sequential(
        [Dense(3, activation="sigmoid"), Dense(2, activation="sigmoid")], name="pixels", seed=seed
    )
    model.build((12,))
    model.labels = ("0", "1")
    model.input_spec = InputSpec((12,), minimum=0.0, maximum=1.0)
    model.compile(Adam(0.05), "binary_crossentropy")
    model.fit(x, np.eye(2)[y], batch_size=16, epochs=400)
    facts = {
        "accuracy": accuracy(model, x, y),
        "right": int(np.sum(model.predict_classes(x) == y)),
        "weights": np.asarray(model.get_weights()[0]).T.reshape(3, *SHAPE),
    }
    return TrainedExample(model, x, x, y, facts)


def weight_pictures(weights: Array) -> str:
    """Draw the hidden neurons' weights (3, 4, 3) side by side: dark is for, light is against."""
    most = float(np.abs(weights).max())
    return side_by_side([draw_image(w, -most, most) for w in weights], gap="  |  ")


def main() -> None:
    example = train()
    print("Two of the zeros and two of the ones:\n")
    print(
        side_by_side([draw_image(example.test_x[i].reshape(SHAPE), 0, 1) for i in (0, 15, 32, 50)])
    )
    print(f"\n{example.facts['right']} of 64 pictures are right.")
    print("\nWhat each hidden neuron looks for (dark: for, light: against):\n")
    print(weight_pictures(example.facts["weights"]))
    print(report(prove(example, "pixels")))


if __name__ == "__main__":
    main()
