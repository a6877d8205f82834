"""LSTM of float .tflite files: as in LiteRT, from zeros on; SVDF is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.testing import assert_allclose
from support.tflite_builder import Network, build

from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.trainer import LSTM, Dense, Model, ThumbnetError

STEPS, INPUTS, UNITS = 6, 4, 5


class Made:
    """An LSTM over (1, steps, inputs), or (steps, 1, inputs) behind a transposition."""

    def __init__(self, *, hybrid: bool = False, time_major: bool = False, **options: Any) -> None:
        self.rng, self.net, self.hybrid = np.random.default_rng(3), Network(), hybrid
        x = self.net.input((1, STEPS, INPUTS), dtype="float32")
        shape = (1, STEPS, UNITS)
        if time_major:
            order = self.net.constant(np.array([1, 0, 2], np.int32))
            x = self.net.apply("TRANSPOSE", [x, order], (STEPS, 1, INPUTS), dtype="float32")
            shape = (STEPS, 1, UNITS)
        self.inputs = [x, *(self.some(UNITS, INPUTS) for _ in range(4))]
        self.inputs += [self.some(UNITS, UNITS) for _ in range(4)] + [-1] * 3
        self.inputs += [self.some(UNITS) for _ in range(4)] + [-1] * 2
        self.inputs += [self.net.variable((1, UNITS), dtype="float32") for _ in range(2)] + [-1] * 4
        self.options = {"fused_activation_function": "TANH", "time_major": time_major, **options}
        self.shape = shape

    def some(self, *shape: int) -> int:
        """A constant, of 8 bits if the file is hybrid; both stand for the same numbers."""
        steps = self.rng.integers(-127, 128, shape)
        if self.hybrid and len(shape) > 1:
            return self.net.constant(steps.astype(np.int8), 0.01, 0)
        return self.net.constant((steps * np.float32(0.01)).astype(np.float32))

    def lstm(self) -> int:
        return self.net.apply(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            self.inputs,
            self.shape,
            dtype="float32",
            **self.options,
        )

    def file(self, folder: Path, *, last: bool) -> Path:
        y = self.lstm()
        if last:
            rows = ((0, STEPS - 1, 0), (0, STEPS, 0), (1, 1, 1))
            bounds = [self.net.constant(np.array(row, np.int32)) for row in rows]
            masks = {"begin_mask": 5, "end_mask": 5, "shrink_axis_mask": 2}
            y = self.net.apply("STRIDED_SLICE", [y, *bounds], (1, UNITS), dtype="float32", **masks)
            w = self.some(3, UNITS)
            y = self.net.apply("FULLY_CONNECTED", [y, w, -1], (1, 3), dtype="float32")
        path = folder / f"net_{self.hybrid}.tflite"
        path.write_bytes(build(self.net.model(y)))
        return path


def answers(path: Path, rows: Any) -> Any:
    made = Interpreter(model_content=path.read_bytes())
    made.allocate_tensors()
    (start,), (end,) = made.get_input_details(), made.get_output_details()
    found = []
    for row in rows:
        made.reset_all_variables()
        made.set_tensor(start["index"], row[None])
        made.invoke()
        found.append(made.get_tensor(end["index"]).ravel())
    return np.array(found)


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize(("last", "time_major"), [(True, False), (False, False), (False, True)])
def test_as_in_litert(tmp_path: Path, hybrid: bool, last: bool, time_major: bool) -> None:
    rows = np.random.default_rng(0).normal(size=(5, STEPS, INPUTS)).astype(np.float32)
    # LiteRT rounds the activations of a hybrid file: the float file has the same weights.
    want = answers(Made(time_major=time_major).file(tmp_path, last=last), rows)
    model = read_float(Made(hybrid=hybrid, time_major=time_major).file(tmp_path, last=last))
    assert isinstance(model, Model)
    assert [type(layer) for layer in model.layers] == [LSTM, Dense][: 1 + last]
    assert_allclose(model.predict(rows).reshape(want.shape), want, atol=1e-6)


@pytest.mark.parametrize(
    ("message", "which", "options"),
    [
        ("UNIDIRECTIONAL_SEQUENCE_LSTM: has no input gate: use an LSTM with all gates", 1, {}),
        ("has peepholes: use an LSTM without, such as Keras's", 9, {}),
        ("has the activation TANH, or clips its cell: use tanh alone", 0, {"cell_clip": 1.0}),
        (
            "has the activation RELU, or clips its cell: use tanh alone",
            0,
            {"fused_activation_function": "RELU"},
        ),
    ],
)
def test_refused(tmp_path: Path, message: str, which: int, options: dict[str, Any]) -> None:
    made = Made(**options)
    if which:
        made.inputs[which] = -1 if made.inputs[which] >= 0 else made.some(UNITS)
    with pytest.raises(ThumbnetError) as caught:
        read_float(made.file(tmp_path, last=False))
    assert message in str(caught.value)


def test_svdf_is_refused(tmp_path: Path) -> None:
    net = Network()
    x = net.input((1, 4), dtype="float32")
    constants = [net.constant(np.ones(shape, np.float32)) for shape in ((2, 4), (2, 3), (2,))]
    inputs = [x, *constants, net.variable((1, 6), dtype="float32")]
    y = net.apply("SVDF", inputs, (1, 2), dtype="float32", rank=1)
    path = tmp_path / "svdf.tflite"
    path.write_bytes(build(net.model(y)))
    with pytest.raises(ThumbnetError, match=r"operator 0, SVDF: keeps a memory .* to int8 with"):
        read_float(path)
