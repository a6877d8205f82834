"""Train small networks in NumPy."""

from .augmentation import RandomShift
from .batchnorm import BatchNormalization
from .callbacks import (
    Callback,
    EarlyStopping,
    History,
    LearningRateScheduler,
    ModelCheckpoint,
    OneCycle,
)
from .checkpoint import load_checkpoint
from .conv_layers import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from .csv_data import read_csv
from .data import Dataset, InputSpec, train_test_split
from .digits import load_digits
from .errors import ThumbnetError
from .evaluation import balanced_accuracy, confusion_matrix, is_uneven
from .idx import read_idx
from .labels import encode_labels
from .layers import Activation, Dense, Dropout, Flatten, Layer
from .load import load_dataset, load_split
from .losses import Loss
from .merge import Add, Concatenate
from .mnist import load_mnist
from .model import Model
from .motions import load_gestures, load_motions
from .neurons import LinearRegression, LogisticRegression, Perceptron
from .npz_data import read_npz
from .optimizers import SGD, Adam, Optimizer, RMSprop
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .preprocessing import Normalization, Rescaling
from .recordings import Recording, read_recordings
from .recurrent import GRU, SimpleRNN
from .regularizers import l2
from .resample import resize_bilinear
from .saving import load_model
from .sequential import Sequential
from .stream import StreamSettings
from .tape import GradientTape
from .targets import to_categorical
from .tensor import Tensor, Variable
from .windows import Windows, cut, split_by_recording
from .wiring import Input

__all__ = [
    "Activation",
    "Adam",
    "Add",
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Callback",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Dataset",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GRU",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GradientTape",
    "History",
    "Input",
    "InputSpec",
    "Layer",
    "LearningRateScheduler",
    "LinearRegression",
    "LogisticRegression",
    "Loss",
    "MaxPooling1D",
    "MaxPooling2D",
    "Model",
    "ModelCheckpoint",
    "Normalization",
    "OneCycle",
    "Optimizer",
    "Perceptron",
    "RMSprop",
    "RandomShift",
    "Recording",
    "Rescaling",
    "SGD",
    "Sequential",
    "SimpleRNN",
    "StreamSettings",
    "Tensor",
    "ThumbnetError",
    "Variable",
    "Windows",
    "balanced_accuracy",
    "confusion_matrix",
    "cut",
    "encode_labels",
    "is_uneven",
    "l2",
    "load_checkpoint",
    "load_dataset",
    "load_digits",
    "load_gestures",
    "load_mnist",
    "load_model",
    "load_motions",
    "load_split",
    "read_csv",
    "read_idx",
    "read_npz",
    "read_recordings",
    "resize_bilinear",
    "split_by_recording",
    "to_categorical",
    "train_test_split",
]
