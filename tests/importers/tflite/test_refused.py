"""Files that lie, or have what is never imported, are refused in one line that names the place."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as litert
from support.tflite_altered import altered
from support.tflite_builder import Network, Writer, build

from thumbnet.importers.tflite.flatbuffer import Damaged, NotRead
from thumbnet.importers.tflite.model import TfliteModel
from thumbnet.importers.tflite.read_tflite import parse_tflite, read_tflite
from thumbnet.trainer import ThumbnetError


@functools.cache
def small() -> bytes:
    """A network of two operators: tensor 0 is the input, 1 are weights, 3 is the output."""
    net = Network()
    x = net.input((1, 4), 0.1, 3)
    w = net.constant(np.arange(8, dtype=np.int8).reshape(2, 4), [0.1, 0.2], name="w")
    y = net.apply("FULLY_CONNECTED", [x, w], (1, 2), 0.2)
    return build(net.model(net.apply("RELU", [y], (1, 2), 0.2)))


def tensor(model: Any, number: int) -> Any:
    return model.subgraphs[0].tensors[number]


def operator(model: Any, number: int) -> Any:
    return model.subgraphs[0].operators[number]


def set_to(name: str, value: Any, place: Callable[[Any], Any]) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        setattr(place(model), name, value)

    return change


def of_tensor(number: int, name: str, value: Any) -> Callable[[Any], None]:
    return set_to(name, value, lambda model: tensor(model, number))


def of_operator(number: int, name: str, value: Any) -> Callable[[Any], None]:
    return set_to(name, value, lambda model: operator(model, number))


def of_scales(number: int, name: str, value: Any) -> Callable[[Any], None]:
    return set_to(name, value, lambda model: tensor(model, number).quantization)


def of_subgraph(name: str, value: Any) -> Callable[[Any], None]:
    return set_to(name, value, lambda model: model.subgraphs[0])


def outside(model: Any) -> None:
    model.buffers[1].data, model.buffers[1].offset, model.buffers[1].size = None, 600, 2**63


REFUSED: dict[str, tuple[Callable[[Any], None], str]] = {
    "version": (set_to("version", 2, lambda model: model), "is of version 2 of the format"),
    "no sub-graph": (set_to("subgraphs", [], lambda model: model), "has no network"),
    "code": (
        set_to("builtinCode", 999, lambda model: model.operatorCodes[0]),
        "operator of the unknown code 999",
    ),
    "type": (of_tensor(0, "type", 99), "tensor 0 't0' has the unknown dtype 99"),
    "rank": (of_tensor(1, "shape", [1] * 9), "'w' has the impossible shape"),
    "negative": (of_tensor(1, "shape", [-2, -4]), "the impossible shape (-2, -4)"),
    "huge": (of_tensor(0, "shape", [2**16] * 4), "has more values than any network"),
    "size": (of_tensor(1, "shape", [2, 5]), "int8 of shape (2, 5), 10 bytes, but it has 8"),
    "no such buffer": (of_tensor(1, "buffer", 9), "tensor 1 'w' names buffer 9, but there are 2"),
    "outside": (outside, "9,223,372,036,854,775,808 bytes should be at byte 600"),
    "sparse": (of_tensor(1, "sparsity", litert.SparsityParametersT()), "'w' is sparse"),
    "other file": (of_tensor(1, "externalBuffer", 1), "'w' has its data in another file"),
    "int4": (of_tensor(0, "type", 17), "of operator 0 FULLY_CONNECTED is of type int4"),
    "boolean": (of_tensor(1, "type", 6), "'w' has booleans that are neither true nor false"),
    "zero points": (of_scales(1, "zeroPoint", [0]), "'w' has 2 scales, but 1 zero points"),
    "axis": (of_scales(1, "quantizedDimension", 1), "has 2 scales along dimension 1"),
    "no axis": (of_scales(1, "quantizedDimension", -1), "has 2 scales along dimension -1"),
    "no scale": (of_scales(1, "scale", [0.1, np.nan]), "'w' has a scale that is no positive"),
    "zero": (of_scales(1, "scale", [0.1, 0.0]), "'w' has a scale that is no positive number"),
    "zero point": (of_scales(0, "zeroPoint", [128]), "'t0' has a zero point that is no int8"),
    "details": (of_scales(0, "detailsType", 1), "has a quantization of its own kind"),
    "no such code": (of_operator(0, "opcodeIndex", 2), "operator 0 names code 2, but there are 2"),
    "options": (of_operator(0, "builtinOptionsType", 1), "has the options of another operator"),
    "activation": (
        set_to("fusedActivationFunction", 9, lambda model: operator(model, 0).builtinOptions),
        "fused_activation_function of operator 0 FULLY_CONNECTED has the unknown activation 9",
    ),
    "no such tensor": (of_operator(1, "inputs", [4]), "1 RELU names tensor 4, but there are 4"),
    "negative tensor": (of_operator(1, "inputs", [-2]), "operator 1 RELU names tensor -2"),
    "intermediates": (of_operator(1, "intermediates", [7]), "operator 1 RELU names tensor 7"),
    "no output": (of_operator(1, "outputs", [-1]), "operator 1 RELU names tensor -1"),
    "order": (of_operator(0, "inputs", [3, 1]), "reads tensor 3 before any operator has"),
    "twice": (of_operator(1, "outputs", [2]), "RELU writes tensor 2, which has values already"),
    "constant": (of_operator(1, "outputs", [1]), "RELU writes tensor 1, which has values already"),
    "input": (of_subgraph("inputs", [-1]), "the list of inputs names tensor -1"),
    "constant input": (of_subgraph("inputs", [0, 1]), "tensor 1 is an input, but has values"),
    "no outputs": (of_subgraph("outputs", []), "the network has no inputs or no outputs"),
    "output": (of_subgraph("outputs", [4]), "the list of outputs names tensor 4"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(kind: str, tmp_path: Path) -> None:
    change, said = REFUSED[kind]
    path = tmp_path / "net.tflite"
    path.write_bytes(small())
    read_tflite(path)
    path.write_bytes(altered(small(), change))
    with pytest.raises(ThumbnetError) as error:
        read_tflite(path)
    assert said in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 250


@pytest.mark.parametrize("called", [-1, 0, 2])
def test_no_sub_graph_calls_itself(called: int) -> None:
    net = Network()
    net.operator("CALL_ONCE", [], [], init_subgraph_index=called)
    data = build(TfliteModel((net.subgraph(), Network().subgraph())))
    with pytest.raises(Damaged, match=f"operator 0 CALL_ONCE calls sub-graph {called} of 2"):
        parse_tflite(data)


def test_a_file_cut_short_anywhere() -> None:
    for size in range(1, len(small())):
        with pytest.raises((Damaged, NotRead)):
            parse_tflite(small()[:size])


def test_half_a_field() -> None:
    """The generated reader takes the first byte of an entry for all of it."""
    data = bytearray(small())
    (root,) = struct.unpack_from("<I", data)
    (back,) = struct.unpack_from("<i", data, root)
    data[root - back] -= 1
    with pytest.raises(Damaged, match=f"fields of the table at byte {root} ends within an entry"):
        parse_tflite(bytes(data))


def test_other_files(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(b"PK\3\4 something else")
    with pytest.raises(ThumbnetError, match=r"is no \.tflite file"):
        read_tflite(path)


def test_data_behind_the_tables() -> None:
    """Files of more than 2 GB have them there; we take them anywhere in the file."""

    def move(model: Any) -> None:
        model.buffers[1].data, model.buffers[1].offset, model.buffers[1].size = None, 4096, 8

    moved = altered(small(), move).ljust(4096, b"\0") + bytes(range(8))
    found = parse_tflite(moved).subgraphs[0].tensors[1].data
    assert found is not None
    np.testing.assert_array_equal(found, np.arange(8).reshape(2, 4))


class Repeating(Writer):
    """Writes each part once, and names it a thousand times."""

    def offsets(self, offsets: Sequence[int]) -> int:
        return super().offsets([*offsets] * 1000)


@pytest.mark.parametrize(
    ("name", "said"), [("x", "50,000 parts"), ("x" * 100_000, "8 MB of names")]
)
def test_one_part_a_million_times(name: str, said: str) -> None:
    net = Network()
    net.input((1,), name=name)
    data = Repeating().write(net.model())
    assert len(data) < 150_000
    with pytest.raises(NotRead, match=said):
        parse_tflite(bytes(data))
