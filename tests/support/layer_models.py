"""Models of every kind of layer, with random weights: for the stages of export and for modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    AveragePooling1D,
    AveragePooling2D,
    BatchNormalization,
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
    Layer,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    Model,
    MultiHeadAttention,
    Normalization,
    PositionEmbedding,
    Rescaling,
    Reshape,
    Sequential,
    SimpleRNN,
)

Rows = np.ndarray[Any, np.dtype[np.float64]]


def randomized(model: Model, rng: np.random.Generator) -> Model:
    """Give biases and batch normalization values as training might leave them."""
    for variable in model.variables:
        if "variance" in variable.name:
            variable.assign(rng.uniform(0.5, 2, variable.shape))
        elif "gamma" in variable.name:
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        elif "kernel" not in variable.name:
            variable.assign(rng.normal(0, 0.2, variable.shape))
    return model


def chain(shape: tuple[int, ...], *layers: Layer) -> Model:
    model = Sequential(layers, seed=1)
    model.build(shape)
    return model


def branches() -> Model:
    """A residual sum, and two tensors side by side."""
    x = Input((8, 8, 2))
    a = Conv2D(4, 3, padding="same", activation="relu")(x)
    b = Conv2D(4, 3, padding="same")(a)
    c = Activation("relu")(Add()([a, b]))
    d = BatchNormalization()(c)
    e = Concatenate()([d, a])
    f = Flatten()(MaxPooling2D(2)(e))
    return Model(x, Dense(3, "softmax")(f))


def dense_branches() -> Model:
    """Branches of the input itself, rows of numbers, and a sum in front of a padded convolution."""
    x = Input((12, 3))
    a = Conv1D(3, 3, padding="same", activation="tanh")(x)
    b = Conv1D(5, 3, strides=2, padding="same", activation="relu")(Add()([a, x]))
    c = Concatenate()([Flatten()(b), Dense(4, "relu")(Flatten()(x))])
    return Model(x, Dense(2, "softmax")(c))


def transformer() -> Model:
    """Half a block of a Transformer, with values of another size than the keys."""
    x = Input((6, 8))
    a = PositionEmbedding(8)(x)
    b = LayerNormalization()(Add()([a, MultiHeadAttention(2, 3, value_dim=5)(a)]))
    return Model(x, Dense(3, "softmax")(GlobalAveragePooling1D()(b)))


def turned() -> Rescaling:
    """Return a scaling of the input as a batch normalization may leave it: negative and zero."""
    return Rescaling([-1.5, 0.0, 0.5], [0.1, 0.2, -0.3])


MODELS: dict[str, Callable[[], Model]] = {
    "strided": lambda: chain(
        (9, 8, 1),
        Rescaling(0.5, 0.1),
        Conv2D(4, 3, strides=2, activation="relu"),
        BatchNormalization(),
        Conv2D(5, (3, 2), padding="same", activation="tanh"),
        GlobalAveragePooling2D(),
        Dense(3, "softmax"),
    ),
    "padded": lambda: chain(
        (7, 9, 3),
        Conv2D(4, 3, padding="same"),
        BatchNormalization(),
        Activation("relu"),
        MaxPooling2D(3, strides=2, padding="same"),
        DepthwiseConv2D(3, padding="same"),
        BatchNormalization(),
        Activation("relu"),
        AveragePooling2D(2, padding="same"),
        Flatten(),
        Dropout(0.5),
        Dense(3, "softmax"),
    ),
    "as imported": lambda: chain(  # padding in numbers, a clamp at 6, and curves that fall and rise
        (8, 7, 3),
        Rescaling(2.0),
        Conv2D(6, 3, strides=2, padding=((1, 1), (0, 2)), activation="relu6"),
        MaxPooling2D(3, strides=2, padding=((1, 0), (1, 1))),
        DepthwiseConv2D((2, 3), padding=((0, 1), (2, 0)), activation="hard_swish"),
        AveragePooling2D(2, 1, padding=((1, 0), (0, 0))),
        Reshape((-1, 3)),
        Conv1D(5, 3, padding=((2, 0),), activation="gelu"),
        Flatten(),
        Dense(6, "leaky_relu(0.3)"),
        Dense(3, "softmax"),
    ),
    "normalization behind a curve": lambda: chain(
        (8, 8, 2),
        Conv2D(4, 3, activation="sigmoid"),
        BatchNormalization(),
        Conv2D(3, 3, padding="same", activation="leaky_relu"),
        BatchNormalization(),
        AveragePooling2D(2),
        BatchNormalization(),
        Flatten(),
        Dense(3, "softmax"),
    ),
    "sequence": lambda: chain(
        (20, 3),
        Normalization([1.0, -2.0, 0.5], [0.1, 0.0, 3.0]),
        Conv1D(6, 5, strides=2, padding="same", activation="relu"),
        MaxPooling1D(2),
        DepthwiseConv1D(3, activation="relu"),
        AveragePooling1D(2),
        GlobalAveragePooling1D(),
        Dense(2, "softmax"),
    ),
    "gru": lambda: chain((12, 4), GRU(5), Dense(3, "softmax")),
    "gru of states": lambda: chain(
        (6, 4), GRU(5, return_sequences=True), SimpleRNN(4), Dense(3, "softmax")
    ),
    "lstm": lambda: chain((12, 4), LSTM(5), Dense(3, "softmax")),
    "lstm of states": lambda: chain(
        (9, 4), LSTM(6, return_sequences=True), LSTM(5), Dense(3, "softmax")
    ),
    "rnn": lambda: chain(
        (6, 4),
        Normalization([1.0, 2.0, 0.5, 1.0], [0.1, 0.0, 3.0, 0.0]),
        SimpleRNN(5, activation="relu", return_sequences=True),
        GlobalAveragePooling1D(),
        Dense(1, "sigmoid"),
    ),
    "layer normalization": lambda: chain(
        (9, 5),
        LayerNormalization(),
        Conv1D(6, 3, activation="tanh"),
        LayerNormalization(),
        BatchNormalization(),
        Activation("relu"),
        LayerNormalization(epsilon=0.5),
        Flatten(),
        LayerNormalization(),
        Dense(3, "softmax"),
    ),
    "transformer": transformer,
    "attention of the input": lambda: chain(
        (5, 3), MultiHeadAttention(1, 2, use_bias=False), Flatten(), Dense(3, "softmax")
    ),
    "text": lambda: chain(
        (7,),
        Embedding(11, 4),
        PositionEmbedding(7),
        MultiHeadAttention(2, 2),
        Flatten(),
        Dense(3, "softmax"),
    ),
    "turned pooling": lambda: chain(
        (8, 3), turned(), MaxPooling1D(2), Flatten(), Dense(3, "softmax")
    ),
    "turned gru": lambda: chain((8, 3), turned(), GRU(4), Dense(3, "softmax")),
    "turned padding": lambda: chain(
        (6, 5, 3), turned(), Conv2D(4, 3, padding="same"), Flatten(), Dense(3, "softmax")
    ),
    "tanh of the input": lambda: chain((7,), Activation("tanh"), Dense(3, "softmax")),
    "softmax of a layer": lambda: chain(
        (6, 4),
        Conv1D(5, 3, activation="softmax"),
        Flatten(),
        Dense(4),
        Activation("softmax"),
        Dense(3, "softmax"),
    ),
    "relu of turned samples": lambda: chain(
        (8, 3), turned(), Activation("relu"), Conv1D(4, 3), Flatten(), Dense(3, "softmax")
    ),
    "sign of pixels": lambda: chain(
        (6, 6, 2), Activation("sign"), Conv2D(3, 3, padding="same"), Flatten(), Dense(3, "softmax")
    ),
    "image": lambda: chain((5,), Dense(7, "relu"), Dense(12, "tanh"), Reshape((2, 3, 2))),
    "pixels in rows": lambda: chain(
        (24,), Reshape((4, 3, 2)), Conv2D(4, 3, padding="same"), Reshape(-1), Dense(3, "softmax")
    ),
    "branches": branches,
    "dense branches": dense_branches,
}
"""By what is special about them."""


def readings(model: Model, rng: np.random.Generator, count: int = 40) -> Rows:
    """Inputs for a model, in hundredths."""
    assert model.input_shape is not None
    if isinstance(model.layers[0], Embedding):
        return rng.integers(0, model.layers[0].input_dim, (count, *model.input_shape)).astype(float)
    return rng.normal(0, 1, (count, *model.input_shape)).round(2)


@st.composite
def convolutional(draw: st.DrawFn) -> tuple[Model, Rows]:
    """A random stack of layers with windows, and inputs for it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    flat = draw(st.booleans())
    shape = (draw(st.integers(4, 11)), *(() if flat else (draw(st.integers(4, 9)),)))
    channels = draw(st.sampled_from((1, 2, 3, 4, 8)))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 3))):
        layers += _block(draw, flat)
    layers += [Flatten() if draw(st.booleans()) else _global(flat), Dense(3, "softmax")]
    model = Sequential(layers, seed=int(rng.integers(1000)))
    model.build((*shape, channels))
    return randomized(model, rng), readings(model, rng, 24)


