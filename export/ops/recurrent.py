"""What recurrent layers share: two products per time step, at one wide scale, and tables.

The products of the inputs and of the state have different scales. Both are requantized to wide
(32-bit) numbers at one common scale, so that they can be added. A step of a curve's table is 2**k
wide steps, and the table has an 8-bit index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..boards.processors import Cycles
from ..graph.arithmetic import ACTIVATION_MAX, Ints, requantize
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.channel_weights import Channels, multipliers, quantize_channels
from ..quantizer.output_scale import finest_output
from .attribute_kinds import BITS, EACH_OUTPUT, Array, Flag, Kinds, Whole
from .checks import accumulator_faults, width_faults
from .conv import NARROW_CONV, narrow_heap, window_words
from .dense import FULLY_CONNECTED, one_pixel
from .operation import Floats, Operation, Steps
from .weighted import per_output, real

LIMIT = 2**20
"""Limit of wide numbers, so that a gate of 256 times one of them fits 31 bits."""

RECURRENT = Kernel(
    "recurrent", ("steps", "x_at", "x_step", "y_at", "y_step"), title="a recurrent layer"
)
COPY = Kernel("copy", ("n", "x_at", "y_at"), writes_parameters=True)

SIDES = ("input", "state")


class Recurrent(Operation):
    """Base of layers with a state: every step multiplies the inputs and the state by weights."""

    float_attributes = frozenset(
        {"kernel", "recurrent_kernel", "bias", "function", "steps", "units", "sequences"}
    )
    integer_attributes: ClassVar[Kinds | None] = {
        **{f"{side}_weight": Array("int8", ("outputs", f"{side}s")) for side in SIDES},
        **{f"{side}_{n}": EACH_OUTPUT for side in SIDES for n in ("bias", "multiplier", "shift")},
        **{"limit": Whole(), "step_shift": Whole(), "bits": BITS},
        **{"steps": Whole(1), "units": Whole(1), "sequences": Flag()},
    }
    weight_names = ("input_weight", "state_weight")
    gates: ClassVar[int] = 1
    """Number of products of each unit, both for the inputs and for the state."""

    most_shift: ClassVar[int]
    """Log2 of the largest number of wide steps in a step of the table."""

    def lower(self, layer: Any) -> Steps:
        """Return the layer with its weights; a missing bias becomes zeros."""
        times, _ = layer.input_shape
        recurrent_kernel = real(layer.recurrent_kernel)
        bias = np.zeros(recurrent_kernel.shape[1]) if layer.bias is None else real(layer.bias)
        attributes = {
            "kernel": real(layer.kernel),
            "recurrent_kernel": recurrent_kernel,
            "bias": bias,
            "function": layer.activation,
            "steps": times,
            "units": layer.units,
            "sequences": layer.return_sequences,
        }
        return [(self.name, attributes)]

    def absorb_before(self, node: Node, scaling: Node) -> Node | None:
        """Scale the weights of the inputs; the sum of the offset goes into their bias."""
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        scale, offset = scaling.attributes["scale"], scaling.attributes["offset"]
        bias = bias.copy()
        first = bias if bias.ndim == 1 else bias[0]
        first += offset @ kernel
        return node.with_attributes(kernel=kernel * scale[:, None], bias=bias)

    def sequence_shape(self, builder: Builder, node: Node) -> dict[str, Any]:
        """Return the attributes that the integer node shares with the float node."""
        shape = {name: node.attributes[name] for name in ("steps", "units", "sequences")}
        return shape if builder.bits == 8 else {**shape, "bits": builder.bits}

    def quantize_sides(
        self,
        builder: Builder,
        node: Node,
        bias: Floats,
        state_bias: Floats,
        state: tuple[float, int],
    ) -> dict[str, Channels]:
        """Return the quantized weights of the inputs and of the state, by `SIDES`.

        state: scale and zero point of the state as the weights see it.
        """
        tensors = builder.floats.tensors
        mean, states = tensors[node.inputs[0]].mean, tensors[node.output].mean
        assert mean is not None
        assert states is not None
        kernel, recurrent = node.attributes["kernel"], node.attributes["recurrent_kernel"]
        means = mean.reshape(-1, kernel.shape[0]).mean(axis=0)[:, None]
        # If a layer outputs only its last state, the mean of all states is unknown: 0 is a good
        # guess.
        known = node.attributes["sequences"]
        seen = states.reshape(-1, len(recurrent)).mean(axis=0)[:, None] * float(known)
        state_bias = state_bias if state_bias.size else np.zeros(recurrent.shape[1])
        options = (builder.bits, builder.fitted)
        source = builder.source(node)
        return {
            "input": quantize_channels(node.output, kernel, bias, means, *source, *options),
            "state": quantize_channels(node.output, recurrent, state_bias, seen, *state, *options),
        }

    def wide(self, sides: dict[str, Channels], step: float) -> tuple[float, int, dict[str, Any]]:
        """Return the table's step, log2 of its wide steps, and the attributes of the products.

        The step grows if the products are too coarse for two wide steps per table step.
        """
        finest = finest_output(np.concatenate([side.scale for side in sides.values()]))
        fitting = (k for k in range(1, self.most_shift + 1) if step / 2**k >= finest)
        shift = max(fitting, default=0)
        if not shift:
            step, shift = 2 * finest, 1
        scale = step / 2**shift
        attributes: dict[str, Any] = {"limit": LIMIT}
        for name, side in sides.items():
            multiplier, moved = multipliers(side.scale, scale)
            attributes |= {
                f"{name}_weight": side.weight,
                f"{name}_bias": side.bias,
                f"{name}_multiplier": multiplier,
                f"{name}_shift": moved,
            }
        return step, shift, attributes

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield accumulators that could reach 2**29, and wide numbers that could exceed 31 bits."""
        a = node.attributes
        outputs = a["units"] * self.gates
        source, target = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
        features, rest = divmod(prod(source), a["steps"])
        if rest or prod(target) != a["units"] * (a["steps"] if a["sequences"] else 1):
            yield f"{a['steps']} steps of {list(source)} do not make {list(target)}"
            return
        yield from accumulator_faults(a["input_weight"], a["input_bias"], (outputs, features))
        yield from accumulator_faults(a["state_weight"], a["state_bias"], (outputs, a["units"]))
        if not 0 < a["limit"] <= 2**20 or not 1 <= a["step_shift"] <= 12:
            yield f"limit {a['limit']} or step_shift {a['step_shift']} exceeds 31 bits"
        yield from width_faults(node, self.weights(node))
        yield from self.cell_faults(node)

    def cell_faults(self, node: Node) -> Iterator[str]:
        """Yield the faults of the cell's numbers."""
        return iter(())

    def times(self, node: Node) -> int:
        """Return the number of time steps."""
        return int(node.attributes["steps"])

    def time_steps(self, node: Node) -> int:
        """Return the number of time steps."""
        return int(node.attributes["steps"])

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel in all steps."""
        if "bits" not in node.attributes:
            return 0
        return self.times(node) * sum(narrow_heap(weight, word) for weight in self.weights(node))

    def narrowed(
        self, node: Node, fewer: Callable[[int], int], before: int, left: int
    ) -> tuple[Node, int, int] | None:
        """Return the node with fewer units, of fewer inputs."""
        units = int(node.attributes["units"])
        rows, inputs = node.attributes["input_weight"].shape
        reads = inputs // before * left if inputs % before == 0 else inputs
        kept = fewer(units)
        changes = {
            name: value[: self.gates * kept] for name, value in per_output(node, rows).items()
        }
        changes["input_weight"] = changes["input_weight"][:, :reads]
        changes["state_weight"] = changes["state_weight"][:, :kept]
        return node.with_attributes(**changes, units=kept), units, kept

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the calls, the outputs and the cell in all steps."""
        rows = len(node.attributes["input_bias"])
        step = 4 * cost.call + 2 * rows * cost.output + rows * 8 * cost.mac
        return self.times(node) * step

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffers for the inputs of a step, and for a state that is not the output."""
        a = node.attributes
        size = prod(graph.tensors[node.inputs[0]].shape) // a["steps"]
        sizes = {f"{node.output}.step": size}
        if a["sequences"]:
            sizes[f"{node.output}.state"] = a["units"]
        if "bits" in a and native:
            sizes[f"{node.output}.patch"] = max(a["units"], size)
        return sizes

    def wide_scratch(self, node: Node) -> dict[str, int]:
        """Return the words of both sums."""
        return {f"{node.output}.wide": 2 * len(node.attributes["input_weight"])}

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; its rows load a step's inputs, multiply, and update the state."""
        (source,), target = node.inputs, node.output
        a = node.attributes
        steps, units = int(a["steps"]), int(a["units"])
        size = prod(graph.tensors[source].shape) // steps
        step, wide = f"{target}.step", f"{target}.wide"
        state = f"{target}.state" if a["sequences"] else target
        start, end = places.get(source, 0), places.get(target, 0)
        rows = [
            Call(COPY, source, step, (size, start, places.get(step, 0))),
            _product(node, "input", step, wide, 0, places),
            _product(node, "state", state, wide, len(a["input_weight"]), places),
            self.cell_call(node, wide, state, places),
        ]
        if a["sequences"]:
            rows.append(Call(COPY, state, target, (units, places.get(state, 0), end)))
        head = (steps, start, size, end, units)
        return [Call(RECURRENT, source, target, head, rows=tuple(rows))]

    def cell_call(self, node: Node, wide: str, state: str, places: dict[str, int]) -> Call:
        """Return the call that updates the state from both sums."""
        raise NotImplementedError


