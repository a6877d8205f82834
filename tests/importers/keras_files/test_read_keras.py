"""Files of Keras are read without Keras, and only what they hold themselves."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.mutators import mutate_zip, write_zip

from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.trainer import ThumbnetError

KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)


def config(**dense: Any) -> dict[str, Any]:
    settings = {"name": "dense", "units": 2, "activation": "relu", "use_bias": False, **dense}
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 3]}},
        {"class_name": "Dense", "module": "keras.layers", "config": settings},
    ]
    return {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}


def weights(**extra: Any) -> bytes:
    file = BytesIO()
    with h5py.File(file, "w") as h5:
        place = h5.create_group("layers/dense/vars")
        for name, value in ({"0": KERNEL} | extra).items():
            place[name] = value
    return file.getvalue()


def written(path: Path, described: Any, stored: bytes) -> Path:
    text = described if isinstance(described, str) else json.dumps(described)
    path.write_bytes(write_zip([("config.json", text), ("model.weights.h5", stored)]))
    return path


def said_of(path: Path) -> str:
    """The message about a file; empty if it is read."""
    try:
        read_float(path)
    except ThumbnetError as error:
        return str(error)
    return ""


def refused(path: Path) -> str:
    with pytest.raises(ThumbnetError) as caught:
        read_float(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def test_what_is_read(tmp_path: Path) -> None:
    model = read_float(written(tmp_path / "net.keras", config(), weights()))
    x = np.array([[1.0, -2.0, 0.5]])
    assert_allclose(model.predict(x), np.maximum(x @ KERNEL, 0))


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["w"] = KERNEL
    data = weights(**{"0": h5py.ExternalLink(str(other), "w")})
    said = refused(written(tmp_path / "net.keras", config(), data))
    assert said == "its weights are links to other files: save them in one file"


def test_text_in_place_of_weights_is_refused(tmp_path: Path) -> None:
    data = weights(**{"0": np.array([b"text"], dtype=object)})
    assert "are no numbers" in refused(written(tmp_path / "net.keras", config(), data))


def test_weights_that_unpack_to_more_than_memory_are_refused(tmp_path: Path) -> None:
    file = BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_dataset("layers/dense/vars/0", (2**20, 2**12), "f4", chunks=(64, 64))
    said = refused(written(tmp_path / "net.keras", config(), file.getvalue()))
    assert said == "it has more than 256 MB of weights"


@pytest.mark.parametrize(
    ("described", "says"),
    [
        ("{", "its config is no JSON"),
        ("[]", "its config is not understood"),
        ({"class_name": "Mine", "config": {}}, "it is a Mine, a class of its own"),
        (config(activation={"class_name": "__lambda__", "config": {}}), "an activation of its own"),
        (config(units=2, use_bias=True), "its settings do not fit"),
    ],
)
def test_other_descriptions_are_refused(described: Any, says: str, tmp_path: Path) -> None:
    assert says in refused(written(tmp_path / "net.keras", described, weights()))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    path.write_bytes(b"neither")
    assert refused(path) == "is no file of Keras: save the model with model.save('NAME.keras')"
    path.write_bytes(write_zip([("config.json", "{}")]))
    assert refused(path).startswith("has no model.weights.h5: save the model")


def test_damaged_files_end_in_one_line(tmp_path: Path) -> None:
    path, random = tmp_path / "net.keras", Random(2)
    data = written(path, config(), weights()).read_bytes()
    path.write_bytes(data[:100])
    assert refused(path).startswith("truncated or damaged")
    for _ in range(200):
        path.write_bytes(mutate_zip(data, random))
        assert "\n" not in said_of(path)
