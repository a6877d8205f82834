"""Train small networks in NumPy.

The sub-packages follow the data: `files` and `datasets` read it, `autograd` differentiates,
`layers` and `network` compute, `quantization`, `optimization` and `training` learn, `models` is
what users call, `signals` makes windows of recordings, and `sound` makes features of sound. Each
imports only those before it.
Everything public is here.
"""

from .autograd.all_curves import CURVES
from .autograd.tape import GradientTape
from .autograd.tensor import Tensor, Variable
from .datasets.class_labels import check_names, encode_labels
from .datasets.csv_dataset import read_csv
from .datasets.dataset import LARGEST, Dataset
from .datasets.digits import load_digits
from .datasets.idx import idx_pairs, read_idx
from .datasets.image_resize import resize_bilinear
from .datasets.input_spec import InputSpec
from .datasets.label_columns import Task as CsvTask
from .datasets.loading import DATASET_NAMES, TABLES, load_dataset, load_split
from .datasets.mnist import MNIST_FILES, find_mnist, load_mnist
from .datasets.npz import read_npz
from .datasets.resolution import COUNT_LIMIT
from .datasets.row_reader import RowReader, WrongColumns
from .datasets.splitting import train_test_split
from .datasets.table_options import TableColumns, TableOptions
from .datasets.table_warnings import on_both_sides, table_warnings
from .errors import ThumbnetError, quoted
from .files.archive import FORMAT as ARCHIVE_FORMAT
from .files.archive import VERSION as ARCHIVE_VERSION
from .files.archive import read as read_archive
from .files.archive import write as write_archive
from .files.atomic import check_writable, write_atomically, writing_in
from .files.folder_lock import locked
from .files.proposals import did_you_mean, proposal
from .files.reading import read_bytes, read_regular_file
from .files.strict_json import json_fits, parse_json
from .files.temporary import report_write_errors, temporary_file, temporary_folder
from .files.zip_members import read_zip
from .layers.attention import MultiHeadAttention
from .layers.augmentation import RandomShift
from .layers.convolutional import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from .layers.core import Activation, Dense, Dropout, Flatten
from .layers.embedding import Embedding
from .layers.layer import IntegerRole, Layer
from .layers.layer_normalization import LayerNormalization
from .layers.merging import Add, Concatenate
from .layers.normalization import BatchNormalization
from .layers.pooling_layers import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .layers.position_embedding import PositionEmbedding
from .layers.preprocessing import Normalization, Rescaling
from .layers.recurrent import GRU, LSTM, SimpleRNN
from .layers.regularizers import l2
from .layers.reshape import Reshape
from .layers.symbols import Input
from .models.model import Model, Sequential, load_checkpoint, load_model, restore_model
from .models.perceptron import Perceptron
from .models.regression import LinearRegression, LogisticRegression
from .optimization.class_scores import balanced_accuracy, confusion_matrix, is_uneven
from .optimization.losses import Loss
from .optimization.optimizers import SGD, Adam, Optimizer, RMSprop
from .optimization.target_values import to_categorical
from .quantization.affine import (
    ACTIVATION_MAX,
    FLAT_BEYOND,
    WEIGHT_BITS,
    affine,
    curve_output,
    largest_weight,
)
from .signals.clock_names import time_column, unit_by_name
from .signals.flatlines import find_flatlines
from .signals.motions import aeon_datasets, load_gestures, load_motions
from .signals.outliers import find_outliers
from .signals.printed_lines import LineReader, line_reader
from .signals.recording_split import split_by_recording
from .signals.recordings import RECORDING_SUFFIXES, Recording, read_recordings
from .signals.sample_times import SECONDS as SECONDS_OF_UNIT
from .signals.sample_times import other_time_unit, time_option
from .signals.stream_settings import BANDS as BANDS_FEATURE
from .signals.stream_settings import FEATURES as WINDOW_FEATURES
from .signals.stream_settings import RAW as RAW_FEATURE
from .signals.stream_settings import StreamSettings
from .signals.window_features import compute_features, sine_table
from .signals.windows import Windows, cut, cut_as, window_inputs
from .sound import log_mel_tables
from .sound import tables as sound_tables
from .sound.audio_files import read_audio
from .sound.clips import BACKGROUND, BACKGROUNDS, NOISE_FOLDER, Clip, Sounds, read_sounds
from .sound.examples import SoundExamples
from .sound.front_end import SoundFrontEnd
from .sound.front_ends import FRONT_ENDS, FrontEndSettings
from .sound.levels import level_table, sound_levels
from .sound.log_mel_settings import LogMelSettings
from .sound.made_noise import QUIET
from .sound.mel_filters import mel_filters
from .sound.settings import SoundSettings
from .sound.sound_files import AUDIO_SUFFIXES, sound_files
from .sound.sound_split import SoundOptions, examples_like, split_sounds
from .sound.stream import SoundStream
from .sound.trained import TOP as SOUND_TOP
from .sound.trained import TrainedSound
from .sound.wide_fourier import wide_sines
from .training.callbacks import Callback, EarlyStopping, History
from .training.checkpoint import ModelCheckpoint
from .training.schedules import LearningRateScheduler, OneCycle

