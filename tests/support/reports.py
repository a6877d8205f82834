"""Networks to write reports about: of pictures, features, windows, numbers; and a bare one.

Of pictures and windows there are also those of `--conv` and `--gru`, whose layers have long names.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from thumbnet.export import load_board
from thumbnet.tools.workflow.architecture import shaped
from thumbnet.tools.workflow.settings import Recipe
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.training import fit
from thumbnet.tools.report.contents import Report
from thumbnet.tools.report.collect import gather
from thumbnet.tools.report.page import render
from thumbnet.trainer import (
    Dataset,
    Dense,
    Flatten,
    InputSpec,
    Model,
    Normalization,
    Sequential,
    cut,
    load_digits,
    split_by_recording,
    train_test_split,
)

from .motions import motions

NASTY = ("$5 or $9'\"", "<b>tap & hold</b>", "idle, and waiting for something to happen")
"""Names of classes that a page must take as they are."""

FEATURES = ("ax", "<i>ay", "{{ az }}", "a name that is much too long", "gz")


@cache
def pictures() -> Model:
    """Digits of 8 x 8 pixels, ten classes, mistakes."""
    return _trained(load_digits(), Recipe(hidden=(16,), epochs=12), "digits")


@cache
def features() -> Model:
    """Five features, three uneven classes with names that a page has to escape."""
    rng = np.random.default_rng(0)
    x = np.round(rng.normal(size=(400, 5)) * (1, 10, 100, 0.1, 5), 2)
    y = np.where(x[:, 0] + x[:, 1] / 10 > 1.6, 1, np.where(x[:, 2] > -20, 0, 2))
    spec = InputSpec((5,), FEATURES, 0.01)
    return _trained(Dataset(x, y, NASTY, spec, "gestures"), Recipe(epochs=20), "gestures")


@cache
def deep() -> Model:
    """Convolutions on digits of 24 x 24 pixels."""
    data, recipe = load_digits(), Recipe(hidden=(), conv=(8, 12, 18), epochs=1)
    x = np.kron(data.x.reshape(-1, 8, 8), np.ones((1, 3, 3))).reshape(len(data), -1)
    data = replace(data, x=x.astype(data.x.dtype), image_shape=(24, 24), input_spec=None)
    return _trained(shaped(data, recipe), recipe, "deep")


@cache
def stream() -> Model:
    """A recurrent network on windows of recordings."""
    train, test = split_by_recording(cut(motions(), 50, 10), 0.5)
    recipe = Recipe(hidden=(), gru=8, epochs=3)
    model = build(train, recipe, "stream")
    fit(model, train, test, recipe)
    return model


@cache
def many() -> Model:
    """Three uneven classes, and more held-out examples than a model keeps."""
    rng = np.random.default_rng(0)
    y = rng.choice(3, 3000, p=(0.8, 0.1, 0.1))
    data = Dataset(np.round(rng.normal(y[:, None], 0.6, (3000, 4)), 2), y, NASTY, name="many")
    train, test = train_test_split(data, 0.5, seed=0)
    recipe = Recipe(hidden=(4,), epochs=3)
    model = build(train, recipe, "many")
    fit(model, train, test, recipe)
    return model


@cache
def numbers() -> Model:
    """A regression: a score of two features."""
    rng = np.random.default_rng(0)
    x = np.round(rng.uniform((0, 4), (8, 9), (300, 2)), 1)
    y = 20 + 7 * x[:, 0] + 2 * x[:, 1] + rng.normal(0, 4, 300)
    spec = InputSpec((2,), ("hours", "sleep"), 0.1)
    return _trained(Dataset(x, y, input_spec=spec, name="scores"), Recipe(epochs=30), "scores")


@cache
def windows() -> Model:
    """Windows of recordings of three channels, trained in plain Python."""
    train, test = split_by_recording(cut(motions(), 20, 10), 0.5)
    scaling = Normalization()
    layers = (Flatten(), scaling, Dense(6, "relu"), Dense(3, "softmax"))
    model = Sequential(layers, name="motions", seed=0)
    scaling.adapt(train.x.reshape(len(train), -1))
    model.build(train.x.shape[1:])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(train.x, train.y, epochs=20, validation_data=(test.x, test.y))
    train.prepare(model)
    model.info["history"] = history.history
    names = np.array(test.names)[test.recording]
    model.samples = {"calibration": train.x, "test_x": test.x, "test_y": test.y}
    model.samples["test_recording"] = names
    return model


@cache
def bare() -> Model:
    """A network that carries nothing but its weights."""
    model = Sequential([Dense(10, "softmax")], name="bare", seed=0)
    model.build((64,))
    return model


@cache
def report(name: str, *boards: str) -> Report:
    """What there is to say of one of these networks."""
    return gather(globals()[name](), name, list(map(load_board, boards)))


@cache
def page(name: str, *boards: str) -> str:
    """The page that says it."""
    return render(report(name, *boards), f"{name}.npz")


def _trained(data: Dataset, recipe: Recipe, name: str) -> Model:
    train, test = train_test_split(data, seed=0)
    model = build(train, recipe, name)
    fit(model, train, test, recipe)
    return model
