"""Digits that nobody wrote: two networks learn against each other, and one of them draws on a board.

A generative adversarial network (Goodfellow et al. 2014). The generator reads 16 random bytes and
which digit to draw, and answers with an image of 8 x 8 pixels. The discriminator has an output for
each digit: how likely the image is a real one of that digit. It learns from scanned digits and
from the generator's, in turns with the generator, whose gradient comes through the discriminator.
Both minimize the binary cross-entropy.

Two figures say how good the drawings are. A network that was trained on scanned digits should read
in them the digit that was asked for. And a network that was trained on drawings alone should read
scanned digits: it cannot if the generator draws every digit in one way only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thumbnet.export import Program
from thumbnet.tools.terminal.text_art import draw_image, side_by_side
from thumbnet.trainer import (
    Adam,
    Dataset,
    Dense,
    Dropout,
    Flatten,
    InputSpec,
    Rescaling,
    Reshape,
    Sequential,
    load_digits,
    train_test_split,
)

from .common import Array, TrainedExample, accuracy, prove, report, run, size_report

SIDE = 8
DIGITS = 10
NOISE = 16
HIDDEN, JUDGES = 48, 128
EPOCHS = 30
BATCH = 64
DRAWINGS = 200
# A target below 1 keeps the discriminator from being too sure to teach anything.
REAL = 0.9
INK = 16.0


@dataclass(frozen=True)
class Adversaries:
    """Three models of the same layers: `both` is the discriminator behind the generator."""

    generator: Sequential
    discriminator: Sequential
    both: Sequential


def adversaries(seed: int = 0, dropout: float = 0.3) -> Adversaries:
    draws = [
        Rescaling(1 / 255),
        Dense(HIDDEN, "relu"),
        Dense(SIDE * SIDE, "sigmoid"),
        Reshape((SIDE, SIDE)),
    ]
    judges = [Flatten(), Dense(JUDGES, "leaky_relu"), Dropout(dropout), Dense(DIGITS, "sigmoid")]
    both = Sequential([*draws, *judges], name="both", seed=seed)
    both.build((NOISE + DIGITS,))
    generator = Sequential(draws, name="generator", seed=seed)
    generator.build((NOISE + DIGITS,))
    discriminator = Sequential(judges, name="discriminator", seed=seed)
    discriminator.build((SIDE, SIDE))
    for model in (both, discriminator):
        model.compile(Adam(0.001, beta_1=0.5), "binary_crossentropy")
    generator.input_spec = InputSpec((NOISE + DIGITS,), minimum=0, maximum=255)
    return Adversaries(generator, discriminator, both)


def one_hot(digits: Array) -> Array:
    return np.asarray(np.eye(DIGITS)[digits])


def wishes(digits: Array, random: np.random.Generator) -> Array:
    """Return what the generator reads for these digits: random bytes, and 255 at the digit."""
    noise = random.integers(0, 256, (len(digits), NOISE))
    return np.hstack([noise, 255 * one_hot(digits)]).astype(np.uint8)


def train_turn(
    nets: Adversaries, images: Array, digits: Array, random: np.random.Generator
) -> None:
    """Train both networks on one batch of scanned images, the discriminator first."""
    drawn = nets.generator.predict(wishes(digits, random))
    targets = np.vstack([REAL * one_hot(digits), np.zeros((len(digits), DIGITS))])
    nets.discriminator.train_on_batch(np.concatenate([images, drawn]), targets)
    variables = nets.generator.trainable_variables
    nets.both.train_on_batch(wishes(digits, random), one_hot(digits), variables)


def reader(x: Array, y: Array, seed: int = 0) -> Sequential:
    """Return a network that reads digits in images from 0 to 1."""
    model = Sequential([Flatten(), Dense(64, "relu"), Dense(DIGITS, "softmax")], seed=seed)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=40)
    return model


def scans(data: Dataset) -> Array:
    """Return the scanned images, from 0 to 1."""
    return np.asarray(data.x.reshape(-1, SIDE, SIDE) / INK)


def train(seed: int = 0, epochs: int = EPOCHS) -> TrainedExample:
    training, test = train_test_split(load_digits(), test_size=0.2, seed=0)
    random = np.random.default_rng(seed)
    nets, images = adversaries(seed), scans(training)
    for _ in range(epochs):
        order = random.permutation(len(images))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[at : at + BATCH]
            train_turn(nets, images[rows], training.y[rows], random)
    wanted = np.arange(DRAWINGS) % DIGITS
    test_x = wishes(wanted, random)
    critic = reader(images, training.y)
    drawings = nets.generator.predict(test_x)
    many = np.arange(len(images)) % DIGITS
    taught = reader(nets.generator.predict(wishes(many, random)), many)
    facts = {
        "wanted": wanted,
        "critic": critic,
        "critic_accuracy": accuracy(critic, scans(test), test.y),
        "recognized": accuracy(critic, drawings, wanted),
        "taught_accuracy": accuracy(taught, scans(test), test.y),
    }
    return TrainedExample(nets.generator, wishes(many, random), test_x, drawings, facts)


def recognized(example: TrainedExample, program: Program) -> float:
    """Return the share of the drawings of the integer network that show the wanted digit."""
    pixels = program.predict(example.test_x)
    return accuracy(example.facts["critic"], pixels / 255, example.facts["wanted"])


def main() -> None:
    example = train()
    facts = example.facts
    proof = prove(example, "generator")
    print(example.model.summary())
    print("\nThe integers draw, byte for byte as a board does:\n")
    drawings = proof.program.predict(example.test_x[:30]).reshape(6, 5, SIDE, SIDE)
    for row in drawings:
        print(side_by_side([draw_image(pixels, 0, 255) for pixels in row]), end="\n\n")
    print(
        f"A reader with {facts['critic_accuracy']:.1%} right on scanned digits sees the wanted one "
        f"in {recognized(example, proof.program):.1%}\n"
        f"of {DRAWINGS} drawings in integers, in {facts['recognized']:.1%} of those in float.\n"
        f"One that has only seen drawings has {facts['taught_accuracy']:.1%} of the scanned right."
    )
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
