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
    """`seed` changes nothing: this neuron has one best weight, and finds it from anywhere."""
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
    # Every reading that the board accepts; it is calibrated for all of them, not for HOURS alone.
    test_x = np.arange(0, 121)[:, None] / 10
    return TrainedExample(line.model, test_x, test_x, slope * test_x[:, 0] + intercept, facts)


def main() -> None:
    example = train()
    slope, intercept = example.facts["least_squares"]
    print("learned:       points = {slope:.3f} * hours + {intercept:.3f}".format(**example.facts))
    print(f"least squares: points = {slope:.3f} * hours + {intercept:.3f}")
    print(f"the line explains {example.facts['r2']:.1%} of the differences between students\n")
    proof = prove(example, "exam")
    for hours in (2.5, 7.3):
        row = round(hours * 10)
        print(f"{hours} hours: {proof.predictions[row]:.1f} points, says the board")
    print(report(proof))


if __name__ == "__main__":
    main()
