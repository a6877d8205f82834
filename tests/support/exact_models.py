"""Models of every kind of layer with exact weights, and what they are exported with."""

from __future__ import annotations

from typing import Any

import numpy as np

from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    AveragePooling1D,
    AveragePooling2D,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    Input,
    InputSpec,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    Model,
    MultiHeadAttention,
    Normalization,
    PositionEmbedding,
    RandomShift,
    Rescaling,
    Reshape,
    SimpleRNN,
)

from .exact import (
    Array,
    Case,
    chain,
    classes,
    filled,
    integers,
    labelled,
    norm,
    ranged,
    rows,
    windows,
)

SKETCH = b"import hand_in_hex\n\nprint(hand_in_hex.LABELS)\n"


def dense(hidden: str = "relu", last: str = "softmax", outputs: int = 5, inputs: int = 12) -> Model:
    return chain((inputs,), Dense(9, hidden), Dense(outputs, last))


def pixels(curve: str, shape: tuple[int, ...], **options: Any) -> Case:
    """An image of 12 numbers, with images to compare it with."""
    model = chain((12,), Dense(9, "relu"), Dense(12, curve), Reshape(shape))
    black = {"sigmoid": 0, "tanh": -1}[curve]
    return Case(model, levels(), options, integers(8, (5, *shape), black, 1))


def levels(inputs: int = 12, most: int = 15) -> Array:
    return rows(3, (inputs,), 0, most)


def sensors(inputs: int = 6) -> Array:
    """Features of different units: their ranges are 8, 128, 2048 ... wide, in eighths."""
    return rows(4, (inputs,), -32, 32) * 2.0 ** (4.0 * (np.arange(inputs) % 3) - 3)


def simple(model: Model, x: Array | None = None, **options: Any) -> Case:
    """A classifier with targets for its rows."""
    count = max(model.output_shape[0], 2)
    return Case(model, levels() if x is None else x, options, classes(5, count))


def hidden(curve: str, **options: Any) -> Case:
    return simple(ranged(dense(curve)) if curve in ("sigmoid", "tanh") else dense(curve), **options)


def image(**options: Any) -> Case:
    """Pixels through strided and padded convolutions and both poolings."""
    model = chain(
        (12, 10, 1),
        Rescaling(1 / 256),
        Conv2D(4, 3, strides=2, activation="relu"),
        norm(),
        Conv2D(5, (3, 2), padding="same"),
        norm(),
        Activation("relu"),
        MaxPooling2D(2),
        Flatten(),
        Dropout(0.5),
        Dense(3, "softmax"),
    )
    return simple(model, rows(6, (12, 10, 1), 0, 255).astype(np.uint8), **options)


def separable(**options: Any) -> Case:
    """Depthwise convolutions, padded, with normalization before and behind."""
    model = chain(
        (8, 9, 4),
        RandomShift(1),
        Conv2D(8, 1, padding="same", activation="leaky_relu"),
        norm(),
        DepthwiseConv2D(3, padding="same"),
        norm(),
        Activation("relu"),
        AveragePooling2D(2, padding="same"),
        DepthwiseConv2D((2, 3), strides=2, padding="same", activation="relu"),
        MaxPooling2D(3, strides=1, padding="same"),
        GlobalAveragePooling2D(),
        Dense(4, "softmax"),
    )
    return simple(model, rows(7, (8, 9, 4), -16, 16), **{"margin": 0.5, **options})


def sequence(**options: Any) -> Case:
    """A sequence of three channels with units of their own."""
    model = chain(
        (20, 3),
        Normalization([0.5, 0.25, 2.0], [0.5, 0.0, 1.0]),
        Conv1D(6, 5, strides=2, padding="same", activation="relu"),
        MaxPooling1D(2),
        DepthwiseConv1D(3, activation="relu"),
        AveragePooling1D(2, strides=1, padding="same"),
        GlobalAveragePooling1D(),
        Dense(2, "softmax"),
    )
    x = rows(8, (20, 3), -16, 16) * np.array([1.0, 4.0, 0.25])
    return simple(model, x, **{"margin": 0.5, "resolution": 0.25, **options})


def behind_a_curve(**options: Any) -> Case:
    """Normalization that cannot go into the weights before it."""
    model = chain(
        (6, 6, 2),
        Conv2D(4, 3, activation="tanh"),
        norm(),
        Conv2D(3, 3, padding="same", activation="sigmoid"),
        norm(),
        AveragePooling2D(2),
        norm(),
        Flatten(),
        Dense(3, "softmax"),
    )
    return simple(ranged(model), rows(15, (6, 6, 2), -16, 16), **{"margin": 0.5, **options})


def gru(sequences: bool = False, **options: Any) -> Case:
    behind = [GlobalAveragePooling1D()] if sequences else []
    recurrent = GRU(5, return_sequences=sequences)
    model = ranged(chain((7, 4), recurrent, *behind, Dense(3, "softmax")))
    return simple(model, rows(9, (7, 4), -8, 8, 1 / 8), **{"margin": 0.5, **options})


def lstm(sequences: bool = False, **options: Any) -> Case:
    behind = [GlobalAveragePooling1D()] if sequences else []
    recurrent = LSTM(5, return_sequences=sequences)
    model = ranged(chain((7, 4), recurrent, *behind, Dense(3, "softmax")))
    return simple(model, rows(17, (7, 4), -8, 8, 1 / 8), **{"margin": 0.5, **options})


def rnn(curve: str = "tanh", sequences: bool = False, **options: Any) -> Case:
    behind = [Flatten()] if sequences else []
    recurrent = SimpleRNN(6, curve, return_sequences=sequences)
    model = ranged(chain((5, 4), recurrent, *behind, Dense(1, "sigmoid")))
    return simple(model, rows(10, (5, 4), -8, 8, 1 / 8), **{"margin": 0.5, **options})


