"""Train small networks in NumPy."""

from .batchnorm import BatchNormalization
from .callbacks import Callback, EarlyStopping, History, LearningRateScheduler, ModelCheckpoint
from .checkpoint import load_checkpoint
from .csv_data import read_csv
from .data import Dataset, InputSpec, train_test_split
from .digits import load_digits
from .errors import ThumbnetError
from .idx import read_idx
from .labels import encode_labels
from .layers import Activation, Dense, Dropout, Flatten, Layer
from .load import load_dataset, load_split
from .losses import Loss
from .mnist import load_mnist
from .neurons import LinearRegression, LogisticRegression, Perceptron
from .npz_data import read_npz
from .optimizers import SGD, Adam, Optimizer, RMSprop
from .preprocessing import Normalization, Rescaling
from .regularizers import l2
from .resample import resize_bilinear
from .saving import load_model
from .sequential import Sequential
from .tape import GradientTape
from .targets import to_categorical
from .tensor import Tensor, Variable

__all__ = [
    "Activation",
    "Adam",
    "BatchNormalization",
    "Callback",
    "Dataset",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GradientTape",
    "History",
    "InputSpec",
    "Layer",
    "LearningRateScheduler",
    "LinearRegression",
    "LogisticRegression",
    "Loss",
    "ModelCheckpoint",
    "Normalization",
    "Optimizer",
    "Perceptron",
    "RMSprop",
    "Rescaling",
    "SGD",
    "Sequential",
    "Tensor",
    "ThumbnetError",
    "Variable",
    "encode_labels",
    "l2",
    "load_checkpoint",
    "load_dataset",
    "load_digits",
    "load_mnist",
    "load_model",
    "load_split",
    "read_csv",
    "read_idx",
    "read_npz",
    "resize_bilinear",
    "to_categorical",
    "train_test_split",
]
