"""Who picked it up? Ten people, the same gesture, and a game controller that senses one direction.

PickupGestureWiimoteZ: five recordings of each person to train on, five others to test with, 29 to
361 samples long. The window is 384 samples; the rest after the gesture is filled with 1 g. Every
four samples are averaged, as many sensors can do themselves. The baseline is the nearest recording
in Euclidean distance (1-NN), after all are made equally long in one of several ways; the network
has to beat the best of these.

50 recordings are few: each is trained on with 20 variants of it, a little slower, faster, harder or
softer. Some of the people are hard to distinguish, and rounding may decide. Three things keep that
effect small. The network learns with rounding, quantize="int8". Readings further than 1 g from rest
are clipped, so that a step of the input is 8 thousandths of a g. And it ends with Flatten, since an
average over a window that is mostly rest would add up the same rounding error at every place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from thumbnet.trainer import (
    Activation,
    Adam,
    BatchNormalization,
    Conv1D,
    Dataset,
    Dense,
    Dropout,
    Flatten,
    InputSpec,
    Layer,
    Normalization,
    OneCycle,
    Sequential,
    load_gestures,
)

from .common import Array, TrainedExample, accuracy, prove, report, run, size_report

SAMPLES, MEAN_OF = 384, 4
WINDOW = SAMPLES // MEAN_OF
REST = 1.0
VARIANTS = 20
# Filters, and how many numbers each looks at.
CONVOLUTIONS = ((24, 7), (32, 5), (48, 5))
EPOCHS = 30
SPEC = InputSpec((WINDOW, 1), ("accelerometer z",), 0.001, REST - 1, REST + 1)


def filled(series: Sequence[Array], rest: float = REST) -> Array:
    """Return series of any length as rows (n, SAMPLES), with rest after the gesture."""
    rows = np.full((len(series), SAMPLES), rest)
    for row, values in zip(rows, series, strict=True):
        row[: len(values)] = values[:SAMPLES]
    return rows


def windows(series: Sequence[Array]) -> Array:
    """Return what the network reads, (n, WINDOW, 1): means of samples, in thousandths of a g."""
    means = filled(series).reshape(len(series), WINDOW, MEAN_OF).mean(axis=2)
    return np.asarray(means.clip(REST - 1, REST + 1).round(3)[..., None])


def stretched(values: Array, samples: int) -> Array:
    """Return a series in another length, linearly interpolated."""
    return np.interp(np.linspace(0, len(values) - 1, samples), np.arange(len(values)), values)


def variant(values: Array, random: np.random.Generator) -> Array:
    """Return the same gesture on another day: longer or shorter, uneven, harder or softer."""
    samples = max(round(len(values) * np.exp(random.normal(0, 0.15))), 12)
    pace = stretched(np.exp(random.normal(0, 0.15, 6)), samples).cumsum()
    pace = (pace - pace[0]) / (pace[-1] - pace[0])
    begin, end = random.uniform(0, 0.05), 1 - random.uniform(0, 0.05)
    at = (begin + pace * (end - begin)) * (len(values) - 1)
    moved = np.interp(at, np.arange(len(values)), values) - REST
    noise = random.normal(0, 0.02) + random.normal(0, 0.01, samples)
    return np.asarray(moved * np.exp(random.normal(0, 0.1)) + REST + noise)


def gestures() -> tuple[Dataset, Dataset, dict[str, float]]:
    """Return training windows with their variants, test windows, and the baselines' accuracies."""
    train, test = load_gestures()
    labels = tuple(sorted({one.label for one in train}, key=int))
    series, unseen = ([one.values[:, 0] for one in part] for part in (train, test))
    y, test_y = (np.array([labels.index(one.label) for one in part]) for part in (train, test))
    random = np.random.default_rng(0)
    more = [variant(values, random) for _ in range(VARIANTS) for values in series]
    return (
        Dataset(windows([*series, *more]), np.tile(y, 1 + VARIANTS), labels, SPEC, "gestures"),
        Dataset(windows(unseen), test_y, labels, SPEC, "gestures"),
        baselines(series, y, unseen, test_y),
    )


def baselines(
    series: list[Array], y: Array, unseen: list[Array], test_y: Array
) -> dict[str, float]:
    """Return the accuracy of the nearest neighbour for each way to make recordings equally long."""

    def standard(rows: Array) -> Array:
        centred = rows - rows.mean(axis=1, keepdims=True)
        return np.asarray(centred / rows.std(axis=1, keepdims=True))

    ways: dict[str, Callable[[list[Array]], Array]] = {
        "stretched to 100 samples": lambda some: np.array([stretched(v, 100) for v in some]),
        "filled with rest": filled,
        "what the network reads": lambda some: windows(some)[..., 0],
        "filled with zeros": lambda some: filled(some, 0.0),
        "filled with zeros, standardized": lambda some: standard(filled(some, 0.0)),
    }
    found = {}
    for name, way in ways.items():
        distances = np.square(way(unseen)[:, None] - way(series)[None]).sum(axis=2)
        found[name] = float(np.mean(y[distances.argmin(axis=1)] == test_y))
    return found


def train(
    seed: int = 0, data: tuple[Dataset, Dataset, dict[str, float]] | None = None
) -> TrainedExample:
    training, test, nearest = data or gestures()
    layers: list[Layer] = [Normalization().adapt(training.x)]
    for filters, width in CONVOLUTIONS:
        conv = Conv1D(filters, width, strides=2, use_bias=False, kernel_initializer="he_uniform")
        layers += [conv, BatchNormalization(momentum=0.9), Activation("relu")]
    layers += [Flatten(), Dropout(0.3), Dense(10, "softmax")]
    model = Sequential(layers, name="gestures", seed=seed)
    model.build(training.x.shape[1:])
    model.labels, model.input_spec = training.labels, training.input_spec
    model.compile(Adam(), "sparse_categorical_crossentropy")
    model.fit(
        training.x,
        training.y,
        batch_size=50,
        epochs=EPOCHS,
        callbacks=[OneCycle(0.01)],
        quantize="int8",
    )
    facts = {
        "params": model.count_params(),
        "test_accuracy": accuracy(model, test.x, test.y),
        "nearest": nearest,
    }
    return TrainedExample(model, training.x, test.x, test.y, facts)


def main() -> None:
    example = train()
    print(example.model.summary())
    print("\nThe nearest of the training recordings, of 50 unseen ones right:\n")
    for name, share in example.facts["nearest"].items():
        print(f"    {name:<34} {share:.0%}")
    print(f"    {'the network':<34} {example.facts['test_accuracy']:.0%}")
    proof = prove(example, "gestures")
    print(report(proof))
    print(size_report(proof.program))


if __name__ == "__main__":
    run(main)
