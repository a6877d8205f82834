"""Cases for what reads models and data: `train`, `export MODEL`, `compare`, `report`."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import json
import struct
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support.fuzzing import Case, Source
from support.layer_models import MODELS, chain, randomized, readings
from support.mutators import (
    WORDS,
    dump_json,
    mutate_array,
    mutate_arrays,
    mutate_bytes,
    mutate_csv,
    mutate_json,
    mutate_zip,
)

from thumbnet.trainer import Dense, InputSpec, Model
from thumbnet.trainer.files import archive

Members = tuple[dict[str, Any], dict[str, Any]]


@functools.cache
def _seed_bytes(name: str) -> bytes:
    """A small model of a kind, with everything that a file can hold."""
    rng = np.random.default_rng(1)
    if name == "regression":
        model = chain((3,), Dense(4, "relu"), Dense(1))
    elif name == "stream":
        model = chain((6,), Dense(4, "relu"), Dense(2, "softmax"))
    else:
        model = randomized(MODELS[name](), rng)
    shape = model.require_built()
    rows = readings(model, rng, 12)
    if model.output_shape == (1,) and model.output_activation == "linear":
        model.compile("sgd", "mse", ["mae"])
        answers = rng.normal(0, 1, 12)
    else:
        outputs = model.output_shape[0]
        loss = "binary_crossentropy" if outputs == 1 else "sparse_categorical_crossentropy"
        model.compile("adam", loss, ["accuracy"])
        classes = max(2, outputs)
        model.labels = tuple(f"class {i}" for i in range(classes))
        answers = np.arange(12) % classes
    names = tuple(f"c{i}" for i in range(shape[-1]))
    model.input_spec = InputSpec(shape, names, 0.01, -10.0, 10.0)
    model.samples = {"calibration": rows, "test_x": rows, "test_y": answers}
    model.info = _info(name)
    return _saved(model)


def _info(name: str) -> dict[str, Any]:
    info: dict[str, Any] = {
        **{"dataset": "readings", "seed": 0, "batch_size": 32, "training_rows": 40, "epochs": 2},
        **{"test_rows": 12, "accuracy": 0.5, "balanced_accuracy": 0.5},
        "history": {"loss": [1.0, 0.5], "val_loss": [1.0, 0.6], "accuracy": [0.4, 0.5]},
    }
    if name == "stream":
        info["stream"] = {
            **{"window": 8, "hop": 4, "channels": ["x", "y"], "rate": 50.0, "units": [10, 10]},
            **{"reach": 1023, "features": ["mean", "deviation", "crossings"], "bands": 8},
            "vote": [1, 3],
        }
    if name == "strided":
        info["image_shape"] = [9, 8]
    return info


def _saved(model: Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.npz"
        model.save(path)
        return path.read_bytes()


SEEDS = (*MODELS, "regression", "stream")


def model_bytes(name: str) -> bytes:
    """The file of a small model: the ones of `MODELS`, a regression, a network for windows."""
    return _seed_bytes(name)


def opened(data: bytes) -> Members:
    """Description and arrays of a model's file."""
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name] for name in file.files}
    arrays.pop("digest")
    return json.loads(str(arrays.pop("thumbnet.json"))), arrays


def forged(text: str, arrays: dict[str, Any]) -> bytes:
    """A model's file with any description and arrays, and the digest that they have."""
    digest = archive._digest(text, arrays)
    buffer = io.BytesIO()
    members = {"thumbnet.json": np.array(text), "digest": np.array(digest), **arrays}
    np.savez(buffer, **members)
    return buffer.getvalue()


def _verb(random: Random, name: str) -> tuple[str, ...]:
    """A command line that reads a model; reports take long, so they are seldom."""
    kind = random.randrange(20)
    if kind == 19:
        return ("report", name, "--board", "generic", "-o", "out/page.html")
    if kind > 14:
        return ("compare", name)
    board = random.choice(("generic", "pico", "esp32", "generic", "microbit"))
    return ("export", name, "--board", board, "-o", "out", "--vectors", "4")


def _model_description(random: Random) -> Case:
    description, arrays = opened(model_bytes(random.choice(SEEDS)))
    text = dump_json(mutate_json(description, random), random)
    return Case(_verb(random, "m.npz"), {"m.npz": forged(text, arrays)})


def _model_arrays(random: Random) -> Case:
    description, arrays = opened(model_bytes(random.choice(SEEDS)))
    return Case(
        _verb(random, "m.npz"),
        {"m.npz": forged(json.dumps(description), mutate_arrays(arrays, random))},
    )


def _model_archive(random: Random) -> Case:
    data = model_bytes(random.choice(SEEDS))
    data = mutate_zip(data, random) if random.randrange(3) else mutate_bytes(data, random)
    return Case(_verb(random, "m.npz"), {"m.npz": data})


CSV = b"""x,y,z,label
0.5,1,-3,up
1.5,2,-2.25,down
0.25,3,-1,up
0.75,5,1,down
2.5,8,0,up
1.0,13,2,down
0.5,1,-3,up
1.5,2,-2.25,down
"""
REGRESSION = b"a;b;y\n" + b"".join(
    b"%d;%d.5;%d.25\n" % (i, 3 * i % 7, 2 * i + 1) for i in range(1, 13)
)


