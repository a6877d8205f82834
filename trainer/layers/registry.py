"""The layers that a file can hold, by the name of their class."""

from __future__ import annotations

from .attention import MultiHeadAttention
from .augmentation import RandomShift
from .convolutional import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from .core import Activation, Dense, Dropout, Flatten
from .embedding import Embedding
from .layer import Layer
from .layer_normalization import LayerNormalization
from .merging import Add, Concatenate
from .normalization import BatchNormalization
from .pooling_layers import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .position_embedding import PositionEmbedding
from .preprocessing import Normalization, Rescaling
from .recurrent import GRU, LSTM, SimpleRNN
from .reshape import Reshape

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Dense,
        Activation,
        Flatten,
        Reshape,
        Dropout,
        RandomShift,
        BatchNormalization,
        LayerNormalization,
        Conv1D,
        Conv2D,
        DepthwiseConv1D,
        DepthwiseConv2D,
        MaxPooling1D,
        MaxPooling2D,
        AveragePooling1D,
        AveragePooling2D,
        GlobalAveragePooling1D,
        GlobalAveragePooling2D,
        Normalization,
        Rescaling,
        Add,
        Concatenate,
        SimpleRNN,
        GRU,
        MultiHeadAttention,
        Embedding,
        PositionEmbedding,
        LSTM,
    )
}
