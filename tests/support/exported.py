"""Small networks as the exporter writes them: two models of one name, whose answers differ."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.export import Artifact, Program, convert
from thumbnet.trainer import Dense

from .handmade import drawn

NAME = "gestures"


@cache
def program(seed: int = 0, units: int = 9, **options: Any) -> Program:
    """A network of 12 readings from 0 to 255 and five classes, for `generic` by default."""
    layers = (Dense(units, activation="sigmoid"), Dense(5, activation="softmax"))
    return convert(drawn(*layers, inputs=12, gain=0.02, seed=seed), rows(100), name=NAME, **options)


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 12)).astype(float)


def exported(folder: Path, seed: int = 0, **options: Any) -> Artifact:
    """The artifact, written to a folder of its own."""
    if options.get("board") == "microbit":
        pytest.importorskip("micropython_microbit_fs")
    return program(seed, **options).write(folder / f"{len(list(folder.iterdir()))}", rows(20))
