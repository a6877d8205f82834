"""Logistic regression is a network of one layer: the perceptron's line, with a probability."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import InputSpec, LogisticRegression

from .common import TrainedExample, prove, report
from .perceptron import CORNERS, XOR, separable


def train(seed: int = 0) -> TrainedExample:
    x, y = separable(seed)
    learner = LogisticRegression(C=1000).fit(x[:150], y[:150])
    on_xor = LogisticRegression().fit(CORNERS, XOR)
    learner.model.input_spec = InputSpec((2,), resolution=0.1, minimum=-10.0, maximum=10.0)
    # Nothing that one line can do gets all four corners of XOR right.
    facts = {
        "weights": learner.coef_[0],
        "bias": float(learner.intercept_[0]),
        "train_accuracy": learner.score(x[:150], y[:150]),
        "test_accuracy": learner.score(x[150:], y[150:]),
        "xor_accuracy": on_xor.score(CORNERS, XOR),
        "xor_separated": on_xor.score(CORNERS, XOR) == 1,
        "xor_probabilities": on_xor.predict_proba(CORNERS)[:, 1],
    }
    return TrainedExample(learner.model, x[:150], x[150:], (y[150:] + 1) // 2, facts)


def main() -> None:
    example = train()
    facts = example.facts
    first, second = facts["weights"]
    print(f"p(+1) = sigmoid({first:+.2f} x {second:+.2f} y {facts['bias']:+.2f})")
    print(f"right on {facts['train_accuracy']:.0%} of 150 points and {facts['test_accuracy']:.0%}")
    print("of 50 new ones. Sure far from the line, unsure near it:\n")
    near = np.array([[-1.5, 0.0], [-1.0, 0.0], [-2.0, 0.0], [5.0, 0.0], [-8.0, 0.0]])
    for (a, b), p in zip(near, example.model.predict_proba(near)[:, 1], strict=True):
        print(f"    ({a:4.1f}, {b:.1f})   {p:.3f}")
    print("\nXOR is not separable: the best that one neuron finds is a shrug,")
    print(f"p = {np.round(facts['xor_probabilities'], 3).tolist()}.")
    print(report(prove(example, "logistic")))


if __name__ == "__main__":
    main()
