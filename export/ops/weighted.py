"""What operations with a matrix of weights share: dense layers and convolutions.

Each has three forms. In the float stages it is one node. `quantize` turns it into two, products and
`requantize`. `fuse` joins these, and a table after them, into one node per kernel call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import affine

from ..graph.arithmetic import ACTIVATION_MAX, Ints, requantize
from ..graph.graph import Graph, Node, TensorSpec
from ..graph.window import Window
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import CLAMPS, Builder
from ..quantizer.channel_weights import Channels, multipliers, quantize_channels, side_of_zero
from ..quantizer.output_scale import coarser, finest_output
from .attribute_kinds import BITS, EACH_OUTPUT, TABLE, WEIGHTS, Whole, optional
from .checks import accumulator_faults, length_faults, size_faults, width_faults
from .curve import Lookup, varying
from .operation import Floats, Operation

REQUANTIZATION = {
    **{name: Whole() for name in ("zero_point", "activation_min", "activation_max")},
    **dict.fromkeys(("multiplier", "shift"), EACH_OUTPUT),
}


class Requantize(Operation):
    """Bring accumulators to the scale of the next layer."""

    name = "requantize"
    integer_attributes = REQUANTIZATION
    reads = "int32"
    writes = "*"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `clamp(zero_point + requantize(acc))`."""
        (acc,), a = inputs, attributes
        q = a["zero_point"] + requantize(acc, a["multiplier"], a["shift"])
        return np.asarray(np.clip(q, a["activation_min"], a["activation_max"]))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the arrays that do not have one entry per channel, and tensors of other sizes."""
        yield from length_faults(node, graph.tensors[node.output])
        yield from size_faults(graph, node)


_REQUANTIZE, _LOOKUP = Requantize(), Lookup()


class Products(Operation):
    """The first half of a quantized layer: int32 sums of int8 weights times uint8 inputs."""

    integer_attributes = {"weight": WEIGHTS, "bias": EACH_OUTPUT, "bits": BITS}
    writes = "int32"
    weight_names = ("weight",)
    becomes: ClassVar[str]
    """The layer that it forms together with the `requantize` after it."""

    def fuse(self, node: Node, behind: Node) -> Node | None:
        """Join the products and their requantization into a layer."""
        if behind.op != Requantize.name:
            return None
        return replace(
            node.with_attributes(**behind.attributes), op=self.becomes, output=behind.output
        )

    def channel_products(self, node: Node, source: TensorSpec) -> int:
        """Return the products of one output."""
        return math.prod(source.shape)

    def narrowed(
        self, node: Node, fewer: Callable[[int], int], before: int, left: int
    ) -> tuple[Node, int, int] | None:
        """Return the node with fewer outputs, of fewer inputs."""
        outputs, inputs = node.attributes["weight"].shape
        reads = inputs // before * left if inputs % before == 0 else inputs
        units = fewer(outputs)
        changes = {name: value[:units] for name, value in per_output(node, outputs).items()}
        changes["weight"] = node.attributes["weight"][:units, :reads]
        return node.with_attributes(**changes), outputs, units

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield weights of the wrong shape, and accumulators that could reach 2**29."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        yield from length_faults(node, target)
        expected = (target.shape[-1], self.channel_products(node, source))
        a = node.attributes
        yield from accumulator_faults(a["weight"], a["bias"], expected)
        yield from width_faults(node, self.weights(node))


class FusedLayer(Products):
    """A fused layer: products, requantization, and the table of a curve, if there is one."""

    integer_attributes = {
        **Products.integer_attributes,
        **REQUANTIZATION,
        "table": optional(TABLE),
    }
    products: ClassVar[Products]

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Compute what one kernel call computes."""
        acc = self.products.integer_forward(*inputs, **attributes)
        q = _REQUANTIZE.integer_forward(acc, **attributes)
        if attributes.get("table") is None:
            return q
        return _LOOKUP.integer_forward(q, **attributes)

    def fuse(self, node: Node, behind: Node) -> Node | None:
        """Take over the table of the curve after the layer."""
        if behind.op != Lookup.name or "table" in node.attributes:
            return None
        return replace(node.with_attributes(**behind.attributes), output=behind.output)

    def channel_products(self, node: Node, source: TensorSpec) -> int:
        """Return the products of one output."""
        return self.products.channel_products(node, source)

    def times(self, node: Node) -> int:
        """Return how many times each weight is used in one inference."""
        return self.products.times(node)