__all__ = [
    "ARCHIVE_FORMAT",
    "ARCHIVE_VERSION",
    "read_archive",
    "write_archive",
    "ACTIVATION_MAX",
    "Activation",
    "Adam",
    "Add",
    "AveragePooling1D",
    "AveragePooling2D",
    "BANDS_FEATURE",
    "BatchNormalization",
    "COUNT_LIMIT",
    "CURVES",
    "Callback",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "DATASET_NAMES",
    "Dataset",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "WINDOW_FEATURES",
    "FLAT_BEYOND",
    "FRONT_ENDS",
    "Flatten",
    "FrontEndSettings",
    "GRU",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GradientTape",
    "History",
    "Input",
    "InputSpec",
    "IntegerRole",
    "Layer",
    "LayerNormalization",
    "LARGEST",
    "LSTM",
    "LearningRateScheduler",
    "LineReader",
    "LinearRegression",
    "LogMelSettings",
    "LogisticRegression",
    "Loss",
    "MNIST_FILES",
    "MaxPooling1D",
    "MaxPooling2D",
    "Model",
    "ModelCheckpoint",
    "MultiHeadAttention",
    "Normalization",
    "OneCycle",
    "Optimizer",
    "Perceptron",
    "PositionEmbedding",
    "RAW_FEATURE",
    "RECORDING_SUFFIXES",
    "RMSprop",
    "RandomShift",
    "Recording",
    "Rescaling",
    "Reshape",
    "SGD",
    "Sequential",
    "SimpleRNN",
    "BACKGROUND",
    "BACKGROUNDS",
    "Clip",
    "NOISE_FOLDER",
    "SOUND_TOP",
    "SoundExamples",
    "SoundFrontEnd",
    "SoundOptions",
    "Sounds",
    "TrainedSound",
    "examples_like",
    "AUDIO_SUFFIXES",
    "QUIET",
    "read_audio",
    "read_sounds",
    "sound_files",
    "split_sounds",
    "SoundSettings",
    "SoundStream",
    "level_table",
    "line_reader",
    "StreamSettings",
    "CsvTask",
    "TABLES",
    "TableColumns",
    "TableOptions",
    "Tensor",
    "ThumbnetError",
    "Variable",
    "WEIGHT_BITS",
    "Windows",
    "aeon_datasets",
    "affine",
    "balanced_accuracy",
    "check_names",
    "check_writable",
    "compute_features",
    "confusion_matrix",
    "curve_output",
    "cut",
    "cut_as",
    "did_you_mean",
    "encode_labels",
    "find_flatlines",
    "find_mnist",
    "find_outliers",
    "idx_pairs",
    "is_uneven",
    "json_fits",
    "l2",
    "largest_weight",
    "load_checkpoint",
    "load_dataset",
    "load_digits",
    "load_gestures",
    "load_mnist",
    "load_model",
    "restore_model",
    "load_motions",
    "load_split",
    "locked",
    "log_mel_tables",
    "mel_filters",
    "other_time_unit",
    "parse_json",
    "on_both_sides",
    "proposal",
    "quoted",
    "read_bytes",
    "read_csv",
    "read_idx",
    "read_npz",
    "RowReader",
    "WrongColumns",
    "window_inputs",
    "read_recordings",
    "read_regular_file",
    "read_zip",
    "report_write_errors",
    "resize_bilinear",
    "sine_table",
    "sound_levels",
    "sound_tables",
    "split_by_recording",
    "temporary_file",
    "temporary_folder",
    "SECONDS_OF_UNIT",
    "time_column",
    "time_option",
    "unit_by_name",
    "to_categorical",
    "table_warnings",
    "train_test_split",
    "write_atomically",
    "writing_in",
    "wide_sines",
]


def __dir__() -> list[str]:
    """Show what is public, and no sub-package."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
