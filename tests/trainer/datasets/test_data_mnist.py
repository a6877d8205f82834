"""MNIST: the real files, where they are searched for, and how they are downloaded."""

from __future__ import annotations

import functools
import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.trainer import Dataset, ThumbnetError, load_dataset, load_mnist
from thumbnet.trainer.datasets import mnist as module

FILES = {name: f"the content of {name}".encode() for name in module.MNIST_FILES}
# Of the four files without gzip, as they are published; a recompressed copy is as good.
TRAIN_SHA256 = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
TEST_SHA256 = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"


def test_the_real_thing(mnist: tuple[Dataset, Dataset]) -> None:
    for data, n, sha256 in ((mnist[0], 60_000, TRAIN_SHA256), (mnist[1], 10_000, TEST_SHA256)):
        assert data.x.shape == (n, 784)
        assert data.x.dtype == np.uint8
        assert data.labels == tuple("0123456789")
        assert data.image_shape == (28, 28)
        assert data.name == "mnist"
        spec = data.input_spec
        assert spec is not None
        assert (spec.shape, spec.resolution, spec.minimum, spec.maximum) == ((784,), 1.0, 0, 255)
        head = bytes.fromhex("00000803") + n.to_bytes(4, "big") + bytes.fromhex("0000001c0000001c")
        assert hashlib.sha256(head + data.x.tobytes()).hexdigest() == sha256
    assert np.bincount(mnist[1].y).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert mnist[0].y[:5].tolist() == [5, 0, 4, 1, 9]


def test_by_name_it_is_all_of_it(mnist: tuple[Dataset, Dataset]) -> None:
    data = load_dataset("mnist")
    assert len(data) == 70_000
    np.testing.assert_array_equal(data.y[60_000:], mnist[1].y)


@pytest.mark.parametrize("sub", ["", "mnist"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_where_files_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sub: str, suffix: str
) -> None:
    monkeypatch.setenv("THUMBNET_DATA", str(tmp_path))
    (tmp_path / sub).mkdir(exist_ok=True)
    for i, (name, content) in enumerate(FILES.items()):
        assert module.find_mnist() is None, f"found {i} files of four"
        (tmp_path / sub / (name + suffix)).write_bytes(content)
    assert module.find_mnist() == {name: tmp_path / sub / (name + suffix) for name in FILES}


def test_no_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THUMBNET_DATA", raising=False)
    assert module.find_mnist() is None


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A mirror on this machine; the folder that it serves."""
    served = tmp_path / "served"
    served.mkdir()
    digests = {}
    for name, content in FILES.items():
        packed = gzip.compress(content)
        (served / f"{name}.gz").write_bytes(packed)
        digests[name] = hashlib.sha256(packed).hexdigest()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setattr(module, "MIRROR", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setattr(module, "MNIST_FILES", digests)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield served
        server.shutdown()
        thread.join()


def test_fetched_once_and_kept(mirror: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    found = module.fetch_mnist(cache)
    assert {name: gzip.decompress(path.read_bytes()) for name, path in found.items()} == FILES
    for path in mirror.iterdir():
        path.unlink()
    assert module.fetch_mnist(cache) == found, "the second time needs no mirror"


def advice(name: str) -> str:
    return f": set THUMBNET_DATA to a folder with the four files {', '.join(FILES)} (.gz or not)"


def test_a_wrong_file_is_refused_and_not_kept(mirror: Path, tmp_path: Path) -> None:
    name = "train-labels-idx1-ubyte"
    (mirror / f"{name}.gz").write_bytes(b"something else")
    with pytest.raises(ThumbnetError) as caught:
        module.fetch_mnist(tmp_path / "cache")
    assert str(caught.value) == (
        f"MNIST: cannot fetch {module.MIRROR}{name}.gz (wrong SHA-256){advice(name)}"
    )
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["train-images-idx3-ubyte.gz"]


def test_a_missing_file_and_no_network(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mirror / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ThumbnetError, match=r"t10k-labels-idx1-ubyte.gz \(HTTPError\): set THUMB"):
        module.fetch_mnist(tmp_path / "cache")
    monkeypatch.setattr(module, "MIRROR", "http://127.0.0.1:9/")
    with pytest.raises(ThumbnetError) as caught:
        module.fetch_mnist(tmp_path / "other")
    assert str(caught.value) == (
        "MNIST: cannot fetch http://127.0.0.1:9/train-images-idx3-ubyte.gz (ConnectionError)"
        + advice("train-images-idx3-ubyte")
    )
    monkeypatch.setenv("THUMBNET_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    with pytest.raises(ThumbnetError, match=r"^MNIST: cannot fetch "):
        load_mnist()


def test_other_data_under_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMBNET_DATA", str(tmp_path))
    for name in module.MNIST_FILES:
        shape = "00000803 00000002 00000001 00000002 01020304"
        labels = "00000801 00000002 0001"
        (tmp_path / name).write_bytes(bytes.fromhex(shape if "images" in name else labels))
    with pytest.raises(ThumbnetError) as caught:
        load_mnist()
    assert str(caught.value) == (
        f"MNIST: {tmp_path} holds (2, 2) and 2 classes where MNIST has (60000, 784) and 10: "
        "put the original files there"
    )
