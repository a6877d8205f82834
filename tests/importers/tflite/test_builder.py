"""LiteRT runs what `tflite_builder` writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from support.tflite_builder import Network, build
from support.tflite_files import installed_files, mlperf_file

from thumbnet.importers.tflite.read_tflite import read_tflite


def answers(data: bytes, steps: int = 3) -> list[bytes]:
    """The first output after each of a few random inputs."""
    interpreter: Any = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    about, rng = interpreter.get_input_details()[0], np.random.default_rng(1)
    found = []
    for _ in range(steps):
        levels = rng.integers(-128, 128, about["shape"])
        interpreter.set_tensor(about["index"], levels.astype(about["dtype"]))
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tobytes())
    return found


def test_a_small_network() -> None:
    net = Network()
    x = net.input((1, 4), scale=0.5, zero_point=3)
    w = net.constant(np.arange(-4, 4, dtype=np.int8).reshape(2, 4), [0.25, 0.5], axis=0)
    b = net.constant(np.array([8, -8], np.int32), [0.125, 0.25])
    y = net.apply("FULLY_CONNECTED", [x, w, b], (1, 2), scale=1.0, zero_point=-5)
    z = net.apply("RELU", [y], (1, 2), scale=1.0, zero_point=-5)
    interpreter: Any = Interpreter(model_content=build(net.model(z, y)))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.int8([[5, 1, -7, 103]]))
    interpreter.invoke()
    relu, linear = (interpreter.get_tensor(o["index"]) for o in interpreter.get_output_details())
    # (1, -1, -5, 50) times (-1, -.75, -.5, -.25) plus 1, and times (0, .5, 1, 1.5) minus 2
    np.testing.assert_array_equal(linear, [[-14, 63]])
    np.testing.assert_array_equal(relu, [[-5, 63]])


@pytest.mark.parametrize("name", ["ad_int8", "ic_int8", "kws_float", "vww_int8"])
def test_networks_of_mlperf_tiny_written_again(name: str) -> None:
    path = mlperf_file(name)
    assert answers(build(read_tflite(path))) == answers(path.read_bytes())


@pytest.mark.parametrize("name", ["alexa", "okay_nabu"])
def test_streaming_networks_written_again(name: str) -> None:
    path = installed_files()[name]
    assert answers(build(read_tflite(path)), 20) == answers(path.read_bytes(), 20)
