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
from .csv_data import Task as CsvTask
from .csv_data import read_csv
from .data import Dataset, InputSpec, train_test_split
from .digits import load_digits
from .errors import ThumbnetError
from .evaluation import balanced_accuracy, confusion_matrix, is_uneven
from .idx import idx_pairs, read_idx
from .labels import encode_labels
from .labels import listing as quoted_list
from .layers import Activation, Dense, Dropout, Flatten, Layer
from .load import NAMES as DATASET_NAMES
from .load import load_dataset, load_split
from .losses import Loss
from .merge import Add, Concatenate
from .mnist import ARCHIVES as MNIST_FILES
from .mnist import find_mnist, load_mnist
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
from .recordings import SUFFIXES as RECORDING_SUFFIXES
from .recordings import Recording, read_recordings
from .recurrent import GRU, SimpleRNN
from .regularizers import l2
from .resample import resize_bilinear
from .sampling import another_unit as other_time_unit
from .sampling import time_column as find_time_column
from .saving import load_model
from .scratch import temporary_file, temporary_folder
from .scratch import writing as explain_write_errors
from .sequential import Sequential
from .stream import BANDS as BANDS_FEATURE
from .stream import FEATURES as WINDOW_FEATURES
from .stream import RAW as RAW_FEATURE
from .stream import StreamSettings
from .stuck import standstills as find_stuck_sensors
from .tape import GradientTape
from .targets import to_categorical
from .tensor import Tensor, Variable
from .windows import Windows, cut, split_by_recording
from .windows import cut_as as cut_with_settings
from .wiring import Input

__all__ = [
    "Activation",
    "Adam",
    "Add",
    "AveragePooling1D",
    "AveragePooling2D",
    "BANDS_FEATURE",
    "BatchNormalization",
    "Callback",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "CsvTask",
    "DATASET_NAMES",
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
    "MNIST_FILES",
    "MaxPooling1D",
    "MaxPooling2D",
    "Model",
    "ModelCheckpoint",
    "Normalization",
    "OneCycle",
    "Optimizer",
    "Perceptron",
    "RAW_FEATURE",
    "RECORDING_SUFFIXES",
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
    "WINDOW_FEATURES",
    "Windows",
    "balanced_accuracy",
    "confusion_matrix",
    "cut",
    "cut_with_settings",
    "encode_labels",
    "explain_write_errors",
    "find_mnist",
    "find_stuck_sensors",
    "find_time_column",
    "idx_pairs",
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
    "other_time_unit",
    "quoted_list",
    "read_csv",
    "read_idx",
    "read_npz",
    "read_recordings",
    "resize_bilinear",
    "split_by_recording",
    "temporary_file",
    "temporary_folder",
    "to_categorical",
    "train_test_split",
]


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
