"""Operators that keep a state by themselves, SVDF and LSTM, as TensorFlow's converter makes them.

Scales are chosen so that values fill their ranges, more or less; at times they saturate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .tflite_builder import Network, build
from .tflite_values import Rng, int8s, int32s, number, pick, place, scale, zero

GATES = 4
STATE, CELL = 18, 19
GATE_SCALE = 2.0**-12


def svdf_layer(net: Network, rng: Rng, x: int, *, wild: float = 0.3) -> int:
    """Add an SVDF behind (1, inputs); wild: how often a sum may leave 32 bits."""
    inputs, start = net.tensors[x].shape[1], float(net.tensors[x].scales[0])
    rank, units, memory = number(rng, 1, 3), number(rng, 1, 7), number(rng, 1, 9)
    filters = rank * units
    ws, ts = scale(rng, -9, -5), scale(rng, -17, -14)
    weight = net.constant(int8s(rng, (filters, inputs), -127), ws, 0)
    most = 32767 if rng.random() < wild else int(pick(rng, (200, 5000, 12000)))
    late = rng.integers(-most, most + 1, (filters, memory)).astype(np.int16)
    if rng.random() < wild / 2:
        late[:] = pick(rng, (-most, most))
    state = np.float32(start * float(ws) * 5000 * inputs**0.5 / 2**13 * float(scale(rng, -4, 2)))
    bias = rng.integers(-(2**24), 2**24, units).astype(np.int32)
    b = net.constant(bias, np.float32(state * ts), 0) if rng.random() < 0.8 else -1
    kept = net.variable((1, filters * memory), state, dtype="int16")
    typical = 2.0**12 * most / 2 * (memory * rank) ** 0.5 / 60
    end = np.float32(float(state) * float(ts) * max(typical, 4) * float(scale(rng, -2, 1)))
    return net.apply(
        "SVDF",
        [x, weight, net.constant(late, ts, 0), b, kept],
        (1, units),
        end,
        zero(rng),
        rank=rank,
        fused_activation_function="RELU",
    )


def lstm_layer(
    net: Network,
    rng: Rng,
    x: int,
    units: int,
    *,
    input_gate: bool = True,
    usual: bool = False,
    **more: Any,
) -> int:
    """Add an LSTM behind (1, steps, inputs) or, if time_major, (steps, 1, inputs).

    usual: its states are rounded with the scale that they have.
    """
    inputs, start = net.tensors[x].shape[2], float(net.tensors[x].scales[0])
    out, point = np.float32(2.0 ** rng.uniform(-8, -6.9)), number(rng, -20, 20)
    cell = net.variable((1, units), 2.0 ** number(rng, -15, -9), dtype="int16")
    state = net.variable((1, units), out, zero_point=point)
    tensors = [-1] * 24
    tensors[0], tensors[STATE], tensors[CELL] = x, state, cell
    for gate in range(0 if input_gate else 1, GATES):
        for at, size, source in ((1, inputs, start), (5, units, float(out))):
            # Sums of a gate that saturate at times: 8.0 is the most that 16 bits hold.
            typical = 8.0 / (source * 80 * 70 * size**0.5)
            tensors[at + gate] = net.constant(
                int8s(rng, (units, size), -127), np.float32(typical * float(scale(rng, -4, 1))), 0
            )
        scales = start * float(net.tensors[tensors[1 + gate]].scales[0])
        most = max(int(2.0 / scales), 2)
        bias = rng.integers(-most, most, units).astype(np.int32)
        tensors[12 + gate] = net.constant(bias, np.float32(scales), 0)
    parts = [net.tensor((0,), GATE_SCALE, dtype="int16") for _ in range(GATES)]
    # Without a projection, that of the state; nothing says that it must be.
    hidden = (out, point) if usual or rng.random() < 0.7 else place(rng, -9, -6)
    shape = (*net.tensors[x].shape[:2], units)
    more.setdefault("fused_activation_function", "TANH")
    y = net.tensor(shape, out, point)
    parts.append(net.tensor((0,), *hidden))
    net.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", tensors, [y], intermediates=parts, **more)
    return y


def kept_net(seed: int = 0) -> bytes:
    """A file with both: an LSTM, behind whose last state are an SVDF and a dense layer."""
    rng = np.random.default_rng(seed)
    net = Network()
    x = net.input((1, 4, 5), 0.03, -4)
    y = lstm_layer(net, rng, x, 6)
    at = net.tensors[y].scales, net.tensors[y].zero_points
    bounds = [net.constant(int32s(*n)) for n in ((0, 3, 0), (0, 4, 0), (1, 1, 1))]
    masks = {"begin_mask": 5, "end_mask": 5, "shrink_axis_mask": 2}
    last = net.apply("STRIDED_SLICE", [y, *bounds], (1, 6), *at, **masks)
    z = svdf_layer(net, rng, last, wild=0.0)
    units = net.tensors[z].shape[1]
    weight = net.constant(int8s(rng, (3, units), -127), 0.02, 0)
    scale = net.tensors[z].scales * 2
    return build(net.model(net.apply("FULLY_CONNECTED", [z, weight], (1, 3), scale, 0)))


def svdf(rng: Rng) -> tuple[Network, list[int]]:
    net = Network()
    x = net.input((1, number(rng, 1, 12)), *place(rng, -5))
    return net, [svdf_layer(net, rng, x)]


def sequence_lstm(rng: Rng) -> tuple[Network, list[int]]:
    net = Network()
    steps, inputs, time_major = number(rng, 1, 6), number(rng, 1, 8), rng.random() < 0.2
    x = net.input((1, steps, inputs), *place(rng, -6, -1))
    if time_major:
        order, at = (
            net.constant(int32s(1, 0, 2)),
            (net.tensors[x].scales, net.tensors[x].zero_points),
        )
        x = net.apply("TRANSPOSE", [x, order], (steps, 1, inputs), *at)
    clip = float(pick(rng, (0.0, 0.0, 0.5, 3.0, 100.0)))
    y = lstm_layer(
        net,
        rng,
        x,
        number(rng, 1, 9),
        input_gate=rng.random() < 0.7,
        time_major=time_major,
        cell_clip=clip,
    )
    return net, [y]
