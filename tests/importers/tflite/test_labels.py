"""Names of classes that a .tflite carries: read where they fit, within bounds, else left out."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import Network, build

from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import ThumbnetError


def file_of(*labels: str, end: str = "SOFTMAX", dtype: str = "int8") -> bytes:
    net = Network()
    x = net.input((1, 3), (0.1,) if dtype == "int8" else (), 3 if dtype == "int8" else 0, dtype)
    if dtype == "float32":
        weights = net.constant(np.eye(3, dtype=np.float32))
        y = net.apply("FULLY_CONNECTED", [x, weights], (1, 3), dtype="float32")
    else:
        beta = {"beta": 1.0} if end == "SOFTMAX" else {}
        y = net.apply(end, [x], (1, 3), 2.0**-8, -128, **beta)
    return build(replace(net.model(y), label_file="labels.txt", labels=labels))


def labels_in(data: bytes, folder: Path) -> tuple[str, ...]:
    path = folder / "net.tflite"
    path.write_bytes(data)
    network = read(path)
    if isinstance(network, IntegerNetwork):
        return network.task.labels
    return tuple(network.labels or ())


def test_each_line_names_a_class(tmp_path: Path) -> None:
    assert labels_in(file_of("no", " yes ", "größer", ""), tmp_path) == ("no", "yes", "größer")


@pytest.mark.parametrize("end", ["LOGISTIC", "TANH"])
def test_names_make_a_classifier(tmp_path: Path, end: str) -> None:
    assert labels_in(file_of("a", "b", "c", end=end), tmp_path) == ("a", "b", "c")


def test_a_float_network_gets_them_too(tmp_path: Path) -> None:
    assert labels_in(file_of("a", "b", "c", dtype="float32"), tmp_path) == ("a", "b", "c")


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "a"), ("a", "x" * 2000, "c")])
def test_names_that_do_not_fit_are_left_out(tmp_path: Path, labels: tuple[str, ...]) -> None:
    assert labels_in(file_of(*labels), tmp_path) == ("0", "1", "2")
    assert labels_in(file_of(*labels, dtype="float32"), tmp_path) == ()


def test_the_file_may_be_missing(tmp_path: Path) -> None:
    data = file_of("a", "b", "c")
    bare = data[: data.index(b"PK\3\4")]
    assert labels_in(bare, tmp_path) == ("0", "1", "2")
    other = BytesIO(bare)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("labels_of_others.txt", "a\nb\nc")
    assert labels_in(other.getvalue(), tmp_path) == ("0", "1", "2")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    data = file_of("a", "b", "c")
    bomb = BytesIO(data[: data.index(b"PK\3\4")])
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("labels.txt", bytes(200 * 2**20))
    with pytest.raises(ThumbnetError, match=r"is not read: its .* bytes unpack to"):
        labels_in(bomb.getvalue(), tmp_path)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(file_of("aaaa", "b", "c"))
    data[data.index(b"aaaa\nb")] ^= 1
    with pytest.raises(ThumbnetError, match=r"net.tflite: truncated or damaged \(Bad CRC-32"):
        labels_in(bytes(data), tmp_path)
