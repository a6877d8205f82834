"""Digits that nobody wrote: two networks learn against each other, and one draws on a board.

A conditional generative adversarial network (Goodfellow et al. 2014, Mirza and Osindero 2014). The
generator reads 16 random bytes and which digit to draw, and answers with an image of 8 x 8 pixels.
The discriminator reads an image and which digit it should show, and says how likely it is a scanned
one. They learn in turns, the generator by the gradient that comes through the discriminator. Both
minimize the binary cross-entropy.

Three figures say how good the drawings are. A network that was trained on scanned digits should
read in them the digit that was asked for. One that was trained on drawings alone should read
scanned digits. And the drawings of one digit should differ from each other as scanned ones do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thumbnet.export import Program
from thumbnet.tools.terminal.text_art import draw_image, side_by_side
from thumbnet.trainer import (
    Adam,
    Concatenate,
    Dataset,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputSpec,
    Model,
    Rescaling,
    Reshape,
    Sequential,
    load_digits,
    train_test_split,
)

from .common import Array, TrainedExample, accuracy, prove, report, run, size_report

SIDE = 8
PIXELS = SIDE * SIDE
DIGITS = 10
NOISE = 16
WISH = NOISE + DIGITS
HIDDEN, JUDGES = 48, 128
EPOCHS = 100
BATCH = 64
DRAWINGS = 200
# A target below 1 keeps the discriminator from being too sure to teach anything.
SCANNED, DRAWN = 0.9, 0.0
INK = 16.0


@dataclass(frozen=True)
class Adversaries:
    """Three models of the same layers: `both` is the discriminator behind the generator."""

    generator: Sequential
    discriminator: Sequential
    both: Model


def adversaries(seed: int = 0, dropout: float = 0.3) -> Adversaries:
    draw = [
        # Noise from -1 to 1: from 0 to 1, it made drawings of one digit that were nearly the same.
        Rescaling(1 / 127.5, -1, name="scaled"),
        Dense(HIDDEN, "relu", name="draft"),
        Dense(PIXELS, "sigmoid", name="drawing"),
    ]
    judge = [
        Dense(JUDGES, "leaky_relu", name="look"),
        Dropout(dropout, name="dropout"),
        Dense(1, "sigmoid", name="verdict"),
    ]
    wish = drawn = Input((WISH,))
    for layer in draw:
        drawn = layer(drawn)
    # The discriminator reads the same wish, without the noise.
    subject = Rescaling([0] * NOISE + [1 / 255] * DIGITS, name="subject")(wish)
    verdict = Concatenate(name="submission")([drawn, subject])
    for layer in judge:
        verdict = layer(verdict)
    both = Model(wish, verdict, name="both", seed=seed)
    generator = Sequential([*draw, Reshape((SIDE, SIDE))], name="generator", seed=seed)
    generator.build((WISH,))
    generator.input_spec = InputSpec((WISH,), minimum=0, maximum=255)
    discriminator = Sequential(judge, name="discriminator", seed=seed)
    discriminator.build((PIXELS + WISH,))
    for model in (both, discriminator):
        model.compile(Adam(0.001, beta_1=0.5), "binary_crossentropy")
    return Adversaries(generator, discriminator, both)


def wishes(digits: Array, random: np.random.Generator) -> Array:
    """Return what the generator reads for these digits: random bytes, and 255 at the digit."""
    noise = random.integers(0, 256, (len(digits), NOISE))
    return np.hstack([noise, 255 * np.eye(DIGITS)[digits]]).astype(np.uint8)


def submissions(images: Array, wish: Array) -> Array:
    """Return what the discriminator reads for these images, as `both` makes it of drawings."""
    subject = wish / 255 * (np.arange(WISH) >= NOISE)
    return np.hstack([images.reshape(len(images), -1), subject])


def train_turn(
    nets: Adversaries, images: Array, digits: Array, random: np.random.Generator
) -> None:
    """Train the discriminator on scanned images and as many drawings, then the generator."""
    wish = wishes(digits, random)
    read = np.vstack([submissions(images, wish), submissions(nets.generator.predict(wish), wish)])
    truth = np.repeat([[SCANNED], [DRAWN]], len(images), axis=0)
    nets.discriminator.train_on_batch(read, truth)
    goal = np.ones((len(images), 1))
    nets.both.train_on_batch(wishes(digits, random), goal, nets.generator.trainable_variables)


def reader(x: Array, y: Array, seed: int = 0) -> Sequential:
    """Return a network that reads digits in images from 0 to 1."""
    model = Sequential([Flatten(), Dense(64, "relu"), Dense(DIGITS, "softmax")], seed=seed)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=40)
    return model


def spread(images: Array, digits: Array) -> float:
    """Return the standard deviation of a pixel among images of one digit, the mean of all."""
    each = [images[digits == digit].std(axis=0).mean() for digit in range(DIGITS)]
    return float(np.mean(each))


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
    wanted, many = np.arange(DRAWINGS) % DIGITS, np.arange(len(images)) % DIGITS
    test_x, train_x = wishes(wanted, random), wishes(many, random)
    critic = reader(images, training.y)
    drawings, enough = nets.generator.predict(test_x), nets.generator.predict(train_x)
    facts = {
        "wanted": wanted,
        "critic": critic,
        "critic_accuracy": accuracy(critic, scans(test), test.y),
        "recognized": accuracy(critic, drawings, wanted),
        "taught_accuracy": accuracy(reader(enough, many), scans(test), test.y),
        "spread": spread(enough, many) / spread(images, training.y),
    }
    return TrainedExample(nets.generator, train_x, test_x, drawings, facts)


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
        f"One that has only seen drawings reads {facts['taught_accuracy']:.1%} of scanned digits.\n"
        f"Drawings of one digit differ by {facts['spread']:.0%} of what scanned ones do."
    )
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
