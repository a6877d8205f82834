"""The input: converts readings, as counts of their resolution, to uint8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError, affine

from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    REAL_MULTIPLIER_LIMIT,
    Ints,
    quantize_multiplier,
    requantize,
)
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..quantizer.builder import Builder
from ..quantizer.input_counts import Counts, one_if_alike, per_input
from ..quantizer.output_scale import HEADROOM, coarser
from .attribute_kinds import Array, Whole
from .call_part import Literal, Rows, Sources
from .checks import size_faults
from .curve import is_flat_at_ends, varying
from .operation import Floats, Operation

_MOST_LEFT_SHIFT = 14

_COLUMNS = ("left_shift", "bias", "multiplier", "shift")


class QuantizeLevels(Operation):
    """Spread at most 256 counts over uint8, without rounding."""

    name = "quantize_levels"
    title = "input to uint8"
    reads = "int32"
    integer_attributes = {name: Whole() for name in ("minimum", "maximum", "gain")}
    converts_input = True

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `(count - minimum) * gain`."""
        return np.asarray((inputs[0] - attributes["minimum"]) * attributes["gain"])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of levels that do not fit a byte."""
        a = node.attributes
        if a["gain"] < 1 or not 0 < (a["maximum"] - a["minimum"]) * a["gain"] <= ACTIVATION_MAX:
            yield f"counts {a['minimum']} to {a['maximum']} times {a['gain']} do not fit uint8"
        yield from size_faults(graph, node)

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the file for whole numbers."""
        return Sources(instead=(("levels", "levels"),))

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the range and the gain."""
        names = {"INPUT_MIN": "minimum", "INPUT_MAX": "maximum", "INPUT_GAIN": "gain"}
        return {literal: int(node.attributes[name]) for literal, name in names.items()}


class QuantizeSensors(Operation):
    """Convert counts to uint8, saturating; one set of numbers for all, or one per channel."""

    name = "quantize_sensors"
    title = "input to uint8"
    reads = "int32"
    integer_attributes = {
        "zero_point": Whole(),
        "units": Array(axes=("channels",), low=1, high=10**18),
        **{name: Array(axes=("channels",)) for name in ("minimum", "maximum", *_COLUMNS)},
    }
    converts_input = True

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `zero_point + requantize((count << left_shift) + bias)`, clamped to a byte."""
        (counts,) = inputs
        left_shift, bias, multiplier, shift = (
            per_input(attributes[name], counts.shape[-1]) for name in _COLUMNS
        )
        acc = (counts << left_shift) + bias
        q = attributes["zero_point"] + requantize(acc, multiplier, shift)
        return np.asarray(np.clip(q, 0, ACTIVATION_MAX))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield invalid ranges, and inputs that could reach 2**29."""
        a = node.attributes
        low, high, left_shift = a["minimum"], a["maximum"], a["left_shift"]
        valid = np.all(a["units"] >= 1) and np.all(low <= high)
        if not (valid and np.all((left_shift >= 0) & (left_shift < 30))):
            yield "units, range or left_shift of an input are invalid: use those of choose_counts"
            return
        reach = np.maximum(np.abs(low), np.abs(high)) << left_shift
        if np.any(reach + np.abs(a["bias"]) >= ACCUMULATOR_LIMIT):
            yield "an input could reach 2**29: use a smaller left_shift"
        size = prod(graph.tensors[node.inputs[0]].shape)
        if size % len(a["units"]):
            yield f"{size} inputs do not have {len(a['units'])} channels"
        yield from size_faults(graph, node)

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the file for readings, or for counts: those of a Stream need no rounding."""
        counts = graph.stream is not None and bool((node.attributes["units"] == 1).all())
        return Sources(instead=(("levels", "counts" if counts and build.viper else "sensors"),))

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return a row of numbers for each feature or channel."""
        names = ("units", "minimum", "maximum", *_COLUMNS)
        columns = [node.attributes[name].tolist() for name in names]
        rows = tuple(zip(*columns, strict=True))
        return {
            "SCALING": Rows(names, rows, "feature or channel"),
            "INPUT_ZERO_POINT": int(node.attributes["zero_point"]),
        }

    def input_note(self, graph: Graph, node: Node) -> str:
        """Return a sentence on readings that are accepted but saturate; empty if none do."""
        if all(is_flat_at_ends(reader) for reader in graph.consumers(node.output)):
            return ""
        a = node.attributes
        low, high = (
            np.clip(_count_at(a, q), a["minimum"], a["maximum"]) / a["units"] for q in (0.0, 255.0)
        )
        lost = (a["maximum"] - a["minimum"]) / a["units"] - (high - low)
        worst = int(np.argmax(lost / np.maximum(high - low, 1e-290)))
        if lost[worst] <= 0.05 * (high[worst] - low[worst]):
            return ""
        which = f"input {worst}" if len(lost) > 1 else "the input"
        return (
            f" Beyond the training data (for {which}: {low[worst]:.4g} to {high[worst]:.4g}) "
            "it answers as at the edge."
        )


def _count_at(a: dict[str, Any], q: float) -> npt.NDArray[np.float64]:
    """Return the counts that become `q`, before rounding."""
    acc = (q - a["zero_point"]) * 2.0 ** a["shift"] / a["multiplier"]
    return np.asarray((acc - a["bias"]) / 2.0 ** a["left_shift"])


@dataclass(frozen=True)
class InputLimits:
    """What the input accepts: counts per raw unit, the smallest and the largest count.

    Each is an array with one entry for all inputs, for each channel, or for each input.
    """

    units: Ints
    minimum: Ints
    maximum: Ints


def input_limits(node: Node) -> InputLimits:
    """Return the limits of an input node."""
    a = node.attributes
    columns = (a.get("units", 1), a["minimum"], a["maximum"])
    return InputLimits(*(np.atleast_1d(np.asarray(v, np.int64)) for v in columns))


def takes_readings(graph: Graph) -> bool:
    """Return whether the inputs are readings, which may be floats, instead of whole levels."""
    return any(graph.only(QuantizeSensors.name))


def takes_bytes(graph: Graph) -> bool:
    """Return whether every input is a whole level from 0 to 255."""
    limits = input_limits(graph.nodes[0])
    within = int(limits.minimum.min()) >= 0 and int(limits.maximum.max()) <= ACTIVATION_MAX
    return not takes_readings(graph) and within


@dataclass(frozen=True)
class InputStage:
    """The node that converts counts to uint8, and the scale and zero point of its output.

    The scale is None if only the sign of the output matters.
    """

    node: Node
    scale: float | None
    zero_point: int


def quantize_input(builder: Builder, counts: Counts, lines: int | None) -> None:
    """Add the node that converts raw readings to uint8.

    Parameters
    ----------
    builder
        Its float graph begins with the input's scaling, which writes "x".
    counts
        The resolution and range of the raw inputs.
    lines
        Channels that share their weights and so their scaling; None if each input has its own.

    """
    graph = builder.floats
    x = graph.tensors["x"]
    scale, offset = (
        one_if_alike(graph.nodes[0].attributes[name][:lines]) for name in ("scale", "offset")
    )
    low = float((counts.least * scale + offset).min())
    high = float((counts.most * scale + offset).max())
    raw = replace(graph.tensors[graph.input], dtype="int32", scale=1.0 / counts.units)
    builder.tensors[raw.name] = replace(raw, low=None, high=None, mean=None)
    zero, curve = builder.holds_zero("x"), builder.curve_behind("x")
    stage = levels_stage(counts, scale, offset)
    if stage is None or (zero and not 0 <= stage.zero_point <= ACTIVATION_MAX):
        if curve in ("step", "sign"):
            stage = threshold_stage(counts, scale, offset)
        else:
            fitting = _output_scale(counts, scale, offset, varying(curve, low, high), zero)
            stage = sensors_stage(counts, scale, offset, *fitting)
    out = replace(x, dtype="uint8", scale=stage.scale, zero_point=stage.zero_point)
    builder.add(stage.node, out)


def levels_stage(counts: Counts, scale: Floats, offset: Floats) -> InputStage | None:
    """Return `q = (count - minimum) * gain`, which is exact, if the inputs have few integer levels.

    None if the features differ, if there are more than 256 levels, or if 0 lies between two levels.
    """
    alike = all(v.size == 1 for v in (counts.units, counts.minimum, counts.maximum, scale, offset))
    if not alike or counts.units[0] != 1:
        return None
    minimum, maximum = int(counts.minimum[0]), int(counts.maximum[0])
    if not 0 < maximum - minimum <= ACTIVATION_MAX:
        return None
    gain = ACTIVATION_MAX // (maximum - minimum)
    zero_point = -(minimum + float(offset.item() / scale.item())) * gain
    if abs(zero_point - round(zero_point)) > 1e-6:
        return None
    attributes = {"minimum": minimum, "maximum": maximum, "gain": gain}
    node = Node(QuantizeLevels.name, ("input",), "x", attributes)
    return InputStage(node, float(scale.item() / gain), round(zero_point))


def threshold_stage(counts: Counts, scale: Floats, offset: Floats) -> InputStage:
    """Return `q = 128 + count - first`, saturating, where `first` is the first count not below 0.

    For step and sign: whatever the range, no count is on the wrong side.
    """
    at = -offset / scale * counts.units
    first = np.ceil(at - 1e-6 * np.maximum(np.abs(at), 1.0))  # 0.7 * 10 is above 7
    first = np.clip(first, counts.minimum - 1, counts.maximum + 1)
    return _sensors(counts, np.ones(1), -first, None, 128)


def _output_scale(
    counts: Counts, scale: Floats, offset: Floats, limits: tuple[float, float], zero: bool
) -> tuple[float, int]:
    """Return the scale and zero point of the output, with steps that a multiplier can reach."""
    per_count = scale / counts.units
    reach = np.maximum(np.abs(counts.minimum), np.abs(counts.maximum))
    room = np.log2(ACCUMULATOR_LIMIT / (reach + np.abs(offset / per_count) + 1))
    left = np.clip(np.ceil(room) - 1, 0, _MOST_LEFT_SHIFT)
    finest = float((per_count / 2.0**left).max()) / REAL_MULTIPLIER_LIMIT * HEADROOM
    return coarser(*affine(*limits, zero), finest)


def sensors_stage(
    counts: Counts, scale: Floats, offset: Floats, out_scale: float, zero_point: int
) -> InputStage:
    """Return `q = zero_point + (count / units * scale + offset) / out_scale`, in integers.

    The node computes `requantize((count << left_shift) + bias, multiplier, shift)`.
    """
    gain, moved = scale / counts.units / out_scale, offset / out_scale
    return _sensors(counts, gain, moved, out_scale, zero_point)


def _sensors(
    counts: Counts, gain: Floats, offset: Floats, out_scale: float | None, zero_point: int
) -> InputStage:
    """Return the node that computes `q = zero_point + count * gain + offset`."""
    columns = np.broadcast_arrays(gain, offset, counts.units, counts.minimum, counts.maximum)
    lines = np.array([_scaling_line(*line) for line in zip(*columns, strict=True)], dtype=np.int64)
    names = ("units", "minimum", "maximum", "left_shift", "bias", "multiplier", "shift")
    fields = {name: lines[:, k] for k, name in enumerate(names)}
    attributes = {"zero_point": zero_point, **fields}
    return InputStage(
        Node(QuantizeSensors.name, ("input",), "x", attributes), out_scale, zero_point
    )


def _scaling_line(
    gain: float, offset: float, units: int, minimum: int, maximum: int
) -> tuple[int, ...]:
    """Choose the largest left shift possible, so that rounding the bias loses least."""
    reach = max(abs(int(minimum)), abs(int(maximum))) + abs(offset / gain) + 1
    left = max(
        (k for k in range(_MOST_LEFT_SHIFT + 1) if reach * 2**k < ACCUMULATOR_LIMIT), default=-1
    )
    if left < 0 or gain / 2**left >= REAL_MULTIPLIER_LIMIT * (1 - 2**-15):
        raise ThumbnetError(
            f"export: an input's scaling ({gain:.3g} steps per count, offset {offset:.3g}) exceeds "
            "29 bits: standardize the inputs (Normalization) or change the resolution"
        )
    multiplier, shift = quantize_multiplier(gain / 2**left)
    bias = round(offset / gain * 2**left)
    return int(units), int(minimum), int(maximum), left, bias, multiplier, shift


OPERATIONS: tuple[Operation, ...] = (QuantizeLevels(), QuantizeSensors())
