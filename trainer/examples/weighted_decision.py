"""Water the plant or not: one neuron learns how much each reading weighs, and the threshold.

The examples come from a gardener with a rule of thumb, and the neuron is told only the readings
and the decisions. Its weights can be read, and compared with the rule.
"""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import InputSpec, LogisticRegression

from .common import Array, TrainedExample, accuracy, prove, report

NAMES = ("dry_days", "temperature", "soil_moisture")
LOW, HIGH = (0.0, 0.0, 0.0), (14.0, 40.0, 100.0)
# The gardener waters if 3 * dry_days + 1 * temperature - 0.5 * soil_moisture >= 20.
RULE, THRESHOLD = np.array([3.0, 1.0, -0.5]), 20.0


def examples(seed: int, n: int) -> tuple[Array, Array]:
    """Return readings (n, 3): days, degrees Celsius, percent; and decisions (n,), 1 for water."""
    random = np.random.default_rng(seed)
    x = np.round(random.uniform(LOW, HIGH, (2 * n, 3)))
    # Within a degree of the threshold no gardener is sure: such days are left out.
    x = x[np.abs(x @ RULE - THRESHOLD) >= 1][:n]
    return x, (x @ RULE >= THRESHOLD).astype(np.int64)


def train(seed: int = 0) -> TrainedExample:
    x, y = examples(seed, 400)
    learner = LogisticRegression(C=1000).fit(x[:300], y[:300])
    learner.model.labels = ("wait", "water")
    learner.model.input_spec = InputSpec((3,), names=NAMES, minimum=LOW, maximum=HIGH)
    # Only ratios matter for the decision: print them in degrees, as in the rule.
    degree = learner.coef_[0, NAMES.index("temperature")]
    facts = {
        "weights": learner.coef_[0] / degree,
        "threshold": float(-learner.intercept_[0] / degree),
        "train_accuracy": accuracy(learner.model, x[:300], y[:300]),
        "test_accuracy": accuracy(learner.model, x[300:], y[300:]),
    }
    return TrainedExample(learner.model, x[:300], x[300:], y[300:], facts)


def main() -> None:
    example = train()
    facts = example.facts
    print("                 learned   rule")
    for name, weight, rule in zip(NAMES, facts["weights"], RULE, strict=True):
        print(f"{name:<15} {weight:+8.2f} {rule:+7.1f}")
    print(f"{'water from':<15} {facts['threshold']:+8.2f} {THRESHOLD:+7.1f}")
    print(
        f"\n{facts['test_accuracy']:.0%} of {len(example.test_y)} new decisions are the gardener's."
    )
    proof = prove(example, "watering")
    labels = example.model.labels or ()
    for label in (0, 1):
        for row in np.flatnonzero(example.test_y == label)[:2]:
            days, degrees, moisture = example.test_x[row]
            print(
                f"    {days:2.0f} dry days, {degrees:2.0f} °C, soil {moisture:3.0f} %: "
                f"{labels[int(proof.predictions[row])]}"
            )
    print(report(proof))


if __name__ == "__main__":
    main()
