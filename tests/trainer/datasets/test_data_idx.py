"""IDX: every number type, with gzip and without, and all error messages."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from thumbnet.trainer import ThumbnetError, load_dataset, load_split, read_idx
from thumbnet.trainer.datasets.idx import read_idx_pair

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(values: NDArray[Any]) -> bytes:
    """IDX written according to its description, independently of the reader."""
    kind = values.dtype.str[1:]
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, CODES[kind], values.ndim, *values.shape)
    return head + values.astype(values.dtype.newbyteorder(">")).tobytes()


def refusal(path: Path) -> str:
    with pytest.raises(ThumbnetError) as caught:
        read_idx(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{path.parent}/", "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    values=st.sampled_from(sorted(CODES)).flatmap(
        lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=1, max_dims=4, max_side=5))
    ),
    packed=st.booleans(),
)
def test_round_trip(tmp_path: Path, values: NDArray[Any], packed: bool) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(idx(values)) if packed else idx(values))
    result = read_idx(path)
    assert result.dtype == values.dtype
    assert result.dtype.isnative
    np.testing.assert_array_equal(result, values)


EXAMPLE = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.idx: the file is empty"),
        (
            b"\0\0",
            "a.idx: not an IDX file: it starts with 00 00, expected 00 00, a type "
            "(08 09 0b 0c 0d 0e) and a number of dimensions",
        ),
        (
            b"\x93NUMPY",
            "a.idx: not an IDX file: it starts with 93 4e 55 4d, expected 00 00, a type "
            "(08 09 0b 0c 0d 0e) and a number of dimensions",
        ),
        (
            b"\0\0\x0a\x01\0\0\0\0",
            "a.idx: not an IDX file: it starts with 00 00 0a 01, expected 00 00, a type "
            "(08 09 0b 0c 0d 0e) and a number of dimensions",
        ),
        (
            b"\0\0\x08\x00",
            "a.idx: not an IDX file: it starts with 00 00 08 00, expected 00 00, a type "
            "(08 09 0b 0c 0d 0e) and a number of dimensions",
        ),
        (EXAMPLE[:10], "a.idx: cut short within the IDX header: fetch it again"),
        (
            EXAMPLE[:-1],
            "a.idx: 17 bytes, but its header (shape (2, 3), uint8) needs 18: "
            "the file is cut short, fetch it again",
        ),
        (
            EXAMPLE + b"\0",
            "a.idx: 19 bytes, but its header (shape (2, 3), uint8) needs 18: "
            "the file is too long, fetch it again",
        ),
        (
            b"\0\0\x0e\x04" + b"\xff" * 16 + b"\0",
            "a.idx: 21 bytes, but its header (shape (4294967295, 4294967295, 4294967295, "
            "4294967295), float64) needs 2722258932905646206453085306635079700500000020: "
            "the file is cut short, fetch it again",
        ),
    ],
)
def test_refusals(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.idx"
    path.write_bytes(data)
    if "float64" in message:
        needed = 20 + 8 * (2**32 - 1) ** 4
        message = message.replace("2722258932905646206453085306635079700500000020", str(needed))
    assert refusal(path) == message


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b[:12], lambda b: b[:20] + b"\xff\xff" + b[22:]]
)
def test_damaged_gzip(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(damage(gzip.compress(bytes(range(200)))))
    assert refusal(path).startswith("a.gz: damaged gzip file (")
    assert refusal(path).endswith("): fetch it again")


def test_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a") == "a: no such file: check the name and the folder"


def write_pair(
    folder: Path, stem: str, images: NDArray[Any], labels: NDArray[Any]
) -> tuple[Path, Path]:
    paths = folder / f"{stem}-images-idx3-ubyte", folder / f"{stem}-labels-idx1-ubyte.gz"
    paths[0].write_bytes(idx(images))
    paths[1].write_bytes(gzip.compress(idx(labels)))
    return paths


IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
LABELS = np.array([2, 0, 1, 2], np.uint8)


def test_a_pair_is_a_data_set(tmp_path: Path) -> None:
    data = read_idx_pair(*write_pair(tmp_path, "train", IMAGES, LABELS))
    assert data.x.dtype == np.uint8
    np.testing.assert_array_equal(data.x, IMAGES.reshape(4, 6))
    assert data.image_shape == (2, 3)
    assert data.y.tolist() == [2, 0, 1, 2]
    assert data.labels == ("0", "1", "2")
    assert data.name == "train"
    assert data.input_spec is not None
    assert (data.input_spec.minimum, data.input_spec.maximum) == (0, 255)


def test_folders_and_files_through_load_dataset(tmp_path: Path) -> None:
    write_pair(tmp_path, "t10k", IMAGES[:2] + 100, LABELS[:2])
    images, labels = write_pair(tmp_path, "train", IMAGES, LABELS)
    both = load_dataset(tmp_path)
    assert both.y.tolist() == [2, 0, 1, 2, 2, 0]
    assert both.x[:, 0].tolist() == [0, 6, 12, 18, 100, 106]
    for path in (images, labels):
        assert load_dataset(path).y.tolist() == [2, 0, 1, 2]
    train, test = load_split(tmp_path)
    assert (train.y.tolist(), test.y.tolist()) == ([2, 0, 1, 2], [2, 0])


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            IMAGES,
            LABELS[:3],
            "a-images-idx3-ubyte has 4 examples, but a-labels-idx1-ubyte.gz has 3 labels: "
            "these files do not belong together",
        ),
        (
            IMAGES[:, 0, 0],
            LABELS,
            "a-images-idx3-ubyte: shape (4,), expected (examples, height, width)",
        ),
        (
            IMAGES,
            LABELS.astype(np.float32),
            "a-labels-idx1-ubyte.gz: shape (4,) of float32, expected a whole number per example",
        ),
        (
            IMAGES,
            LABELS.astype(np.int8) - 1,
            "a-labels-idx1-ubyte.gz: class -1 is negative, classes count from 0",
        ),
        (
            np.full((4, 2), np.nan, np.float32),
            LABELS,
            "a-images-idx3-ubyte: holds NaN, infinity or numbers above 1e+30",
        ),
    ],
)
def test_refusals_of_a_pair(
    tmp_path: Path, images: NDArray[Any], labels: NDArray[Any], message: str
) -> None:
    paths = write_pair(tmp_path, "a", images, labels)
    with pytest.raises(ThumbnetError) as caught:
        read_idx_pair(*paths)
    assert str(caught.value).replace(f"{tmp_path}/", "") == message


def test_a_folder_without_a_pair(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(EXAMPLE)
    with pytest.raises(ThumbnetError, match="no pair of IDX files here: expected NAME-images"):
        load_dataset(tmp_path)
