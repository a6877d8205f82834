"""MNIST as well as 32 KB of flash and 16 KB of RAM allow: 22,000 parameters, four convolutions.

Every image is shifted by up to two pixels, anew in each epoch. More than the size of the network,
that is what lifts it above 99 %.
"""

from __future__ import annotations

from thumbnet.trainer import (
    Activation,
    Adam,
    BatchNormalization,
    Conv2D,
    Dataset,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    Layer,
    OneCycle,
    RandomShift,
    Rescaling,
    Sequential,
    load_mnist,
)

from .common import TrainedExample, accuracy, pictures, prove, report, run, size_report

# Filters, pixels of the window, stride.
CONVOLUTIONS = ((12, 5, 2), (24, 3, 2), (32, 3, 1), (40, 3, 2))
EPOCHS = 15
BATCH = 64
RATE = 0.01


def network(seed: int) -> Sequential:
    layers: list[Layer] = [Rescaling(1 / 255), RandomShift(2)]
    for filters, width, stride in CONVOLUTIONS:
        # Without a bias: the normalization after it has one.
        conv = Conv2D(
            filters,
            width,
            strides=stride,
            padding="same",
            use_bias=False,
            kernel_initializer="he_uniform",
        )
        layers += [conv, BatchNormalization(momentum=0.9), Activation("relu")]
    layers += [GlobalAveragePooling2D(), Dropout(0.1), Dense(10, "softmax")]
    return Sequential(layers, name="mnist_small", seed=seed)


def train(
    seed: int = 0,
    data: tuple[Dataset, Dataset] | None = None,
    epochs: int = EPOCHS,
    quantize: str | None = None,
) -> TrainedExample:
    """Train; quantize: "int8" or "int4", the width that training prepares for, see `fit`."""
    training, test = map(pictures, data or load_mnist())
    model = network(seed)
    model.build(training.x.shape[1:])
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(Adam(), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(
        training.x,
        training.y,
        batch_size=BATCH,
        epochs=epochs,
        callbacks=[OneCycle(RATE)],
        quantize=quantize,
    )
    facts = {"params": model.count_params(), "test_accuracy": accuracy(model, test.x, test.y)}
    return TrainedExample(model, training.x[:2000], test.x, test.y, facts)


def main() -> None:
    example = train()
    print(example.model.summary())
    print(f"\ntest {example.facts['test_accuracy']:.2%}")
    proof = prove(example, "mnist_small", limit=200, board="unix")
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
