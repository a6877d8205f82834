"""MNIST with 16 hidden neurons: 12,730 parameters that read handwriting."""

from __future__ import annotations

from thumbnet.trainer import (
    Adam,
    Dataset,
    Dense,
    LearningRateScheduler,
    Rescaling,
    Sequential,
    l2,
    load_mnist,
)

from .common import TrainedExample, accuracy, prove, report, run

EPOCHS = 15
RATE = 0.005


def train(
    seed: int = 0, data: tuple[Dataset, Dataset] | None = None, epochs: int = EPOCHS
) -> TrainedExample:
    training, test = data or load_mnist()
    # With so few neurons none may die, hence leaky_relu; a little l2 prevents overfitting.
    hidden = Dense(16, activation="leaky_relu", kernel_regularizer=l2(1e-4))
    scores = Dense(10, activation="softmax", kernel_regularizer=l2(1e-4))
    model = Sequential([Rescaling(1 / 255), hidden, scores], name="mnist_16", seed=seed)
    model.build((784,))
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(Adam(RATE), "sparse_categorical_crossentropy")
    # Large steps first, small ones to settle.
    slower = LearningRateScheduler(lambda epoch, rate: RATE * 0.85**epoch)
    model.fit(training.x, training.y, batch_size=128, epochs=epochs, callbacks=[slower])
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
    print(report(prove(example, "mnist_16", limit=500)))


if __name__ == "__main__":
    run(main)
