"""MNIST with three small convolutions: a network of 3.4 KB with 51,000 products per image.

Convolutions of 8, 12 and 18 filters, 3x3, each with a stride of 2, then the mean of each filter and
a dense layer: the same network as in the MNIST example of emlearn-micropython. BatchNormalization
is folded away at export; without it, the same training ends at 97.8 %.
"""

from __future__ import annotations

from thumbnet.trainer import (
    Activation,
    Adam,
    BatchNormalization,
    Conv2D,
    Dataset,
    Dense,
    GlobalAveragePooling2D,
    Layer,
    OneCycle,
    RandomShift,
    Rescaling,
    Sequential,
    load_mnist,
)

from .common import TrainedExample, accuracy, pictures, prove, report, run, size_report

FILTERS = (8, 12, 18)
EPOCHS = 12
RATE = 0.02


def network(seed: int) -> Sequential:
    # The position of a digit means nothing: shifts by a pixel multiply the 60,000 images.
    layers: list[Layer] = [Rescaling(1 / 255), RandomShift(1)]
    for filters in FILTERS:
        # Without a bias: the normalization after it has one.
        conv = Conv2D(filters, 3, strides=2, use_bias=False, kernel_initializer="he_uniform")
        layers += [conv, BatchNormalization(momentum=0.9), Activation("relu")]
    layers += [GlobalAveragePooling2D(), Dense(10, "softmax")]
    return Sequential(layers, name="mnist_conv", seed=seed)


def train(
    seed: int = 0, data: tuple[Dataset, Dataset] | None = None, epochs: int = EPOCHS
) -> TrainedExample:
    training, test = map(pictures, data or load_mnist())
    model = network(seed)
    model.build(training.x.shape[1:])
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(Adam(), "sparse_categorical_crossentropy")
    model.fit(training.x, training.y, batch_size=64, epochs=epochs, callbacks=[OneCycle(RATE)])
    facts = {"params": model.count_params(), "test_accuracy": accuracy(model, test.x, test.y)}
    return TrainedExample(model, training.x[:2000], test.x, test.y, facts)


def main() -> None:
    example = train()
    print(example.model.summary())
    print(f"\ntest {example.facts['test_accuracy']:.2%}")
    proof = prove(example, "mnist_conv", limit=200, board="unix")
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