def _train(random: Random, data: str, *more: str) -> tuple[str, ...]:
    kind = random.choice(
        ((), (), ("--hidden", "0"), ("--quantize", "int8"), ("--task", "regression"))
    )
    return ("train", data, "-o", "out/m.npz", "--epochs", "2", *(more or kind))


def _data_csv(random: Random) -> Case:
    data = mutate_csv(random.choice((CSV, CSV, REGRESSION)), random)
    if random.randrange(4) == 0:
        name = random.choice(("padded", "regression"))
        verb = (random.choice(("export", "compare")), "m.npz", "--data", "d.csv")
        more = ("-o", "out") if verb[0] == "export" else ()
        return Case((*verb, *more), {"m.npz": model_bytes(name), "d.csv": data})
    return Case(_train(random, "d.csv"), {"d.csv": data})


def _npz_arrays(random: Random) -> dict[str, Any]:
    rng = np.random.default_rng(random.randrange(2**32))
    x: Any = rng.normal(0, 3, (16, 3)).round(2)
    if random.randrange(3) == 0:
        x = rng.integers(0, 256, (16, 4, 4)).astype(np.uint8)
    y: Any = np.arange(16) % 3
    if random.randrange(3) == 0:
        y = rng.normal(0, 1, 16)
    found = {"x": x, "y": y}
    if y.dtype.kind == "i" and random.randrange(2):
        found["labels"] = np.array(["a", "b", "c"])
    return found


def _npz_bytes(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _data_npz(random: Random) -> Case:
    arrays = _npz_arrays(random)
    kind = random.randrange(4)
    if kind < 2:
        name = random.choice(sorted(arrays))
        arrays[name] = mutate_array(arrays[name], random)
        if kind == 0 and "labels" in arrays:
            arrays["labels"] = np.array(random.sample(WORDS[:-6], 3))
        data = _npz_bytes(arrays)
    else:
        data = mutate_zip(_npz_bytes(arrays), random)
    return Case(_train(random, "d.npz"), {"d.npz": data})


def _idx(values: Any) -> bytes:
    head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return head + values.astype(np.uint8).tobytes()


def _data_idx(random: Random) -> Case:
    rng = np.random.default_rng(random.randrange(2**32))
    files = [_idx(rng.integers(0, 256, (12, 4, 4))), _idx(np.arange(12) % 3)]
    at = random.randrange(2)
    files[at] = mutate_bytes(files[at][:200], random)
    pack = random.randrange(2)
    packed = [gzip.compress(data, 1, mtime=0) for data in files]
    if pack and random.randrange(2):
        packed[at] = mutate_bytes(packed[at], random)
    end = ".gz" if pack else ""
    names = f"t-images-idx3-ubyte{end}", f"t-labels-idx1-ubyte{end}"
    case = dict(zip((f"d/{name}" for name in names), packed if pack else files, strict=True))
    return Case(_train(random, "d" if random.randrange(2) else f"d/{names[0]}"), case)


def _recording(random: Random, label: str | None) -> bytes:
    head = "t_ms,ax,ay" + ("" if label else ",label")
    rows = [
        f"{20 * i},{random.randrange(-200, 200) / 100},{random.randrange(100)}"
        + ("" if label else f",{'ab'[i // 20 % 2]}")
        for i in range(40)
    ]
    return "\n".join([head, *rows, ""]).encode()


def _recordings(random: Random) -> Case:
    window = random.choice(
        (("--window", "8", "--hidden", "4"), ("--window", "16", "--features", "raw", "--gru", "3"))
    )
    if random.randrange(2):
        data = mutate_csv(_recording(random, None), random)
        return Case(_train(random, "r.csv", *window, "--test-size", "0.5"), {"r.csv": data})
    files = {f"r/{name}/{i}.csv": _recording(random, name) for name in "ab" for i in (1, 2)}
    name = random.choice(sorted(files))
    files[name] = mutate_csv(files[name], random)
    if random.randrange(4) == 0:
        return Case(("compare", "m.npz", "--data", "r"), {"m.npz": model_bytes("stream"), **files})
    return Case(_train(random, "r", *window), files)


@functools.cache
def _checkpoint() -> bytes:
    from thumbnet.tools.cli import main

    with tempfile.TemporaryDirectory() as folder:
        data, state = Path(folder) / "d.csv", Path(folder) / "state.npz"
        data.write_bytes(CSV)
        arguments = ["train", str(data), "-o", f"{folder}/m.npz", "--epochs", "2"]
        with contextlib.redirect_stdout(io.StringIO()):
            assert main([*arguments, "--checkpoint", str(state)]) == 0
        return state.read_bytes()


def _checkpoints(random: Random) -> Case:
    description, arrays = opened(_checkpoint())
    if random.randrange(3):
        training = mutate_json(description["training"], random)
        description["training"] = training
    else:
        arrays = mutate_arrays(arrays, random)
    data = forged(dump_json(description, random), arrays)
    verb = ("train", "d.csv", "-o", "out/m.npz", "--epochs", "3", "--resume")
    files = {"d.csv": CSV, "out/state.npz": data}
    return Case((*verb, "--checkpoint", "out/state.npz"), files)


SOURCES: dict[str, Source] = {
    "model description": _model_description,
    "model arrays": _model_arrays,
    "model archive": _model_archive,
    "checkpoint": _checkpoints,
    "csv": _data_csv,
    "npz": _data_npz,
    "idx": _data_idx,
    "recordings": _recordings,
}
