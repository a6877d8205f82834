"""The docstring of a generated module."""

from __future__ import annotations

import re

import numpy as np
from support.networks import random_model, run_module

from thumbnet.export import convert
from thumbnet.trainer import Dense, InputSpec, Sequential


def test_header() -> None:
    rng = np.random.default_rng(0)
    model, x = random_model(rng, [4, 3, 2], "relu", "softmax", "standard")
    program = convert(model, x, name="gestures")
    module = program.module("Accuracy on 9 rows: 100 %.")
    text = re.sub("^# ?", "", module[: module.index("INPUTS")], flags=re.M)
    assert text.startswith("gestures: a neural network in fixed point, made by thumbnet")
    assert "4 -> 3 relu -> 2 softmax. 23 parameters, 18 multiply-accumulates." in text
    assert "Accuracy on 9 rows: 100 %." in text
    assert "import gestures\n" in text
    assert "gestures.predict(values)" in text
    assert "gestures.predict_proba(values)" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_header_tells_of_readings_that_saturate() -> None:
    x = np.linspace(-1, 1, 201)[:, None]
    model = Sequential([Dense(1)])
    model.build((1,))
    for edge, told in ((1.25, False), (16.0, True)):
        model.input_spec = InputSpec((1,), resolution=0.01, minimum=-edge, maximum=edge)
        text = " ".join(convert(model, x, name="net").module().replace("\n#", "").split())
        assert ("answers as at the edge" in text) == told
        assert not told or "(for the input: -1.26 to 1.25)" in text


def test_hostile_labels_stay_literals() -> None:
    model, x = random_model(np.random.default_rng(0), [2, 2], "relu", "softmax", "none")
    model.labels = ('"""; import os', "a\\\nb' \u00e9")
    model.input_spec = InputSpec((2,), names=('"""', "back\\slash"))
    module = run_module(convert(model, x, name="net").module())
    assert module["LABELS"] == model.labels
    assert "os" not in module
