"""Models in files: what is restored, and what is rejected."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from thumbnet.trainer import (
    Activation,
    Adam,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    InputSpec,
    Layer,
    ModelCheckpoint,
    Normalization,
    Rescaling,
    Sequential,
    ThumbnetError,
    load_model,
)
from thumbnet.trainer.files.archive import write

X = np.random.default_rng(0).standard_normal((40, 3)) * 10 + 1000
Y = (X[:, 0] > 1000).astype(int)


@pytest.fixture
def model() -> Sequential:
    layers: list[Layer] = [
        Normalization().adapt(X),
        Dense(5, "leaky_relu", kernel_regularizer=0.01, kernel_initializer="he_normal"),
        BatchNormalization(0.8),
        Dropout(0.2),
        Flatten(),
        Rescaling([1, 2, 3, 4, 5], 0.1),
        Dense(2, use_bias=False),
        Activation("softmax"),
    ]
    made = Sequential(layers, "gestures", seed=3)
    made.compile(Adam(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    made.fit(X, Y, epochs=3)
    made.labels = ("still", "wäve")
    made.input_spec = InputSpec((3,), ("x", "y", "z"), (0.1, 0.1, 1.0), 0.0, 2000.0)
    made.info = {"accuracy": 0.1 + 0.2, "seed": 3, "nested": {"a": [1, None, "ü"]}}
    made.samples = {"test_x": X[:5], "test_y": Y[:5], "names": np.array(["a", "bc"])}
    return made


def test_everything_comes_back(model: Sequential, tmp_path: Path) -> None:
    path = tmp_path / "gestures.npz"
    model.save(path)
    loaded = load_model(path)
    assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.name == "gestures"
    assert loaded.labels == model.labels
    assert loaded.input_spec == model.input_spec
    assert loaded.info == model.info
    assert loaded.samples.keys() == model.samples.keys()
    for name, array in model.samples.items():
        assert_array_equal(loaded.samples[name], array)
        assert loaded.samples[name].dtype == array.dtype
    assert [repr(layer) for layer in loaded.layers] == [repr(layer) for layer in model.layers]
    assert loaded.evaluate(X, Y) == model.evaluate(X, Y)
    assert loaded.summary() == model.summary()
    assert loaded.fit(X, Y).epoch == [0]
    assert_array_equal(Sequential.load(path).predict(X), model.predict(X))


def test_float64_comes_back(tmp_path: Path) -> None:
    model = Sequential([Dense(2)], dtype=np.float64)
    model.build(3)
    model.save(tmp_path / "m.npz")
    loaded = load_model(tmp_path / "m.npz")
    assert loaded.predict(X).dtype == np.float64
    assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.loss is None


def test_the_same_model_gives_the_same_bytes_and_is_a_plain_npz(
    model: Sequential, tmp_path: Path
) -> None:
    for name in ("a.npz", "b.npz"):
        model.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert_array_equal(file["weights/dense/kernel"], model.get_weights()[0])
        assert json.loads(str(file["thumbnet.json"]))["layers"][0]["class"] == "Normalization"


def refused(path: Path) -> str:
    with pytest.raises(ThumbnetError) as caught:
        load_model(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(f"{path}: ")


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    assert refused(path).startswith("no such file")
    path.write_bytes(b"")
    assert refused(path) == "the file is empty"
    foreign = "not a thumbnet model: give a file that model.save() wrote"
    path.write_text("hours,score\n1,2\n")
    assert refused(path) == foreign
    np.save(tmp_path / "array.npy", X)
    assert refused(tmp_path / "array.npy") == foreign
    np.savez(path, x=X)
    assert refused(path) == foreign
    np.savez(path, **{"thumbnet.json": "[1, 2]", "digest": ""})
    assert refused(path) == foreign
    np.savez(path, **{"thumbnet.json": '{"format": "other", "version": 1}', "digest": ""})
    assert refused(path) == foreign
    np.savez(path, x=np.array([{}], dtype=object))
    assert refused(path) == foreign
    np.savez(path, **{"thumbnet.json": '{"format": "thumbnet model", "version": 9}', "digest": ""})
    assert refused(path) == "has format version 9, this thumbnet reads 1: update thumbnet"


def test_truncated_files(model: Sequential, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    model.save(path)
    whole = path.read_bytes()
    for length in range(2, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        assert refused(path).startswith("truncated or damaged")


def test_no_flipped_bit_goes_unnoticed(model: Sequential, tmp_path: Path) -> None:
    """Whatever byte changes, the file is rejected or the model is unchanged."""
    path = tmp_path / "m.npz"
    model.save(path)
    whole, expected = path.read_bytes(), model.predict(X)
    messages = []
    for position in range(0, len(whole), 41):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        try:
            loaded = load_model(path)
        except ThumbnetError as error:
            messages.append(str(error))
        else:
            assert_array_equal(loaded.predict(X), expected)
            assert loaded.info == model.info
    assert len(messages) > 10
    assert not any("\n" in message for message in messages)


def test_edited_weights_are_noticed(model: Sequential, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    model.save(path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["weights/dense/kernel"][0, 0] += 1
    np.savez(path, **arrays)
    assert refused(path).startswith("was edited after it was saved (its SHA-256 differs)")


def test_a_failed_save_keeps_the_old_file(
    model: Sequential, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.npz"
    model.save(path)
    before = path.read_bytes()
    model.layers[1].set_weights([np.zeros((3, 5)), np.zeros(5)])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.npz"]


def test_what_cannot_be_saved(model: Sequential, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"

    def refusal() -> str:
        with pytest.raises(ThumbnetError) as caught:
            model.save(path)
        assert not list(tmp_path.iterdir())
        return str(caught.value)

    model.info = {"x": X}
    assert refusal() == "model.info is not JSON: Object of type ndarray is not JSON serializable"
    model.info = {}
    model.samples = {"bad": np.array([{}], dtype=object)}
    assert refusal() == "samples['bad'] holds object: give numbers or text"
    model.samples = {}

    class Mine(Layer):
        pass

    model.add(Mine())
    assert refusal().startswith("layer 'mine' is a Mine, which a file cannot hold: use Dense, Act")
    with pytest.raises(ThumbnetError, match="has no weights: call build"):
        Sequential([Dense(1)]).save(path)
    model.layers.pop()
    with pytest.raises(ThumbnetError, match=r"m.npz: cannot be written: No such file or directory"):
        model.save(tmp_path / "missing" / "m.npz")


def test_a_read_only_file_system_is_named(
    model: Sequential, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "open", read_only)
    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(
        ThumbnetError,
        match=r"m.npz: cannot be written: Read-only file system: choose another folder$",
    ):
        model.save(tmp_path / "m.npz")


def test_a_full_disk_is_named_with_the_mend(
    model: Sequential, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(
        ThumbnetError,
        match=r"cannot be written: No space left on device: free some space, or choose another",
    ):
        model.save(tmp_path / "m.npz")
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_is_a_model(model: Sequential, tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    model.fit(X, Y, epochs=2, callbacks=[ModelCheckpoint(path)])
    assert_array_equal(load_model(path).predict(X), model.predict(X))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_saving_follows_no_link_in_place_of_its_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    planted = tmp_path / f".net.npz.{os.getpid()}.part"
    planted.symlink_to(target)
    write(tmp_path / "net.npz", {"format": "x"}, {})
    assert target.read_text() == "mine"
    assert not (tmp_path / "net.npz").is_symlink()
    assert {*tmp_path.iterdir()} == {tmp_path / "net.npz", target, planted}
