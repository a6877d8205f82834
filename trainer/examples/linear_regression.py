"""One neuron without a curve: exam score against hours studied, a straight line."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import InputSpec, LinearRegression

from .common import TrainedExample, prove, report

HOURS = np.arange(1, 21) / 2
# Points out of 100 of twenty (imagined) students.
POINTS = np.array(
    [31, 38, 36, 42, 45, 41, 52, 50, 57, 54, 63, 60, 61, 70, 68, 75, 73, 82, 79, 86], dtype=float
)


def train(seed: int = 0) -> TrainedExample:
    """Train; `seed` changes nothing: this neuron has one best weight, and always finds it."""
    x = HOURS[:, None]
    line = LinearRegression().fit(x, POINTS)
    line.model.input_spec = InputSpec(
        (1,), names=("hours",), resolution=0.1, minimum=0.0, maximum=12.0
    )
    slope, intercept = np.polyfit(HOURS, POINTS, 1)  # least squares, computed another way
    facts = {
        "slope": float(line.coef_[0]),
        "intercept": line.intercept_,
        "least_squares": (float(slope), float(intercept)),
        "r2": line.score(x, POINTS),
    }
    # Calibrated for every reading that the board accepts, not for HOURS alone.
    every = np.arange(0, 121)[:, None] / 10
    return TrainedExample(line.model, every, x, POINTS, facts)


def main() -> None:
    example = train()
    slope, intercept = example.facts["least_squares"]
    print("learned:       points = {slope:.3f} * hours + {intercept:.3f}".format(**example.facts))
    print(f"least squares: points = {slope:.3f} * hours + {intercept:.3f}")
    print(f"the line explains {example.facts['r2']:.1%} of the differences between students\n")
    proof = prove(example, "exam")
    for row in (3, 14):
        print(
            f"{HOURS[row]} hours: {proof.predictions[row]:.1f} points, says the board "
            f"(that student had {POINTS[row]:.0f})"
        )
    print(report(proof))


if __name__ == "__main__":
    main()
