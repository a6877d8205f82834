"""XOR with two hidden neurons: the smallest problem that one neuron cannot learn.

A network of 2-2-1 sigmoid units can get stuck where gradients vanish. Like anyone who trains one by
hand, this example starts again with other weights until all four answers are right, and counts.
"""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import Adam, Dense, InputSpec, Sequential

from .common import Array, TrainedExample, accuracy, prove, report

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
Y = np.array([0, 1, 1, 0])
HAND_SET = np.array([[1, 1], [-0.5, -0.5]])
"""Weights of two hidden neurons, a row for each, under which XOR becomes separable."""


def hidden_values(weights: Array, x: Array) -> Array:
    """Return outputs (n, 2) of a layer of sigmoid units without bias, for weights (in, out)."""
    model = Sequential([Dense(2, activation="sigmoid", use_bias=False)])
    model.build((2,))
    model.set_weights([weights])
    return model.predict(x)


def network(seed: int) -> Sequential:
    model = Sequential(
        [Dense(2, activation="sigmoid"), Dense(1, activation="sigmoid")], name="xor", seed=seed
    )
    model.build((2,))
    model.labels = ("equal", "different")
    model.input_spec = InputSpec((2,), names=("a", "b"), minimum=0.0, maximum=1.0)
    return model


def train(seed: int = 0, attempts: int = 20) -> TrainedExample:
    for attempt in range(1, attempts + 1):
        model = network(seed=1000 * seed + attempt)
        model.compile(Adam(0.1), "binary_crossentropy")
        model.fit(X, Y, batch_size=4, epochs=800, shuffle=False)
        if np.all(np.abs(model.predict(X)[:, 0] - Y) < 0.1):
            break
    facts = {
        "attempts": attempt,
        "accuracy": accuracy(model, X, Y),
        "outputs": model.predict(X)[:, 0],
        "hidden": hidden_values(HAND_SET.T, X),
    }
    return TrainedExample(model, X, X, Y, facts)


def main() -> None:
    example = train()
    print("XOR is not separable by a line: two hidden neurons move the points until it is.")
    print(f"With weights {HAND_SET.tolist()} and no bias they would stand at:\n")
    for (a, b), (first, second) in zip(X, example.facts["hidden"], strict=True):
        print(f" {a:.0f} {b:.0f}   ({first:.2f}, {second:.2f})")
    print("\nWith weights found by training:\n")
    print(" a b   output  wanted")
    for (a, b), output, wanted in zip(X, example.facts["outputs"], Y, strict=True):
        print(f" {a:.0f} {b:.0f}   {output:6.3f}  {wanted}")
    print(f"\nlearned at attempt {example.facts['attempts']}")
    print(report(prove(example, "xor")))


if __name__ == "__main__":
    main()
