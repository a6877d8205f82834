"""The network that `thumbnet train` builds: scaling, convolutions, recurrence, dense layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.trainer import (
    GRU,
    LSTM,
    SOUND_TOP,
    Activation,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dataset,
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    InputSpec,
    Layer,
    Normalization,
    Rescaling,
    Sequential,
    SoundExamples,
    ThumbnetError,
    Windows,
)

from .settings import Array, TrainSettings

IMAGE_KERNEL, SEQUENCE_KERNEL = 3, 5
"""Pixels and samples that a kernel of a convolution covers."""

STRIDE = 2
"""Every convolution halves the size of its input."""

CALIBRATION_ROWS = 512


def with_input_shape(data: Dataset, settings: TrainSettings) -> Dataset:
    """Return a data set in the shape that the first layer takes: for convolutions, images.

    Raises
    ------
    ThumbnetError
        If the first layer needs images or sequences and there are none.

    """
    if not settings.conv and not settings.recurrent:
        return data
    if data.image_shape is not None and not settings.recurrent:
        shape = (*data.image_shape, 1)
        spec = data.input_spec
        if spec is not None:
            spec = InputSpec(shape, spec.names, spec.resolution, spec.minimum, spec.maximum)
        return replace(data, x=data.x.reshape(len(data), *shape), input_spec=spec)
    if data.x.ndim != 3 and (settings.recurrent or data.x.ndim != 4):
        option, accepts, images = "--gru", "windows of recordings", ""
        if settings.lstm:
            option = "--lstm"
        elif not settings.gru:
            option, accepts = "--conv", "images and windows of recordings"
            images = ", use images (examples, height, width, colours)"
        raise ThumbnetError(
            f"{option} is for {accepts}, but {data.name or 'the data'} has rows of "
            f"{data.x[0].size} numbers: cut recordings into windows (--window 100 --features raw)"
            f"{images}, or leave out {option}"
        )
    return data


def build(data: Dataset, settings: TrainSettings, name: str = "model") -> Sequential:
    """Return a compiled network for a data set, with calibration rows and what export needs.

    Parameters
    ----------
    data
        The training set, see `with_input_shape`.
    settings
        What to build.
    name
        Name of the model.

    """
    model = Sequential(name=name, seed=settings.seed)
    for layer in _layers(data, settings):
        model.add(layer)
    if data.labels is not None:
        model.add(Dense(len(data.labels), "softmax"))
        loss, metrics = "sparse_categorical_crossentropy", ["accuracy"]
    else:
        model.add(Dense(1 if data.y.ndim == 1 else data.y.shape[1]))
        loss, metrics = "mse", []
    model.build(data.x.shape[1:])
    model.compile(settings.make_optimizer(), loss, metrics)
    model.labels, model.input_spec = data.labels, data.input_spec
    model.samples["calibration"] = data.x[_calibration_rows(data, settings.seed)]
    model.info = {
        "dataset": data.name,
        "seed": settings.seed,
        "batch_size": settings.batch_size,
        "training_rows": len(data),
    }
    if data.table is not None:
        model.info["table"] = data.table.get_config()
    if data.image_shape is not None:
        model.info["image_shape"] = list(data.image_shape)
    if isinstance(data, Windows):
        data.prepare(model, settings.vote)
    if isinstance(data, SoundExamples):
        model.info["sound"] = data.sound.get_config()
    return model


def _layers(data: Dataset, settings: TrainSettings) -> list[Layer]:
    """Return all layers but the last one."""
    found = [*_scaling(data, settings.scale)]
    sequences = data.x.ndim == 3
    for filters in settings.conv:
        size = SEQUENCE_KERNEL if sequences else IMAGE_KERNEL
        conv = Conv1D if sequences else Conv2D
        # No bias: the normalization behind it has one.
        found.append(conv(filters, size, strides=STRIDE, padding="same", use_bias=False))
        found += [BatchNormalization(momentum=0.9), Activation(settings.activation)]
    if settings.recurrent:
        found.append(GRU(settings.gru) if settings.gru else LSTM(settings.lstm))
    elif settings.conv:
        found.append(GlobalAveragePooling1D() if sequences else GlobalAveragePooling2D())
    elif data.x.ndim > 2:
        found.append(Flatten())
    return found + [Dense(units, settings.activation) for units in settings.hidden]


def _scaling(data: Dataset, scale: str | None) -> list[Layer]:
    if isinstance(data, SoundExamples):
        return [Rescaling(1 / SOUND_TOP, -data.sound.zero_point / SOUND_TOP)]
    if scale is None and (data.image_shape is not None or data.x.ndim > 3):
        spec = data.input_spec
        largest = spec.maximum if spec is not None else None
        # One scale for all pixels: a pixel that is always empty in training is still a pixel.
        top = float(np.max(data.x.max() if largest is None else largest))
        return [Rescaling(1 / top if top > 0 else 1.0)]
    if scale == "none":
        return []
    # One scale for each feature, or for each channel of a window.
    if scale == "minmax":
        return [Rescaling.from_range(data.x)]
    return [Normalization().adapt(data.x)]


def _calibration_rows(data: Dataset, seed: int) -> Array:
    """Return indices of random rows; if no range is declared, also of the extremes of all rows.

    The range that windows declare is what their counts may reach, not what they do reach.
    """
    spec, channels = data.input_spec, data.x.shape[-1]
    rows = np.random.default_rng(seed).permutation(len(data))[:CALIBRATION_ROWS]
    declared = spec is not None and spec.minimum is not None and spec.maximum is not None
    if not declared or isinstance(data, Windows):
        flat = data.x.reshape(-1, channels)
        ends = np.concatenate([flat.argmin(axis=0), flat.argmax(axis=0)])
        rows = np.concatenate([rows, ends // (len(flat) // len(data))])
    return np.unique(rows)