def _global(flat: bool) -> Layer:
    return GlobalAveragePooling1D() if flat else GlobalAveragePooling2D()


def _block(draw: st.DrawFn, flat: bool) -> list[Layer]:
    size = draw(st.integers(1, 3))
    stride = draw(st.integers(1, 2))
    activation = draw(st.sampled_from(("relu", None, "tanh", "sigmoid", "leaky_relu")))
    kind = draw(st.sampled_from(("conv", "depthwise", "max", "average")))
    # Same padding: any stack of these fits any image.
    if kind == "conv":
        filters = draw(st.sampled_from((1, 4, 5, 8, 9)))
        conv = Conv1D if flat else Conv2D
        layer: Layer = conv(filters, size, strides=stride, padding="same", activation=activation)
    elif kind == "depthwise":
        depthwise = DepthwiseConv1D if flat else DepthwiseConv2D
        layer = depthwise(size, strides=stride, padding="same", activation=activation)
    else:
        pools = {
            ("max", True): MaxPooling1D,
            ("max", False): MaxPooling2D,
            ("average", True): AveragePooling1D,
            ("average", False): AveragePooling2D,
        }
        return [pools[kind, flat](size, strides=stride, padding="same")]
    return [layer, BatchNormalization()] if draw(st.booleans()) else [layer]