class WeightedFloat(Operation):
    """The float form of a layer: `kernel` (products, outputs) and `bias` (outputs,)."""

    float_attributes = frozenset({"kernel", "bias"})
    products_op: ClassVar[str]
    """The name of the integer operation that accumulates."""

    has_bits: ClassVar[bool] = True
    """Its weights may have 4 bits."""

    def absorb_behind(self, node: Node, scale: Floats, offset: Floats) -> Node | None:
        """Scale each output's weights and bias."""
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        if max(scale.size, offset.size) not in (1, bias.size):
            return None
        return node.with_attributes(kernel=kernel * scale, bias=bias * scale + offset)

    def accepts_before(self, node: Node, scaling: Node) -> bool:
        """Return whether it can: padding stands for 0 after the scaling, so offsets must be 0."""
        return not self.pads(node) or not np.any(scaling.attributes["offset"])

    def absorb_before(self, node: Node, scaling: Node) -> Node | None:
        """Scale each product's weights; the sum of the offset goes into the bias."""
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        scale, offset = (
            np.resize(scaling.attributes[name], kernel.shape[0]) for name in ("scale", "offset")
        )
        return replace(node, inputs=scaling.inputs).with_attributes(
            kernel=kernel * scale[:, None], bias=bias + offset @ kernel
        )

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return whether the layer pads: padding is filled with the zero point."""
        return self.pads(node)

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add a hidden layer; a curve other than relu follows as a separate table."""
        out, function = builder.written(node)
        channels = self.channels(builder, node)
        whole = (0, ACTIVATION_MAX)
        if function in ("step", "sign"):
            channels, multiplier, shift = side_of_zero(channels)
            out = replace(out, zero_point=128)
            self.accumulate(builder, node, channels, (multiplier, shift), out, whole)
            return
        low, high = varying(function, *out.range)
        low = 0.0 if function in CLAMPS else low
        zero = builder.holds_zero(out.name)
        scale, zero_point = coarser(*affine(low, high, zero), finest_output(channels.scale))
        out = replace(out, scale=scale, zero_point=zero_point)
        # A relu needs no clamp from below, because its zero point is 0.
        limits = (0, builder.highest(node, scale, zero_point))
        self.accumulate(builder, node, channels, multipliers(channels.scale, scale), out, limits)

    def channels(self, builder: Builder, node: Node) -> Channels:
        """Quantize the kernel of a node for its input tensor."""
        scale, zero_point = builder.source(node)
        mean = builder.floats.tensors[node.inputs[0]].mean
        assert mean is not None
        return quantize_channels(
            node.output,
            node.attributes["kernel"],
            node.attributes["bias"],
            self.product_means(node, mean),
            scale,
            zero_point,
            builder.bits if self.has_bits else 8,
            builder.fitted,
        )

    def product_means(self, node: Node, mean: Floats) -> Floats:
        """Return the mean input of each weight, to broadcast against the kernel."""
        return mean.reshape(-1, 1)

    def accumulate(
        self,
        builder: Builder,
        node: Node,
        channels: Channels,
        requantization: tuple[Ints, Ints],
        out: TensorSpec,
        limits: tuple[int, int],
    ) -> None:
        """Add the products of a layer, and their requantization to the scale of `out`."""
        acc = TensorSpec(f"{out.name}_acc", out.shape, "int32", scale=channels.scale)
        attributes: dict[str, Any] = {"weight": channels.weight, "bias": channels.bias}
        if builder.bits != 8 and self.has_bits:
            attributes["bits"] = builder.bits
        if "window" in node.attributes:
            attributes["window"] = tuple(node.attributes["window"])
            attributes["pad"] = builder.source(node)[1] if self.pads(node) else 0
        builder.add(Node(self.products_op, node.inputs[:1], acc.name, attributes), acc)
        multiplier, shift = requantization
        attributes = {
            "zero_point": out.zero_point,
            "multiplier": multiplier,
            "shift": shift,
            "activation_min": limits[0],
            "activation_max": limits[1],
        }
        builder.add(Node(Requantize.name, (acc.name,), out.name, attributes), out)


def per_output(node: Node, outputs: int) -> dict[str, npt.NDArray[Any]]:
    """Return the attributes of a node that have an entry for each output."""
    return {
        name: value
        for name, value in node.attributes.items()
        if isinstance(value, np.ndarray)
        and value.ndim
        and len(value) == outputs
        and not name.endswith("table")  # of 256 entries, whatever the outputs
    }


def lowered_weights(layer: Any) -> dict[str, Floats]:
    """Return a layer's bias, and its kernel as a matrix with one row per product."""
    kernel = real(layer.kernel)
    kernel = kernel.reshape(-1, kernel.shape[-1])
    bias = real(layer.bias) if layer.use_bias else np.zeros(kernel.shape[1])
    return {"kernel": kernel, "bias": bias}


def real(variable: Any) -> Floats:
    """Return a variable of the trainer as float64."""
    return np.asarray(variable.numpy(), dtype=np.float64)


LIMIT_WORDS = ("zero_point", "activation_min", "activation_max")
"""The words of `p` with the zero point and the limits of the output."""


def limit_words(node: Node) -> dict[str, int]:
    """Return `LIMIT_WORDS`."""
    return {word: int(node.attributes[word]) for word in LIMIT_WORDS}


def layer_call(
    kernel: Kernel, graph: Graph, node: Node, places: dict[str, int], **more: int
) -> Call:
    """Return the call of a fused layer; more: the words that only its kernel has."""
    (source,), target = node.inputs, node.output
    a = node.attributes
    outputs, inputs = a["weight"].shape
    wide = graph.tensors[target].dtype != "uint8"
    words = {
        **{"inputs": inputs, "outputs": outputs, "wide": int(wide)},
        **{"x_at": places.get(source, 0), "y_at": 0 if wide else places.get(target, 0)},
        **limit_words(node),
        **more,
    }
    channels = np.stack([a[name] for name in kernel.repeated], axis=1).astype(np.int64)
    table = a["table"].tobytes() if "table" in a else b""
    return Call(
        *(kernel, source, target, kernel.head(words), a["weight"], channels),
        table=table,
        wide=wide,
    )


def layer_window(layer: Any) -> Window:
    """Return how a layer's window moves; a sequence (time, channels) is an image of height 1."""
    (height, width, channels), (out_height, out_width, _) = (
        (1, *shape) if len(shape) == 2 else shape
        for shape in (layer.input_shape, layer.output_shape)
    )
    (top, _), (left, _) = layer.pads
    return Window(
        *(height, width, channels, *layer.window, *layer.strides, top, left, out_height, out_width)
    )


OPERATIONS: tuple[Operation, ...] = (_REQUANTIZE,)
