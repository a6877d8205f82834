"""Random networks: float models, and integer graphs with extremes that training never makes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from thumbnet.export.emit.header import Facts
from thumbnet.export.emit.module import emit
from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT, SCORE_LIMIT
from thumbnet.export.graph.graph import Graph, Node, TensorSpec
from thumbnet.export.kernels.build import Build
from thumbnet.export.ops.softmax import softmax_scaling
from thumbnet.trainer import Dense, Normalization, Rescaling, Sequential

from .kernels import ZERO_POINTS

FACTS = Facts(board="generic", version="0", labels=())

HIDDEN = ("linear", "relu", "leaky_relu", "sigmoid", "tanh", "step", "sign")
LAST = ("softmax", "sigmoid", "tanh", "linear", "relu", "sign", "step")


def module_text(graph: Graph, build: Build | None = None) -> str:
    """The module of a graph, weights in it."""
    return emit(graph, build or Build(), FACTS)[f"{graph.name}.py"].decode()


def run_module(source: str) -> dict[str, Any]:
    """Execute a generated module under CPython and return its names."""
    names: dict[str, Any] = {"__name__": "module"}
    exec(compile(source, "module.py", "exec"), names)
    return names


@st.composite
def integer_graphs(draw: st.DrawFn) -> tuple[Graph, np.ndarray]:
    """A fused graph with any weights that the contract allows, and rows of inputs for it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=4))
    tensors = {
        "input": TensorSpec("input", (sizes[0],), "int32", scale=1.0),
        "x": TensorSpec("x", (sizes[0],), "uint8", scale=1.0),
    }
    nodes = [Node("quantize_levels", ("input",), "x", {"minimum": 0, "maximum": 255, "gain": 1})]
    for number, (inputs, outputs) in enumerate(pairwise(sizes)):
        last = number == len(sizes) - 2
        name = "scores" if last else f"layer{number}"
        table = None if last or draw(st.booleans()) else rng.integers(0, 256, 256).astype(np.uint8)
        zero_point = 0 if last else draw(st.sampled_from(ZERO_POINTS))
        tensors[name] = TensorSpec(
            name, (outputs,), "int32" if last else "uint8", scale=1.0, zero_point=zero_point
        )
        attributes = _layer(draw, rng, inputs, outputs, zero_point, last)
        if table is not None:
            attributes["table"] = table
        nodes.append(Node("fully_connected", (nodes[-1].output,), name, attributes))
    answer, tensor = _answer(draw, tensors["scores"])
    nodes += answer
    tensors.update(tensor)
    graph = Graph("random", "fuse", "input", ("scores", *tensor), tuple(nodes), tensors)
    rows = rng.integers(0, 256, (4, sizes[0]))
    rows[rng.random(rows.shape) < 0.3] = 0
    return graph, np.vstack([rows, np.zeros_like(rows[:1]), np.full_like(rows[:1], 255)])


def _layer(
    draw: st.DrawFn,
    rng: np.random.Generator,
    inputs: int,
    outputs: int,
    zero_point: int,
    last: bool,
) -> dict[str, Any]:
    kind = draw(st.sampled_from(("any", "top", "bottom", "zero", "signs")))
    weight = {
        "any": rng.integers(-128, 128, (outputs, inputs)),
        "top": np.full((outputs, inputs), 127),
        "bottom": np.full((outputs, inputs), -128),
        "zero": np.zeros((outputs, inputs)),
        "signs": rng.choice((-127, 127), (outputs, inputs)),
    }[kind].astype(np.int8)
    # Saturating on purpose: as much bias as the bound leaves.
    room = ACCUMULATOR_LIMIT - 1 - 255 * np.abs(weight.astype(np.int64)).sum(axis=1)
    bias = np.asarray(room * rng.choice((-1.0, 1.0, 0.001, -0.0001, 0.0), outputs), np.int64)
    low, high = (
        (-SCORE_LIMIT, SCORE_LIMIT)
        if last
        else (draw(st.sampled_from((0, min(max(zero_point, 0), 255)))), 255)
    )
    return {
        "weight": weight,
        "bias": bias,
        "zero_point": zero_point,
        "multiplier": rng.choice((2**14, 2**15 - 1, 23170, 17001), outputs),
        "shift": rng.choice((16, 17, 20, 23, 27, 31, 38, 44), outputs),
        "activation_min": low,
        "activation_max": high,
    }


def _answer(draw: st.DrawFn, scores: TensorSpec) -> tuple[list[Node], dict[str, TensorSpec]]:
    outputs = scores.shape[0]
    ops = ["measure", "classify"] + (["decide"] if outputs == 1 else [])
    op = draw(st.sampled_from(ops))
    if op == "measure":
        steps = draw(st.lists(st.sampled_from((1, 100)), min_size=outputs, max_size=outputs))
        attributes = {"step": np.array(steps), "units": np.full(outputs, 1000)}
        tensor = TensorSpec("prediction", scores.shape, "float32")
        return [Node(op, ("scores",), "prediction", attributes)], {"prediction": tensor}
    attributes = {"threshold": draw(st.sampled_from((0, 1, -5000)))} if op == "decide" else {}
    nodes = [Node(op, ("scores",), "prediction", attributes)]
    scaling = softmax_scaling(draw(st.sampled_from((1e-9, 1e-6, 1e-3, 0.3, 50.0))))
    soft = {"classify": "softmax", "decide": "logistic"}[op]
    if op == "classify" and draw(st.booleans()):
        soft = "logistic_all"
    nodes.append(Node(soft, ("scores",), "probabilities", scaling))
    classes = 2 if soft == "logistic" else outputs
    return nodes, {
        "prediction": TensorSpec("prediction", (), "int32"),
        "probabilities": TensorSpec("probabilities", (classes,), "int32", scale=2.0**-15),
    }


def random_model(
    rng: np.random.Generator,
    sizes: list[int],
    hidden: str,
    last: str,
    scaling: str = "none",
) -> tuple[Sequential, np.ndarray]:
    """A built, untrained model with random weights, and representative inputs in raw units."""
    low, high = rng.uniform(-50, 0), rng.uniform(0.5, 50)
    x = rng.uniform(low, high, (200, sizes[0]))
    layers: list[Any] = []
    if scaling == "standard":
        layers.append(Normalization())
        layers[0].adapt(x)
    elif scaling == "minmax":
        layers.append(Rescaling.from_range(x, (-1, 1)))
    for k, units in enumerate(sizes[1:], 1):
        layers.append(Dense(units, activation=last if k == len(sizes) - 1 else hidden))
    model = Sequential(layers)
    model.build((sizes[0],))
    for variable in model.trainable_variables:
        shape = variable.numpy().shape
        scale = 1.5 / np.sqrt(shape[0]) if len(shape) == 2 else 0.3
        variable.assign(rng.normal(0, scale, shape).astype(np.float32))
    return model, x
