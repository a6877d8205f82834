"""Every supported operation of ONNX computes what onnxruntime computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.onnx_models import Step, assert_agrees, onnx_model, save

from thumbnet.importers.float_networks.onnx_operations import OPERATIONS
from thumbnet.trainer import CURVES

RNG = np.random.default_rng(4)


def some(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32) / 2


CONSTANTS: dict[str, np.ndarray[Any, Any]] = {
    **{"w": some(4, 3, 3, 3), "b": some(4), "w1": some(4, 3, 5), "depth": some(6, 1, 3, 2)},
    **{"groups": some(6, 1, 3, 3), "dense": some(7, 5), "dense_t": some(5, 7), "b5": some(5)},
    **{"flat": some(3 * 6 * 5, 4), "channel": some(3, 1, 1), "gamma": some(3), "beta": some(3)},
    **{"mean": some(3), "var": np.abs(some(3)) + 0.5, "row": some(7), "two": np.float32([2])},
    **{
        "zero": np.float32(0),
        "six": np.float32(6),
        "low": np.float32(-0.5),
        "half": np.float32([0.5]),
    },
    **{"axes23": np.int64([2, 3]), "axis2": np.int64([2]), "axis3": np.int64([3])},
    **{"to90": np.int64([0, -1]), "to_image": np.int64([-1, 1, 7, 1]), "one": np.int64([1])},
    **{"pads": np.int64([0, 0, 1, 2, 0, 0, 1, 0]), "last": np.int64(-1), "minus1": np.int64([-1])},
    **{"end": np.int64([2**40]), "slope": some(3, 1, 1), "some_slope": np.float32([0.3])},
    **{"gru_w": some(1, 12, 3), "gru_r": some(1, 12, 4), "gru_b": some(1, 24)},
    **{"rnn_w": some(1, 4, 3), "rnn_r": some(1, 4, 4), "rnn_b": some(1, 8), "w4": some(4, 2)},
    **{"root2": np.float32(np.sqrt(2)), "three": np.float32(3), "ones": np.float32(1)},
    **{"square": some(7, 7), "w_first": some(2, 1, 3, 3)},
}

IMAGE, ROW, SEQUENCE = (3, 6, 5), (7,), (8, 3)

CONV: Step = ("Conv", ["x", "w", "b"], {"pads": [1, 1, 1, 1]})
CASES: dict[str, tuple[tuple[int, ...], list[Step]]] = {
    "Conv": (IMAGE, [("Conv", ["x", "w", "b"], {"strides": [2, 1]})]),
    "Conv pads": (IMAGE, [("Conv", ["x", "w"], {"pads": [1, 0, 2, 1], "strides": [2, 2]})]),
    "Conv same upper": (
        IMAGE,
        [("Conv", ["x", "w"], {"auto_pad": "SAME_UPPER", "strides": [2, 2]})],
    ),
    "Conv same lower": (
        IMAGE,
        [("Conv", ["x", "w"], {"auto_pad": "SAME_LOWER", "strides": [2, 2]})],
    ),
    "Conv valid": (IMAGE, [("Conv", ["x", "w"], {"auto_pad": "VALID"})]),
    "Conv dilated": (
        IMAGE,
        [("Conv", ["x", "w", "b"], {"dilations": [2, 1], "pads": [2, 0, 2, 0]})],
    ),
    "Conv depthwise": ((6, 5, 5), [("Conv", ["x", "groups"], {"group": 6})]),
    "Conv multiplier": (IMAGE, [("Conv", ["x", "depth"], {"group": 3, "pads": [1, 0, 1, 1]})]),
    "Conv of one channel": ((1, 6, 5), [("Conv", ["x", "w_first"], {})]),
    "Conv of sequences": ((3, 9), [("Conv", ["x", "w1", "b"], {"pads": [2, 2], "strides": [2]})]),
    "MaxPool": (
        IMAGE,
        [("MaxPool", ["x"], {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]})],
    ),
    "MaxPool ceil": (
        IMAGE,
        [("MaxPool", ["x"], {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1})],
    ),
    "AveragePool": (
        IMAGE,
        [("AveragePool", ["x"], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})],
    ),
    "AveragePool counted": (
        IMAGE,
        [
            (
                "AveragePool",
                ["x"],
                {"kernel_shape": [3, 3], "pads": [1, 1, 0, 1], "count_include_pad": 1},
            )
        ],
    ),
    "GlobalAveragePool": (IMAGE, [CONV, ("GlobalAveragePool", ["t0"], {})]),
    "GlobalMaxPool": (IMAGE, [CONV, ("GlobalMaxPool", ["t0"], {})]),
    "ReduceMean": (IMAGE, [CONV, ("ReduceMean", ["t0", "axes23"], {"keepdims": 0})]),
    "ReduceMean of columns": (IMAGE, [CONV, ("ReduceMean", ["t0", "axis3"], {"keepdims": 1})]),
    "ReduceMax": (IMAGE, [CONV, ("ReduceMax", ["t0", "axis2"], {"keepdims": 0})]),
    "Gemm": (ROW, [("Gemm", ["x", "dense", "b5"], {"alpha": 0.5, "beta": 2.0})]),
    "Gemm transposed": (ROW, [("Gemm", ["x", "dense_t", "half"], {"transB": 1})]),
    "MatMul": (ROW, [("MatMul", ["x", "dense"], {}), ("Add", ["t0", "b5"], {})]),
    "MatMul of sequences": ((4, 7), [("MatMul", ["x", "dense"], {}), ("Add", ["b5", "t0"], {})]),
    "MatMul of images": ((4, 2, 7), [("MatMul", ["x", "dense"], {}), ("Relu", ["t0"], {})]),
    "Flatten": (
        IMAGE,
        [
            CONV,
            ("MaxPool", ["x"], {"kernel_shape": [1, 1]}),
            ("Flatten", ["t1"], {}),
            ("MatMul", ["t2", "flat"], {}),
        ],
    ),
    "Reshape": (
        IMAGE,
        [
            ("BatchNormalization", ["x", "gamma", "beta", "mean", "var"], {}),
            ("Reshape", ["t0", "to90"], {}),
            ("MatMul", ["t1", "flat"], {}),
        ],
    ),
    "Reshape to image": (
        ROW,
        [("Reshape", ["x", "to_image"], {}), ("Conv", ["t0", "w_first"], {"pads": [1, 1, 1, 1]})],
    ),
    "BatchNormalization": (
        IMAGE,
        [
            ("BatchNormalization", ["x", "gamma", "beta", "mean", "var"], {}),
            ("Conv", ["t0", "w"], {}),
        ],
    ),
    "LayerNormalization": (
        SEQUENCE,
        [("LayerNormalization", ["x", "gamma", "beta"], {"axis": -1, "epsilon": 1e-4})],
    ),
    "Transpose": (
        (6, 5, 3),
        [("Transpose", ["x"], {"perm": [0, 3, 1, 2]}), ("Conv", ["t0", "w"], {})],
    ),
    "Unsqueeze": ((6, 5), [("Unsqueeze", ["x", "one"], {}), ("Conv", ["t0", "w_first"], {})]),
    "Squeeze": ((1, 7), [("Squeeze", ["x", "one"], {}), ("MatMul", ["t0", "dense"], {})]),
    "Concat": (IMAGE, [CONV, ("Relu", ["t0"], {}), ("Concat", ["t1", "x", "t0"], {"axis": 1})]),
    "Add": (IMAGE, [CONV, ("Relu", ["t0"], {}), ("Add", ["t0", "t1"], {})]),
    "Sub": (IMAGE, [CONV, ("Sigmoid", ["t0"], {}), ("Sub", ["t1", "t0"], {})]),
    "Sum": (
        IMAGE,
        [CONV, ("Tanh", ["t0"], {}), ("Relu", ["t0"], {}), ("Sum", ["t1", "t0", "t2"], {})],
    ),
    "Mul": (IMAGE, [CONV, ("Mul", ["x", "channel"], {}), ("Conv", ["t1", "w"], {})]),
    "Div": (ROW, [("Div", ["x", "row"], {}), ("Sub", ["two", "t0"], {})]),
    "Pad": (IMAGE, [("Pad", ["x", "pads"], {}), ("Conv", ["t0", "w"], {})]),
    "Pad alone": (IMAGE, [CONV, ("Pad", ["t0", "pads", "zero"], {}), ("Relu", ["t1"], {})]),
    "Pad max": (
        IMAGE,
        [
            ("Relu", ["x"], {}),
            ("Pad", ["t0", "pads"], {}),
            ("MaxPool", ["t1"], {"kernel_shape": [3, 3]}),
        ],
    ),
    "Pad max negative": (
        IMAGE,
        [("Pad", ["x", "pads"], {}), ("MaxPool", ["t0"], {"kernel_shape": [3, 3]})],
    ),
    "Pad average": (
        IMAGE,
        [("Pad", ["x", "pads"], {}), ("AveragePool", ["t0"], {"kernel_shape": [3, 3]})],
    ),
    "Softmax": (ROW, [("MatMul", ["x", "dense"], {}), ("Softmax", ["t0"], {})]),
    "Dropout": (
        ROW,
        [("Dropout", ["x"], {}), ("Identity", ["t0"], {}), ("MatMul", ["t1", "dense"], {})],
    ),
    "Cast": (ROW, [("Cast", ["x"], {"to": 1}), ("Relu", ["t0"], {})]),
    "Shape": (
        IMAGE,
        [
            ("Shape", ["x"], {"end": 1}),
            ("Concat", ["t0", "minus1"], {"axis": 0}),
            ("Reshape", ["x", "t1"], {}),
            ("MatMul", ["t2", "flat"], {}),
        ],
    ),
    "GRU": (
        SEQUENCE,
        [
            ("Transpose", ["x"], {"perm": [1, 0, 2]}),
            (
                "GRU",
                ["t0", "gru_w", "gru_r", "gru_b"],
                {"hidden_size": 4, "linear_before_reset": 1, "outputs": ["y", "h"]},
            ),
            ("Squeeze", ["h", "zero_axis"], {}),
        ],
    ),
    "Gather": (
        SEQUENCE,
        [
            ("Transpose", ["x"], {"perm": [1, 0, 2]}),
            (
                "GRU",
                ["t0", "gru_w", "gru_r"],
                {"hidden_size": 4, "linear_before_reset": 1, "outputs": ["y"]},
            ),
            ("Squeeze", ["y", "one"], {}),
            ("Transpose", ["t2"], {"perm": [1, 0, 2]}),
            ("Gather", ["t3", "last"], {"axis": 1}),
            ("MatMul", ["t4", "w4"], {}),
        ],
    ),
    "Slice": (
        SEQUENCE,
        [
            ("Transpose", ["x"], {"perm": [1, 0, 2]}),
            ("RNN", ["t0", "rnn_w", "rnn_r", "rnn_b"], {"hidden_size": 4, "outputs": ["y"]}),
            ("Squeeze", ["y", "one"], {}),
            ("Slice", ["t2", "minus1", "end", "zero_axis"], {}),
            ("Squeeze", ["t3", "zero_axis"], {}),
        ],
    ),
    "RNN": (
        SEQUENCE,
        [
            ("Transpose", ["x"], {"perm": [1, 0, 2]}),
            (
                "RNN",
                ["t0", "rnn_w", "rnn_r", "rnn_b"],
                {"hidden_size": 4, "activations": ["Relu"], "outputs": ["y"]},
            ),
            ("Squeeze", ["y", "one"], {}),
            ("Transpose", ["t2"], {"perm": [1, 0, 2]}),
        ],
    ),
    "PRelu": (IMAGE, [("PRelu", ["x", "slope"], {}), ("Conv", ["t0", "w"], {})]),
    "PRelu of one number": (IMAGE, [CONV, ("PRelu", ["t0", "some_slope"], {})]),
    "Clip": (IMAGE, [CONV, ("Clip", ["t0", "zero", "six"], {})]),
    "Clip low": (IMAGE, [CONV, ("Clip", ["t0", "low", "ones"], {})]),
    "gelu in arithmetic": (
        ROW,
        [
            ("MatMul", ["x", "dense"], {}),
            ("Div", ["t0", "root2"], {}),
            ("Erf", ["t1"], {}),
            ("Add", ["t2", "ones"], {}),
            ("Mul", ["t0", "t3"], {}),
            ("Mul", ["t4", "half"], {}),
        ],
    ),
    "hard swish in arithmetic": (
        ROW,
        [
            ("Add", ["x", "three"], {}),
            ("Clip", ["t0", "zero", "six"], {}),
            ("Mul", ["x", "t1"], {}),
            ("Div", ["t2", "six"], {}),
        ],
    ),
    "silu in arithmetic": (
        ROW,
        [("MatMul", ["x", "dense"], {}), ("Sigmoid", ["t0"], {}), ("Mul", ["t1", "t0"], {})],
    ),
    "mish in arithmetic": (
        ROW,
        [("Softplus", ["x"], {}), ("Tanh", ["t0"], {}), ("Mul", ["x", "t1"], {})],
    ),
    "an expression that is read twice": (
        ROW,
        [
            ("MatMul", ["x", "square"], {}),
            ("Relu", ["t0"], {}),
            ("Add", ["t1", "x"], {}),
            ("Mul", ["t2", "two"], {}),
            ("Sub", ["t3", "t1"], {}),
        ],
    ),
}
CONSTANTS["zero_axis"] = np.int64([0])

FUNCTIONS: dict[str, dict[str, Any]] = {
    **{
        name: {}
        for name in ("Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSwish", "Abs", "Neg")
    },
    **{"LeakyRelu": {"alpha": 0.1}, "Elu": {"alpha": 0.7}, "Selu": {}, "Celu": {}},
    **{"HardSigmoid": {"alpha": 0.3, "beta": 0.4}, "Mish": {}},
    "Gelu": {"approximate": "tanh"},
}


@pytest.mark.parametrize("name", CASES)
def test_operation(name: str, tmp_path: Path) -> None:
    shape, steps = CASES[name]
    used = {k: v for k, v in CONSTANTS.items() if any(k in inputs for _, inputs, _ in steps)}
    x = np.random.default_rng(5).normal(size=(4, *shape))
    assert_agrees(save(tmp_path, onnx_model(steps, used, shape)), x)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name: str, tmp_path: Path) -> None:
    steps: list[Step] = [("MatMul", ["x", "dense"], {}), (name, ["t0"], FUNCTIONS[name])]
    path = save(tmp_path, onnx_model(steps, {"dense": 3 * CONSTANTS["dense"]}, ROW, opset=20))
    model = assert_agrees(path, np.random.default_rng(6).normal(size=(40, 7)) * 3)
    if name not in ("Neg", "HardSigmoid"):
        assert model.layers[-1].activation in CURVES or "(" in model.layers[-1].activation


def test_all_operations_are_tested() -> None:
    """Those that only compute parts of an activation, or are refused, are left out."""
    tested = {op for _, steps in CASES.values() for op, _, _ in steps} | set(FUNCTIONS)
    parts = {"Exp", "Log", "Sqrt", "Reciprocal", "Max", "Min", "Pow", "Swish"}
    refused = {"LogSoftmax", "QuantizeLinear", "DequantizeLinear", "LSTM"}
    assert set(OPERATIONS) - tested == parts | refused
