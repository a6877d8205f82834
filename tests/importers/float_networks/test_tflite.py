"""Float .tflite files compute the same here as in LiteRT; 8-bit weights are what they stand for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.testing import assert_allclose
from support.tflite_builder import Network, build
from support.tflite_files import mlperf_file

from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.importers.float_networks.tflite_operations import OPERATIONS
from thumbnet.importers.tflite.model import Tensor, TfliteModel
from thumbnet.importers.tflite.read_tflite import read_tflite
from thumbnet.trainer import ThumbnetError

RNG = np.random.default_rng(7)


def some(*shape: int) -> np.ndarray[Any, Any]:
    return (RNG.normal(size=shape) / 2).astype(np.float32)


def answers(data: bytes, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    interpreter: Any = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    found = []
    for row in x:
        interpreter.set_tensor(source["index"], row[None].astype(np.float32))
        interpreter.invoke()
        found.append(interpreter.get_tensor(result["index"]).copy())
    return np.concatenate(found)


def assert_agrees(path: Path, x: np.ndarray[Any, Any], data: bytes | None = None) -> None:
    want = answers(data or path.read_bytes(), x)
    found = read_float(path).predict(x)
    assert_allclose(
        found.reshape(len(x), -1),
        want.reshape(len(x), -1),
        rtol=1e-5,
        atol=1e-5 * np.abs(want).max(),
    )


@pytest.mark.parametrize("name", ["ad_float", "ic_float", "vww_float"])
def test_networks_of_mlperf_tiny(name: str) -> None:
    path = mlperf_file(name)
    shape = read_tflite(path).subgraphs[0].tensors[read_tflite(path).subgraphs[0].inputs[0]].shape
    assert_agrees(path, RNG.normal(size=(4, *shape[1:])))


def in_floats(model: TfliteModel) -> TfliteModel:
    """A hybrid model with its 8-bit weights written out: what LiteRT computes without rounding."""

    def written(tensor: Tensor) -> Tensor:
        if tensor.data is None or tensor.dtype != "int8":
            return tensor
        shape = [1] * tensor.data.ndim
        shape[tensor.axis] = len(tensor.scales) if len(tensor.scales) > 1 else 1
        steps = tensor.data.astype(np.float64) - tensor.zero_points.reshape(shape)
        reals = (steps * tensor.scales.reshape(shape)).astype(np.float32)
        none = np.empty(0, np.float32)
        return replace(
            tensor, dtype="float32", data=reals, scales=none, zero_points=np.empty(0, np.int64)
        )

    (network,) = model.subgraphs
    operators = tuple(replace(operator, version=1) for operator in network.operators)
    tensors = tuple(map(written, network.tensors))
    return TfliteModel((replace(network, tensors=tensors, operators=operators),))


def test_a_hybrid_network_is_dequantized() -> None:
    path = mlperf_file("kws_float")
    assert any(t.dtype == "int8" for t in read_tflite(path).subgraphs[0].tensors)
    x = RNG.normal(size=(6, 49, 10, 1)) * 5
    assert_agrees(path, x, build(in_floats(read_tflite(path))))


def test_an_integer_network_is_refused() -> None:
    with pytest.raises(ThumbnetError, match="it computes in integers: import it as an integer"):
        read_float(mlperf_file("ic_int8"))


IMAGE = (1, 6, 5, 3)


def image(name: str, shape: tuple[int, ...], *constants: Any, **options: Any) -> Network:
    net = Network()
    x = net.input(IMAGE, dtype="float32")
    net.apply(name, [x, *(net.constant(c) for c in constants)], shape, dtype="float32", **options)
    return net


POOL = {"filter_height": 3, "filter_width": 2, "stride_h": 2, "stride_w": 1, "padding": "SAME"}
CONV = {"stride_h": 2, "stride_w": 1, "padding": "SAME", "fused_activation_function": "RELU6"}
I32 = np.int32
CASES: dict[str, Network] = {
    "CONV_2D": image("CONV_2D", (1, 3, 5, 4), 9 * some(4, 3, 3, 3), some(4), **CONV),
    "DEPTHWISE_CONV_2D": image(
        *("DEPTHWISE_CONV_2D", (1, 4, 3, 6), some(1, 3, 3, 6), some(6)),
        **{"stride_h": 1, "stride_w": 1, "padding": "VALID", "depth_multiplier": 2},
    ),
    "dilated": image(
        *("CONV_2D", (1, 6, 5, 4), some(4, 3, 2, 3), some(4)),
        **{"dilation_h_factor": 2, "stride_h": 1, "stride_w": 1, "padding": "SAME"},
    ),
    "FULLY_CONNECTED": image("FULLY_CONNECTED", (1, 7), some(7, 90), some(7)),
    "AVERAGE_POOL_2D": image("AVERAGE_POOL_2D", (1, 3, 5, 3), **POOL),
    "MAX_POOL_2D": image("MAX_POOL_2D", (1, 3, 5, 3), **POOL),
    "MEAN": image("MEAN", (1, 3), np.array([1, 2], I32), keep_dims=False),
    "REDUCE_MAX": image("REDUCE_MAX", (1, 1, 1, 3), np.array([1, 2], I32), keep_dims=True),
    "ADD": image("ADD", IMAGE, some(3)),
    "SUB": image("SUB", IMAGE, some(3)),
    "MUL": image("MUL", IMAGE, some(1)),
    "DIV": image("DIV", IMAGE, some(3) + 2),
    "PRELU": image("PRELU", IMAGE, some(1, 1, 3)),
    "PAD": image("PAD", (1, 9, 5, 3), np.array([[0, 0], [1, 2], [0, 0], [0, 0]], I32)),
    "LEAKY_RELU": image("LEAKY_RELU", IMAGE, alpha=0.2),
    **{
        name: image(name, IMAGE)
        for name in (
            "RELU",
            "RELU6",
            "RELU_N1_TO_1",
            "LOGISTIC",
            "TANH",
            "HARD_SWISH",
            "ELU",
            "ABS",
        )
    },
}


def test_axes_move_and_chains_of_shapes_are_constants(tmp_path: Path) -> None:
    net, path = Network(), tmp_path / "net.tflite"
    x = net.input((1, 12), dtype="float32")
    shape = net.apply("SHAPE", [x], (2,), dtype="int32", out_type="int32")
    zero, one = (net.constant(np.array([n], I32)) for n in (0, 1))
    n = net.apply("STRIDED_SLICE", [shape, zero, one, one], (), dtype="int32", shrink_axis_mask=1)
    sizes = [net.constant(np.array(size, I32)) for size in (3, 4)]
    target = net.apply("PACK", [n, *sizes], (3,), dtype="int32", values_count=3)
    y = net.apply("RESHAPE", [x, target], (1, 3, 4), dtype="float32")
    order = net.constant(np.array([0, 2, 1], I32))
    wide = net.apply("EXPAND_DIMS", [y, one], (1, 1, 3, 4), dtype="float32")
    y = net.apply("SQUEEZE", [wide], (1, 3, 4), dtype="float32", squeeze_dims=[1])
    y = net.apply("TRANSPOSE", [y, order], (1, 4, 3), dtype="float32")
    low, high = (net.constant(np.array([v], np.float32)) for v in (-0.3, 0.8))
    y = net.apply("MAXIMUM", [y, low], (1, 4, 3), dtype="float32")
    y = net.apply("MINIMUM", [y, high], (1, 4, 3), dtype="float32")
    w = net.constant(some(5, 12))
    y = net.apply("FULLY_CONNECTED", [y, w, -1], (1, 5), dtype="float32")
    path.write_bytes(build(net.model(y)))
    assert_agrees(path, RNG.normal(size=(3, 12)))


@pytest.mark.parametrize("name", CASES)
def test_operator(name: str, tmp_path: Path) -> None:
    net, path = CASES[name], tmp_path / "net.tflite"
    path.write_bytes(build(net.model(len(net.tensors) - 1)))
    assert_agrees(path, RNG.normal(size=(3, *IMAGE[1:])) * 2)


def test_what_is_not_supported_is_refused_by_name_and_place(tmp_path: Path) -> None:
    net, path = Network(), tmp_path / "net.tflite"
    x = net.input((1, 4, 4, 2), dtype="float32")
    y = net.apply("RELU", [x], (1, 4, 4, 2), dtype="float32")
    z = net.apply("SPACE_TO_DEPTH", [y], (1, 2, 2, 8), dtype="float32")
    path.write_bytes(build(net.model(z)))
    assert "SPACE_TO_DEPTH" not in OPERATIONS
    with pytest.raises(ThumbnetError) as caught:
        read_float(path)
    assert str(caught.value) == (
        f"{path}: operator 1, SPACE_TO_DEPTH: is not supported: docs/import.md lists what is; "
        "leave it out"
    )
