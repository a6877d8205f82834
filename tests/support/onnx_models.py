"""ONNX files for tests, and what onnxruntime computes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.testing import assert_allclose

from thumbnet.importers.float_networks.from_onnx import float_graph_of_onnx
from thumbnet.importers.float_networks.to_model import to_model
from thumbnet.trainer import Model

Step = tuple[str, Sequence[str], dict[str, Any]]
"""Operation, inputs, attributes; it writes "t0", "t1", ... in turn, or the names in `outputs`."""


def onnx_model(
    steps: Sequence[Step],
    constants: Mapping[str, np.ndarray[Any, Any]],
    shape: Sequence[int],
    opset: int = 18,
) -> Any:
    """A model with the input "x" of this shape and any batch; the last step is the output."""
    nodes = []
    for k, (op, inputs, attributes) in enumerate(steps):
        settings = dict(attributes)
        outputs = settings.pop("outputs", [f"t{k}"])
        nodes.append(onnx.helper.make_node(op, list(inputs), outputs, name=f"n{k}", **settings))
    kind = onnx.TensorProto.FLOAT
    source = onnx.helper.make_tensor_value_info("x", kind, ["N", *shape])
    result = onnx.helper.make_tensor_value_info(nodes[-1].output[-1], kind, None)
    weights = [
        onnx.numpy_helper.from_array(v.astype(np.float32) if v.dtype == np.float64 else v, name)
        for name, v in constants.items()
    ]
    graph = onnx.helper.make_graph(nodes, "net", [source], [result], weights)
    version = [onnx.helper.make_opsetid("", opset)]
    return onnx.helper.make_model(graph, opset_imports=version, ir_version=9)


def save(folder: Path, model: Any) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def rows_for(
    path: Path, x: np.ndarray[Any, Any]
) -> tuple[Model, np.ndarray[Any, Any], tuple[int, ...]]:
    """The imported model, x with its axes in the model's order, and the order of the output's."""
    graph = float_graph_of_onnx(path)
    model = to_model(graph)
    rows = x.transpose(0, *graph.input_axes)
    assert model.input_shape is not None
    return model, rows.reshape(len(x), *model.input_shape), graph.output_axes


def assert_agrees(path: Path, x: np.ndarray[Any, Any], tolerance: float = 1e-5) -> Model:
    """The imported model computes what onnxruntime does."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (want,) = session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})
    model, rows, axes = rows_for(path, x.astype(np.float32))
    found = model.predict(rows)
    rest = [i for i in range(1, want.ndim) if i not in axes]
    want = want.transpose(0, *axes, *rest)
    assert_allclose(
        found.reshape(len(x), -1),
        want.reshape(len(x), -1),
        rtol=tolerance,
        atol=tolerance * max(float(np.abs(want).max()), 1e-6),
    )
    return model
