"""In an interrupt, the heap is locked: which networks `predict` without taking any."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from support.exact_cases import CASES
from support.micropython import needs_micropython

from thumbnet.export import convert
from thumbnet.export.emit.kernel_calls import kernel_calls
from thumbnet.export.emit.memory_plan import plan
from thumbnet.export.kernels.kernel import Kernel
from thumbnet.export.ops import KERNELS
from thumbnet.export.ops.answer import is_regression
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.tools.targets import find_micropython

PLAIN = Path(__file__).parents[2] / "firmware/plain"

ADVICE = "no heap for the kernels: in an interrupt, use --tier viper or thumb"

CODE = """
import micropython, net
x = {row}
net.predict(x)
def locked():
    micropython.heap_lock()
    try:
        net.predict(x)
        return "nothing"
    except MemoryError as error:
        return error
    finally:
        micropython.heap_unlock()
print(locked())
"""

INTO = """
import micropython, net
x, image = {row}, bytearray({size})
net.predict_into(x, image)
first = bytes(image)
micropython.heap_lock()
net.predict_into(x, image)
micropython.heap_unlock()
print(bytes(image) == first == bytes(net.predict(x)))
"""

NAMES = (
    *("input_pixels", "hidden_tanh", "input_sensors", "rnn_plain", "gru_plain", "streamed_plain"),
    *("image_plain", "int4_dense_plain", "lanes", "gru_sequences_plain", "image_viper"),
    *("sequence_viper", "gru_viper", "int4_conv_viper", "streamed_viper", "regression_one"),
    "lstm_plain",
)


@pytest.mark.parametrize("name", NAMES)
def test_heap_that_predict_takes(name: str, tmp_path: Path) -> None:
    needs_micropython()
    case = CASES[name]()
    made = convert(case.model, case.x, name="net", **case.options)
    for file, data in made.files().items():
        (tmp_path / file).write_bytes(data)
    row = [int(value) for value in readings(made.graph, extremes(made.graph))[3]]
    bytes_too = all(0 <= value < 256 for value in row)
    calls = kernel_calls(made.graph, plan(made.graph, made.build), made.build)
    kernels = [part.kernel for call in calls for part in (call, *call.rows)]
    expected = "nothing"
    if is_regression(made.graph):  # its answer is a new float
        expected = "memory allocation failed, heap is locked"
    elif not made.build.native and any(kernel.allocates for kernel in kernels):
        expected = ADVICE
    for values in (row, bytes(row)) if bytes_too else (row,):
        done = subprocess.run(
            [str(find_micropython()), "-c", CODE.format(row=values)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.strip() == expected, done.stdout + done.stderr


def makes_objects(function: ast.FunctionDef) -> bool:
    """Whether a plain kernel makes lists, slices or arrays; `a, b = p[:2]` makes a tuple."""
    makers = {"bytearray", "list", "array"}
    return any(
        isinstance(node, ast.List | ast.ListComp)
        or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice))
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in makers
        )
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_a_kernel_says_whether_it_takes_heap(kernel: Kernel) -> None:
    """Without the word, a program in an interrupt gets a bare MemoryError, and no advice."""
    if kernel.name == "recurrent":  # in firmware/runtime, and tested above
        return
    source = (PLAIN / f"{kernel.name}.py").read_text(encoding="utf-8")
    (function,) = [
        one
        for one in ast.parse(source).body
        if isinstance(one, ast.FunctionDef) and one.name == kernel.name
    ]
    assert kernel.allocates == makes_objects(function)


@pytest.mark.parametrize("name", ["pixels_plain", "pixels_viper"])
def test_drawing_into_a_buffer_takes_no_heap(name: str, tmp_path: Path) -> None:
    needs_micropython()
    case = CASES[name]()
    made = convert(case.model, case.x, name="net", **case.options)
    for file, data in made.files().items():
        (tmp_path / file).write_bytes(data)
    row = [int(value) for value in readings(made.graph, extremes(made.graph))[3]]
    done = subprocess.run(
        [str(find_micropython()), "-c", INTO.format(row=row, size=12)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "True", done.stdout + done.stderr
