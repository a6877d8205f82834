"""MNIST with 512 hidden neurons: the classic 784-512-10 with relu, softmax and RMSprop.

After F. Chollet, "Deep Learning with Python", chapter 2: batches of 128, five epochs.
"""

from __future__ import annotations

from thumbnet.trainer import Dataset, Dense, Rescaling, RMSprop, Sequential, load_mnist

from .common import TrainedExample, accuracy, prove, report, run


def train(
    seed: int = 0, data: tuple[Dataset, Dataset] | None = None, epochs: int = 5
) -> TrainedExample:
    training, test = data or load_mnist()
    model = Sequential(
        [Rescaling(1 / 255), Dense(512, activation="relu"), Dense(10, activation="softmax")],
        name="mnist_512",
        seed=seed,
    )
    model.build((784,))
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(RMSprop(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(training.x, training.y, batch_size=128, epochs=epochs)
    facts = {
        "params": model.count_params(),
        "train_accuracy": accuracy(model, training.x, training.y),
        "test_accuracy": accuracy(model, test.x, test.y),
    }
    return TrainedExample(model, training.x[:2000], test.x, test.y, facts)


def main() -> None:
    example = train()
    print(example.model.summary())
    facts = example.facts
    print(f"\ntraining {facts['train_accuracy']:.2%}, test {facts['test_accuracy']:.2%}")
    print(report(prove(example, "mnist_512", limit=100, board="unix")))


if __name__ == "__main__":
    run(main)
