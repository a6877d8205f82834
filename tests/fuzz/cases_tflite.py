"""Cases for what reads a .tflite. What is accepted, the generated reader has to read alike.

Small files are changed anywhere, as few of their bytes are constants. Files of others are changed
in their tree of tables, and written again with good offsets.
"""

from __future__ import annotations

import contextlib
import functools
import struct
import sys
from random import Random
from typing import Any

import numpy as np
from support.fuzzing import Case, Source
from support.mutators import WORDS, mutate_bytes
from support.tflite_altered import packed, unpacked
from support.tflite_builder import Network, build
from support.tflite_files import installed_files
from support.tflite_generated import assert_same, generated_model

from thumbnet.importers.tflite.flatbuffer import Damaged, NotRead
from thumbnet.importers.tflite.model import TfliteModel
from thumbnet.importers.tflite.read_tflite import parse_tflite, read_tflite
from thumbnet.importers.tflite.schema import OPTIONS
from thumbnet.trainer import ThumbnetError


def read(arguments: list[str]) -> int:
    """Read a file as a verb does, and compare it."""
    path = arguments[1]
    try:
        with contextlib.suppress(Damaged, NotRead), open(path, "rb") as file:
            data = file.read()
            assert_same(parse_tflite(data), generated_model(data))
        read_tflite(path)
    except ThumbnetError as error:
        print(f"thumbnet: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"thumbnet: internal error: {error!r}", file=sys.stderr)
        return 1
    return 0


def _seed(model: TfliteModel) -> bytes:
    """The file of a model that is read well."""
    data = build(model)
    assert_same(parse_tflite(data), generated_model(data))
    return data


@functools.cache
def every_operator() -> bytes:
    """A chain of all operators that have options, with constants, a variable and two sub-graphs."""
    net = Network()
    x = net.input((1, 2, 2, 1), 0.5, 3, signature=(-1, 2, 2, 1))
    w = net.constant(np.ones((2, 1), np.int8), [0.1, 0.2], name="w")
    s = net.variable((1, 2), 0.1)
    for name in OPTIONS:
        more = {"init_subgraph_index": 1} if name == "CALL_ONCE" else {}
        x = net.apply(name, [x, w, -1, s], (1, 2), 0.25, **more)
    net.operator("CUSTOM other", [x], [])
    return _seed(TfliteModel((net.subgraph(x), Network().subgraph())))


@functools.cache
def two_operators() -> bytes:
    net = Network()
    x = net.input((1, 4), 0.1, 3)
    w = net.constant(np.arange(8, dtype=np.int8).reshape(2, 4), [0.1, 0.2])
    y = net.apply("FULLY_CONNECTED", [x, w], (1, 2), 0.2)
    return _seed(net.model(net.apply("RESHAPE", [y], (2,), 0.2, new_shape=(2,))))


@functools.cache
def convolutions() -> bytes:
    """An image through convolutions, pools and a dense layer."""
    rng, net = np.random.default_rng(1), Network()
    x = net.input((1, 6, 5, 2), 0.02, -3)
    steps = {"stride_h": 1, "stride_w": 1}

    def weights(*shape: int, axis: int = 0) -> int:
        scales = rng.uniform(0.001, 0.01, shape[axis])
        return net.constant(rng.integers(-127, 128, shape).astype(np.int8), scales, axis=axis)

    def bias(count: int) -> int:
        return net.constant(rng.integers(-99, 99, count).astype(np.int32), np.full(count, 1e-4))

    y = net.apply("CONV_2D", [x, weights(3, 3, 3, 2), bias(3)], (1, 6, 5, 3), 0.05, **steps)
    y = net.apply(
        "DEPTHWISE_CONV_2D",
        [y, weights(1, 3, 3, 3, axis=3), bias(3)],
        (1, 4, 3, 3),
        0.1,
        padding="VALID",
        fused_activation_function="RELU",
        depth_multiplier=1,
        **steps,
    )
    pool = {"padding": "VALID", "filter_height": 2, "filter_width": 2, **steps}
    y = net.apply("MAX_POOL_2D", [y], (1, 3, 2, 3), 0.1, **pool)
    y = net.apply("AVERAGE_POOL_2D", [y], (1, 2, 1, 3), 0.1, **pool)
    shape = net.constant(np.array([1, 6], np.int32))
    y = net.apply("RESHAPE", [y, shape], (1, 6), 0.1)
    y = net.apply("FULLY_CONNECTED", [y, weights(2, 6), bias(2)], (1, 2), 0.2)
    return _seed(net.model(net.apply("SOFTMAX", [y], (1, 2), 1 / 256, -128, beta=1.0)))


def _case(data: bytes) -> Case:
    return Case(("import", "m.tflite"), {"m.tflite": data}, program=read)


def _bytes(random: Random) -> Case:
    return _case(mutate_bytes(random.choice((two_operators, every_operator))(), random))


def _offsets(random: Random) -> Case:
    """Distances and counts lie: most still point into the file."""
    data = bytearray(random.choice((two_operators, every_operator))())
    for _ in range(random.choice((1, 1, 2, 4))):
        form = random.choice(("<I", "<I", "<i", "<H"))
        size = struct.calcsize(form)
        at = random.randrange(0, len(data) - size, 2)
        (value,) = struct.unpack_from(form, data, at)
        near = value + random.choice((-4, -2, -1, 1, 2, 4, 16, 64, 4096))
        found = random.choice((near, near, random.randrange(len(data)), 2**31, 2**32 - 1, at, 0))
        data[at : at + size] = (found % 2 ** (8 * size)).to_bytes(size, "little")
    return _case(bytes(data))


def _places(node: Any) -> list[tuple[Any, str | int]]:
    """Every field and item of a tree, as its owner and its name or number."""
    found: list[tuple[Any, str | int]] = []
    if isinstance(node, list):
        keys: list[Any] = list(range(len(node)))
    else:
        keys = list(vars(node)) if hasattr(node, "__dict__") else []
    for key in keys:
        found.append((node, key))
        found += _places(node[key] if isinstance(node, list) else getattr(node, key))
    return found


def _tree(random: Random) -> Case:
    """Numbers, shapes, texts and parts are others; all offsets are good."""
    names = sorted(name for name in installed_files() if "float" not in name)
    data = random.choice((every_operator(), installed_files()[random.choice(names)].read_bytes()))
    return _case(_changed(data, random))


def _import(random: Random) -> Case:
    """The same through the verb: supported operators, with shapes and options that lie."""
    data = _changed(convolutions(), random)
    output = random.choice(("out/m.npz", "out"))
    return Case(("import", "m.tflite", "-o", output), {"m.tflite": data})


def _changed(data: bytes, random: Random) -> bytes:
    while True:
        tree = unpacked(data)
        _change(tree, random)
        try:
            return packed(tree)
        except (AttributeError, TypeError):  # what no file can hold: another change
            continue


def _change(tree: Any, random: Random) -> None:
    """Give some places of a tree other values."""
    for _ in range(random.choice((1, 1, 2, 3))):
        owner, key = random.choice(_places(tree))
        if isinstance(owner, list):
            assert isinstance(key, int)
            owner[key] = _other(owner[key], owner, random)
        else:
            assert isinstance(key, str)
            setattr(owner, key, _other(getattr(owner, key), [], random))


def _other(value: Any, beside: list[Any], random: Random) -> Any:
    """A value that may stand in place of another."""
    if isinstance(value, np.ndarray) and value.size:
        changed = value.copy()
        other = np.array(random.choice((0, 1, -1, 7, 127, 2**31 - 1)))
        changed[random.randrange(value.size)] = other.astype(value.dtype)
        return random.choice((changed, value[:-1], np.concatenate([value, value]), None))
    if isinstance(value, list) and value:
        return random.choice((value[:-1], value + value[:1], value[::-1], []))
    if isinstance(value, bytes):
        return random.choice(WORDS).encode("utf-8", "surrogatepass")
    if isinstance(value, (bool, int)):
        near = int(value) + random.choice((-1, 1, 2, 100))
        return random.choice((near, near, -1, 0, 17, 127, 2**31 - 1, -(2**31)))
    if isinstance(value, float):
        return random.choice((0.0, -1.0, 1e30, 1e-45, float("nan"), float("inf")))
    return random.choice([None, *beside])


SOURCES: dict[str, Source] = {
    "tflite bytes": _bytes,
    "tflite offsets": _offsets,
    "tflite tree": _tree,
    "tflite import": _import,
}