def _product(
    node: Node, side: str, source: str, target: str, y_at: int, places: dict[str, int]
) -> Call:
    a = node.attributes
    weight, limit = a[f"{side}_weight"], int(a["limit"])
    columns = [a[f"{side}_{name}"] for name in ("bias", "multiplier", "shift")]
    channels = np.stack(columns, axis=1).astype(np.int64)
    outputs, inputs = weight.shape
    words = {
        **{"inputs": inputs, "outputs": outputs, "x_at": places.get(source, 0), "y_at": y_at},
        **{"activation_min": -limit, "activation_max": limit, "wide": 1, "pieces": 1},
    }
    kernel = FULLY_CONNECTED
    if "bits" in a:
        kernel = NARROW_CONV
        words |= window_words(one_pixel(inputs), outputs)
        words["patch_at"] = places.get(f"{node.output}.patch", 0)
    return Call(kernel, source, target, kernel.head(words), weight, channels, wide=True)


def projection(x: Ints, side: str, attributes: dict[str, Any]) -> Ints:
    """Return products with the weights of one of `SIDES`, as wide numbers."""
    weight, bias, multiplier, shift = (
        attributes[f"{side}_{name}"] for name in ("weight", "bias", "multiplier", "shift")
    )
    limit = attributes["limit"]
    # float64 represents these integers (below 2**29) exactly, and BLAS multiplies them fast.
    product = x.astype(np.float64) @ weight.T.astype(np.float64)
    acc = product.astype(np.int64) + bias
    return np.asarray(np.clip(requantize(acc, multiplier, shift), -limit, limit))


def table_index(v: Ints, shift: int, center: int) -> Ints:
    """Return the table index of a wide number: rounded half up, saturating at both ends."""
    return np.asarray(np.clip(((v + (1 << (shift - 1))) >> shift) + center, 0, ACTIVATION_MAX))


def outputs_of(states: list[npt.NDArray[Any]], sequences: bool) -> npt.NDArray[Any]:
    """Return all states (n, steps, units), or only the last (n, units)."""
    return np.stack(states, axis=1) if sequences else states[-1]
