"""ONNX files that are damaged, lie about sizes or hold more than weights are refused."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import onnx
import pytest
from support.mutators import mutate_bytes
from support.onnx_models import onnx_model, save

from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.importers.onnx_files.read_onnx import read_onnx
from thumbnet.trainer import ThumbnetError


def small() -> Any:
    steps: Any = [("Gemm", ["x", "w"], {}), ("Relu", ["t0"], {})]
    return onnx_model(steps, {"w": np.ones((3, 2))}, (3,))


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
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


def test_what_is_read(tmp_path: Path) -> None:
    model = read_onnx(save(tmp_path, small()))
    assert [(n.op, n.name, n.position, n.inputs) for n in model.nodes] == [
        ("Gemm", "n0", 0, ("x", "w")),
        ("Relu", "n1", 1, ("t0",)),
    ]
    assert model.inputs == {"x": (None, 3)}
    assert model.input_types == {"x": "float32"}
    assert model.outputs == ("t1",)
    np.testing.assert_array_equal(model.constants["w"], np.ones((3, 2)))


def lies(model: Any) -> None:
    model.graph.initializer[0].dims[0] = 10**9


def external(model: Any) -> None:
    entry = model.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def sparse(model: Any) -> None:
    model.graph.sparse_initializer.add()


def functions(model: Any) -> None:
    model.functions.add()


def domain(model: Any) -> None:
    model.graph.node[0].domain = "org.example"


def branch(model: Any) -> None:
    made = onnx.helper.make_attribute("then_branch", model.graph)
    model.graph.node[0].attribute.append(made)


def huge(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 2**40


def open_size(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].ClearField("dim_value")


def old(model: Any) -> None:
    model.opset_import[0].version = 5


def two_inputs(model: Any) -> None:
    model.graph.input.append(onnx.helper.make_tensor_value_info("y", 1, [1, 2]))


def integers(model: Any) -> None:
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT64


def unknown(model: Any) -> None:
    model.graph.node[1].op_type = "Celeste"


def unwritten(model: Any) -> None:
    model.graph.node[1].input[0] = "nothing"


def big_constant(model: Any) -> None:
    shape = onnx.numpy_helper.from_array(np.int64([2**20, 2**20]), "shape")
    model.graph.initializer.append(shape)
    made = onnx.helper.make_node("ConstantOfShape", ["shape"], ["big"])
    model.graph.node.insert(0, made)
    model.graph.node[1].input[1] = "big"


FAULTS = {
    lies: "the weights w of shape (1000000000, 2) have 24 bytes: the file is damaged",
    external: "the weights w are in another file: save all in one",
    sparse: "it has sparse weights",
    functions: "it contains functions: inline them",
    domain: "operation 0 (Gemm) is of the domain org.example",
    branch: "operation 0 (Gemm) holds a graph or a special tensor (then_branch)",
    huge: "it has 1,099,511,627,776 numbers, at most",
    open_size: "its input has shape (?, ?): export it with a batch axis, and fixed sizes",
    old: "it has opset 5: export it with opset 13 or later",
    two_inputs: "it has 2 inputs and 1 outputs: export a network with one of each",
    integers: "its input is int64: export the network with a float32 input",
    unknown: "operation 1, Celeste 'n1': is not supported: docs/import.md lists what is",
    unwritten: "operation 1, Relu 'n1': it reads 'nothing', which nothing before it writes",
    big_constant: "operation 0, ConstantOfShape: would make a constant of 1,099,511,627,776",
}


@pytest.mark.parametrize("change", FAULTS, ids=lambda change: change.__name__)
def test_what_is_refused(change: Any, tmp_path: Path) -> None:
    model = small()
    change(model)
    assert FAULTS[change] in refused(save(tmp_path, model))


def test_damaged_files_end_in_one_line(tmp_path: Path) -> None:
    data, random, path = small().SerializeToString(), Random(1), tmp_path / "net.onnx"
    for _ in range(300):
        path.write_bytes(mutate_bytes(data, random))
        assert "\n" not in said_of(path)
