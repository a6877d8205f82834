"""Convolutions and pooling on an emulated BBC micro:bit v1: every integer equals the PC's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.layer_models import MODELS, chain, randomized, readings
from support.sharp import sharp

from thumbnet.export import Program, convert, load_artifact
from thumbnet.export.board_fit.estimate import estimate
from thumbnet.export.program.vector_rows import extremes
from thumbnet.export.program.vector_rows import readings as readings_of
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.microbit import MicrobitTarget
from thumbnet.trainer import (
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    Model,
    Reshape,
    ThumbnetError,
)

NETWORKS: dict[str, Callable[[], Model]] = {
    "sensor": lambda: chain(
        (16, 3),
        Conv1D(6, 5, strides=2, padding="same", activation="relu"),
        MaxPooling1D(2),
        Conv1D(5, 3, activation="relu"),
        GlobalAveragePooling1D(),
        Dense(3, "softmax"),
    ),
    "picture": lambda: chain(
        (8, 7, 1),
        Conv2D(4, 3, strides=2, use_bias=False),
        BatchNormalization(),
        Conv2D(4, (2, 3), padding="same", activation="relu"),
        GlobalAveragePooling2D(),
        Dense(4, "softmax"),
    ),
    "separable": lambda: chain(
        (12, 2),
        DepthwiseConv1D(3, padding="same", activation="relu"),
        Conv1D(5, 1, activation="relu"),
        Flatten(),
        Dense(1, "sigmoid"),
    ),
    "image": lambda: chain((9,), Dense(8, "tanh"), Dense(30, "sigmoid"), Reshape((5, 6))),
    "depthwise": lambda: chain(
        (6, 6, 3),
        DepthwiseConv2D(3, strides=2, padding="same", activation="relu"),
        AveragePooling2D(2, padding="same"),
        Flatten(),
        Dense(2, "softmax"),
    ),
    "a window": lambda: chain(
        (32, 3),
        Conv1D(8, 5, strides=2, activation="relu"),
        Conv1D(12, 3, strides=2, activation="relu"),
        Flatten(),
        Dense(4, "softmax"),
    ),
    "only pooling": lambda: chain(
        (8, 8, 1), MaxPooling2D(2), AveragePooling2D(2), Flatten(), Dense(3, "softmax")
    ),
}


def converted(model: Model, rng: np.random.Generator) -> Program:
    randomized(model, rng)
    return convert(model, readings(model, rng), name="net", board="microbit")


@pytest.mark.emulated
@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str, tmp_path: Path) -> None:
    needs_qemu()
    rng = np.random.default_rng(5)
    program = converted(NETWORKS[name](), rng)
    low, high, _, _ = extremes(program.graph)
    counts = np.vstack([rng.integers(low, high + 1, (6, low.size)), extremes(program.graph)])
    made = program.write(tmp_path, np.array(readings_of(program.graph, counts)))
    artifact = load_artifact(made.path)
    with MicrobitTarget() as target:
        verdict = finish(verify(target, artifact))
        assert verdict.ok, verdict.reason()
        assert verdict.equal == 14
        measured = bench(target, artifact, rows=2)
    answer = 48 if name == "image" else 0  # 30 pixels and the object that holds them
    assert measured.heap_bytes_per_inference == answer


@pytest.mark.emulated
@pytest.mark.parametrize("name", sharp(NETWORKS, ("sensor", "picture")))
def test_the_estimate_of_the_heap(name: str, tmp_path: Path) -> None:
    """The import succeeds with 8 % more heap than estimated, and fails with a quarter less."""
    needs_qemu()
    rng = np.random.default_rng(5)
    model = NETWORKS[name]()
    program = converted(model, rng)
    made = program.write(tmp_path, readings(model, rng, 2))
    expected = estimate(program.graph, program.board, "thumb", "flash").import_heap

    def load(heap: float) -> None:
        with MicrobitTarget() as target:
            target.put(made.files)
            hole = int(target.execute("import gc; print(gc.mem_free())")) - int(heap)
            target.execute(f"hole = bytearray({max(hole, 0)})")
            target.execute("import net")

    load(1.08 * expected)
    with pytest.raises(ThumbnetError, match="heap of microbit is too small"):
        load(0.75 * expected)


def test_a_window_that_leaves_too_little_for_the_probabilities() -> None:
    """A window of 150 readings: the import would succeed, but the answer would fail."""
    rng = np.random.default_rng(5)
    layers = (Conv1D(8, 5, strides=2, activation="relu"), Conv1D(12, 3, strides=2), Flatten())
    model = chain((50, 3), *layers, Dense(4, "softmax"))
    with pytest.raises(ThumbnetError, match=r"needs about 9,\d+ bytes of heap to import, b"):
        converted(model, rng)


REFUSED = {
    "branches": "add",
    "dense branches": "add",
    "gru": "a recurrent layer",
    "gru of states": "a recurrent layer",
    "layer normalization": "a layer normalization",
    "rnn": "a recurrent layer",
}


@pytest.mark.parametrize(("name", "what"), REFUSED.items())
def test_refusals(name: str, what: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        converted(MODELS[name](), np.random.default_rng(5))
    assert str(caught.value) == (
        f"export: {what} does not run on this board: use Dense, convolution and pooling layers, "
        "or export for a larger board, such as pico"
    )
