"""Something is wrong with this pulse: an autoencoder that has only seen healthy beats.

Blood pressure, from the UCR anomaly archive (series 135, "InternalBleeding16"): 1,200 samples
without any fault to train on, then 6,301 more with one fault of 12 samples. The network reads 640
differences from sample to sample, three and a half beats, and has to reproduce them through a
bottleneck of 8 numbers: 640-128-128-128-128-8-128-128-128-128-640, the shape of MLPerf Tiny's
anomaly benchmark. It cannot reproduce what it has never seen, so the mean squared error of its
answer reveals the fault. (This fault is loud: the energy of the differences reveals it as well.
With samples instead of differences, neither does.)

Its 264,000 weights are streamed from a file: the module runs in a heap of 100 KB.
"""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import Adam, Dense, InputSpec, OneCycle, Rescaling, Sequential, aeon_datasets

from .common import Array, TrainedExample, prove, report, run, size_report

UNITS = (128, 128, 128, 128, 8, 128, 128, 128, 128)
WINDOW = 640
HOP = 8
EPOCHS = 60
HEAP = "100k"
# A difference beyond the range does not come from a healthy sensor: it is clipped.
REACH = 2000.0


def pressure() -> tuple[Array, Array, Array]:
    """Return differences of the training and the test series, and which of the latter are faulty.

    They are in hundredths: whole numbers, as a converter gives them, so that a board needs no
    floats.
    """
    load = aeon_datasets().load_kdd_tsad_135
    (train, _), (whole, faulty) = load(split="train"), load(split="test")
    # The test series starts with the training series.
    test, faulty = whole[len(train) :], faulty[len(train) :] > 0
    steps = [np.round(100 * np.diff(part)) for part in (train, test)]
    return steps[0], steps[1], faulty[1:] | faulty[:-1]


def windows(series: Array, hop: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(series, WINDOW)[::hop]


def auc(scores: Array, positive: Array) -> float:
    """Return the area under the ROC curve: how often, of two, a positive has the higher score."""
    above = scores[positive][:, None] - scores[~positive][None]
    return float(np.mean(above > 0) + np.mean(above == 0) / 2)


def errors(answers: Array, x: Array) -> Array:
    """Return the mean squared error of each answer (n, WINDOW)."""
    return np.asarray(np.mean((answers - x) ** 2, axis=1))


def train(seed: int = 0, epochs: int = EPOCHS) -> TrainedExample:
    series, unseen, faulty = pressure()
    x, test_x = windows(series, 1), windows(unseen, HOP)
    abnormal = np.asarray(windows(faulty, HOP).any(axis=1))
    layers = [Dense(units, "relu", kernel_initializer="he_uniform") for units in UNITS]
    model = Sequential(
        [Rescaling(1 / float(series.std())), *layers, Dense(WINDOW)], name="anomaly", seed=seed
    )
    model.build((WINDOW,))
    model.input_spec = InputSpec((WINDOW,), minimum=-REACH, maximum=REACH)
    model.compile(Adam(), "mse")
    model.fit(x, x, batch_size=32, epochs=epochs, callbacks=[OneCycle(0.002)])
    facts = {
        "params": model.count_params(),
        "abnormal": abnormal,
        "auc": auc(errors(model.predict(test_x), test_x), abnormal),
        "energy_auc": auc(np.mean(test_x**2, axis=1), abnormal),
    }
    return TrainedExample(model, x, test_x, test_x, facts)


def main() -> None:
    example = train()
    facts = example.facts
    proof = prove(example, "anomaly", limit=20, weights="stream", heap=HEAP)
    error = errors(proof.program.predict(example.test_x), example.test_x)
    print(example.model.summary())
    print(f"\n{len(error)} windows, of which {facts['abnormal'].sum()} hold some of the fault.")
    print(f"AUC of the error: {facts['auc']:.4f} in float, ", end="")
    print(f"{auc(error, facts['abnormal']):.4f} in integers;")
    print(f"of the energy of a window: {facts['energy_auc']:.4f}.")
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
