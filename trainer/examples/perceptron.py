"""One neuron with a step: McCulloch and Pitts set its weights by hand, Rosenblatt let it learn."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import Dense, InputSpec, Perceptron, Sequential

from .common import Array, TrainedExample, prove, report

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
XOR = np.array([-1, 1, 1, -1])


def mcculloch_pitts(threshold: float) -> Sequential:
    """Return a neuron of two inputs with weight 1, which fires if their sum reaches `threshold`."""
    neuron = Dense(1, activation="step")
    model = Sequential([neuron], name="mcculloch_pitts")
    model.build((2,))
    neuron.set_weights([[[1.0], [1.0]], [-threshold]])
    model.labels = ("0", "1")
    model.input_spec = InputSpec((2,), minimum=0.0, maximum=1.0)
    return model


def separable(seed: int, n: int = 200) -> tuple[Array, Array]:
    """Return points (n, 2) in a square and their side, -1 or +1, of a line with a gap around it."""
    random = np.random.default_rng(seed)
    x = np.round(random.uniform(-10, 10, (4 * n, 2)), 1)
    distance = (x @ np.array([2.0, -1.0]) + 3) / np.sqrt(5)
    x, distance = x[np.abs(distance) > 0.5][:n], distance[np.abs(distance) > 0.5][:n]
    return x, np.where(distance > 0, 1, -1)


def train(seed: int = 0) -> TrainedExample:
    x, y = separable(seed)
    learner = Perceptron(seed=seed).fit(x[:150], y[:150])
    on_xor = Perceptron(max_iter=100, seed=seed).fit(CORNERS, XOR)
    learner.model.input_spec = InputSpec((2,), resolution=0.1, minimum=-10.0, maximum=10.0)
    facts = {
        "and": mcculloch_pitts(1.5).predict_classes(CORNERS),
        "or": mcculloch_pitts(0.5).predict_classes(CORNERS),
        "weights": learner.coef_[0],
        "bias": float(learner.intercept_[0]),
        "passes": learner.n_iter_,
        "separated": learner.converged_,
        "train_accuracy": learner.score(x[:150], y[:150]),
        "test_accuracy": learner.score(x[150:], y[150:]),
        "xor_separated": on_xor.converged_,
        "xor_accuracy": on_xor.score(CORNERS, XOR),
        "xor_passes": on_xor.n_iter_,
    }
    # The board answers with an index into the labels -1 and +1.
    return TrainedExample(learner.model, x[:150], x[150:], (y[150:] + 1) // 2, facts)


def main() -> None:
    example = train()
    facts = example.facts
    print("A neuron of McCulloch and Pitts, with weights 1 and 1:\n\n a b   and (1.5)  or (0.5)")
    for (a, b), both, either in zip(CORNERS, facts["and"], facts["or"], strict=True):
        print(f" {a:.0f} {b:.0f}       {both}         {either}")
    first, second = facts["weights"]
    print(f"\nA perceptron separated 150 points without a mistake in {facts['passes']} passes:")
    print(f"    {first:+.1f} x {second:+.1f} y {facts['bias']:+.1f} >= 0 is +1")
    print(f"and puts {facts['test_accuracy']:.0%} of 50 new points on the right side.")
    print(
        f"\nXOR: after {facts['xor_passes']} passes still mistakes, so no line was found (none is"
    )
    print(f"there); the best weights met on the way get {facts['xor_accuracy']:.0%} right.")
    print(report(prove(example, "perceptron")))


if __name__ == "__main__":
    main()