def states(**options: Any) -> Case:
    """One recurrent layer behind the other."""
    layers = (GRU(4, return_sequences=True), SimpleRNN(4), Dense(3, "softmax"))
    x = rows(11, (6, 3), -8, 8, 1 / 8)
    return simple(ranged(chain((6, 3), *layers)), x, **{"margin": 0.5, **options})


def normalized(**options: Any) -> Case:
    """Layer normalization of the input, behind a convolution, and with a relu in it."""
    model = chain(
        (9, 4),
        LayerNormalization(1 / 64),
        Conv1D(6, 3, strides=2, activation="relu"),
        LayerNormalization(),
        Activation("relu"),
        GlobalAveragePooling1D(),
        Dense(3, "softmax"),
    )
    return simple(ranged(model), rows(16, (9, 4), -8, 8, 1 / 8), **{"margin": 0.5, **options})


def transformer(**options: Any) -> Case:
    """A block of a Transformer; with keys of 4 numbers, the factor of the query is exact."""
    x = Input((8, 3))
    a = PositionEmbedding(8)(Conv1D(8, 1)(x))
    b = LayerNormalization(1 / 64)(Add()([a, MultiHeadAttention(2, 4, value_dim=2)(a)]))
    c = Conv1D(8, 1)(Conv1D(12, 1, activation="relu")(b))
    d = GlobalAveragePooling1D()(LayerNormalization(1 / 64)(Add()([b, c])))
    model = ranged(filled(Model(x, Dense(3, "softmax")(d), seed=1)))
    return simple(model, rows(17, (8, 3), -8, 8, 1 / 8), **{"margin": 0.5, **options})


def text(**options: Any) -> Case:
    """Characters, as whole numbers."""
    layers = (Embedding(20, 4), PositionEmbedding(8), Flatten(), Dense(3, "softmax"))
    return simple(ranged(chain((8,), *layers)), rows(18, (8,), 0, 19), **options)


def branches(**options: Any) -> Case:
    """Sums of two and of three tensors, and channels side by side."""
    x = Input((8, 8, 2))
    a = Conv2D(4, 3, padding="same", activation="relu")(x)
    b = Conv2D(4, 3, padding="same")(a)
    c = Conv2D(4, 1, padding="same")(a)
    d = Activation("relu")(Add()([a, b]))
    e = norm()(Add()([a, c, d]))
    f = Concatenate()([e, a])
    g = Flatten()(MaxPooling2D(2)(f))
    model = filled(Model(x, Dense(3, "softmax")(g), seed=1))
    return simple(model, rows(12, (8, 8, 2), -4, 4), **{"margin": 0.5, **options})


def readers(**options: Any) -> Case:
    """Several readers of the input itself, rows of numbers side by side."""
    x = Input((10, 3))
    a = Conv1D(3, 3, padding="same", activation="relu")(x)
    b = Conv1D(5, 3, strides=2, padding="same", activation="relu")(Add()([a, x]))
    c = Concatenate()([Flatten()(b), Dense(4, "relu")(Flatten()(x))])
    model = filled(Model(x, Dense(2, "softmax")(c), seed=1))
    return simple(model, rows(13, (10, 3), -4, 4), **{"margin": 0.5, **options})


def stream(
    features: str | tuple[str, ...], vote: int | tuple[int, int] = 3, **options: Any
) -> Case:
    data = windows(features)
    flat = [Flatten()] if features == "raw" else []
    scaling = Rescaling(1 / 128 if features == "raw" else 1 / 1024)
    shape = data.x.shape[1:]
    model = ranged(chain(shape, *flat, scaling, Dense(6, "relu"), Dense(3, "softmax")), 32.0)
    data.prepare(model, vote)
    return Case(model, data.x, options, data.y)


def fitted(width: str, **options: Any) -> Case:
    """As `fit(quantize=...)` leaves a model: its width, and a range for each layer."""
    case = separable(**options)
    ranged(case.model, 64.0)
    case.model.quantized = width
    return case


def declared(**options: Any) -> Case:
    """Inputs with names, units and ranges of their own."""
    model = labelled(dense(outputs=3, inputs=6), "low", "middle", "high")
    x = sensors()
    names = ("a", "b", "c", "d", "e", "f")
    steps = (1 / 8, 1 / 4, 1 / 2) * 2
    low, high = (tuple((x.min(0) * 2).tolist()), tuple((x.max(0) * 2).tolist()))
    model.input_spec = InputSpec((6,), names, steps, low, high)
    return simple(model, x, **{"margin": 0.5, **options})


def regression(outputs: int = 1, last: str = "linear", **options: Any) -> Case:
    model = dense("relu", last, outputs, inputs=6)
    y = integers(14, (64, outputs), -8, 8)
    return Case(model, sensors(), {"margin": 0.5, **options}, y)


def wide(**options: Any) -> Case:
    """Enough inputs and outputs for lanes, and for several blocks of a streamed file."""
    layers = (Dense(24, "relu"), Dense(16, "relu"), Dense(10, "softmax"))
    return simple(chain((64,), Rescaling(1 / 16), *layers), levels(64, 16), **options)


def hand(**options: Any) -> Case:
    return simple(labelled(dense(), "rock", "paper", "scissors", "lizard", "spock"), **options)


def with_sketch(case: Case) -> Case:
    return Case(case.model, case.x, case.options, case.y, SKETCH)


def without_rows(case: Case) -> Case:
    return Case(case.model, case.x, case.options)
