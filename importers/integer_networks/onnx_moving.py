"""Operations of a quantized ONNX file that only move values: they change layouts.

The result has the quantization of the input. onnxruntime runs them on bytes, too.
"""

from __future__ import annotations

from math import prod

import numpy as np

from thumbnet.export import Node

from ..tflite.model import Operator
from .boxes import FILLED, Ints, boxes, is_box, move_attributes
from .moving import places
from .onnx_arithmetic import LEVELS, quantized, reals
from .onnx_builder import OnnxBuilder, Real, channels_last, from_channels_last
from .onnx_elementwise import quantization


def _viewed(builder: OnnxBuilder, operator: Operator, layout: Ints) -> list[Real]:
    """Return the same bytes in another shape or order."""
    x = operator.inputs[0]
    y = builder.like(x, layout.shape)
    builder.renamed(y, x, layout)
    return [Real(y)]


def _taken(
    builder: OnnxBuilder, operator: Operator, index: Ints, part: str = "", fill: int = 0
) -> Real:
    """Return the bytes at these places of the graph's tensor, and `fill` where it is FILLED."""
    x = operator.inputs[0]
    y = builder.like(x, index.shape)
    image = _is_image(index.shape)
    name = builder.in_order(x, channels_last(index) if image else index, part, fill)
    builder.alias_of(y, name)
    builder.layouts[y] = from_channels_last(index.shape) if image else places(index.shape)
    return Real(y)


def _is_image(shape: tuple[int, ...]) -> bool:
    """Return whether a tensor is kept channels last, so that the next window need not move it."""
    return 3 <= len(shape) <= 4 and shape[0] == 1


def identity(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take the values as they are."""
    return _viewed(builder, operator, builder.layout(operator.inputs[0]))


def reshape(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take the values in another shape: Reshape."""
    x, shape = operator.inputs[:2]
    layout = builder.layout(x)
    wanted = builder.integers(shape, "shape")
    if not operator.options.get("allowzero", 0):
        wanted = [
            layout.shape[k] if n == 0 and k < layout.ndim else n for k, n in enumerate(wanted)
        ]
    return _viewed(builder, operator, _reshaped(builder, layout, wanted))


def flatten(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Make a matrix of the values: Flatten."""
    layout = builder.layout(operator.inputs[0])
    axis = int(operator.options.get("axis", 1))
    axis = axis + layout.ndim if axis < 0 else axis
    return _viewed(builder, operator, layout.reshape(prod(layout.shape[:axis]), -1))


def squeeze(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Leave out axes of one: Squeeze."""
    layout = builder.layout(operator.inputs[0])
    axes = _axes(builder, operator)
    if axes is None:
        axes = [k for k, n in enumerate(layout.shape) if n == 1]
    gone = {axis % layout.ndim for axis in axes}
    kept = [n for k, n in enumerate(layout.shape) if k not in gone]
    return _viewed(builder, operator, _reshaped(builder, layout, kept))


def unsqueeze(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Add axes of one: Unsqueeze."""
    layout = builder.layout(operator.inputs[0])
    axes = tuple(_axes(builder, operator) or ())
    return _viewed(builder, operator, np.expand_dims(layout, axes))


def transpose(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take the axes in another order: Transpose."""
    layout = builder.layout(operator.inputs[0])
    order = operator.options.get("perm") or list(range(layout.ndim))[::-1]
    return _viewed(builder, operator, layout.transpose(order))


def slice_(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take a part: Slice."""
    x, *bounds = operator.inputs
    layout = builder.layout(x)
    lists = [builder.integers(number, "bounds") if number >= 0 else None for number in bounds]
    lists += [None] * (4 - len(lists))
    starts, ends, axes, steps = lists
    if starts is None or ends is None:
        builder.refuse("it has no bounds", "export it with opset 10 or later")
    cut = [slice(None)] * layout.ndim
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = axes[k] if axes else k
        step = steps[k] if steps else 1
        size = layout.shape[axis]
        last: int | None = end + size if -size <= end < 0 else end
        if step < 0 and last is not None and last < 0:
            last = None
        cut[axis] = slice(start, last, step)
    return [_taken(builder, operator, _not_empty(builder, layout[tuple(cut)]))]


def gather(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take the values at constant places of an axis: Gather."""
    x, number = operator.inputs
    indices = builder.known(number)
    if indices is None or indices.dtype.kind != "i":
        builder.refuse("its indices are computed", "use constants")
    layout, axis = builder.layout(x), int(operator.options.get("axis", 0))
    builder.check_size((*indices.shape, layout.size // layout.shape[axis]))
    index = np.take(layout, indices, axis)
    return [_taken(builder, operator, _not_empty(builder, index))]


def split(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Take the parts along an axis: Split."""
    x, *sizes = operator.inputs
    layout, axis = builder.layout(x), int(operator.options.get("axis", 0))
    count, size = operator.options["parts"], layout.shape[axis]
    parts = operator.options.get("split")
    if sizes and sizes[0] >= 0:
        parts = builder.integers(sizes[0], "sizes")
    if parts is None:
        each = -(-size // count)
        parts = [min(each, size - k * each) for k in range(count)]
    if sum(parts) != size or min(parts) < 1 or len(parts) != count:
        builder.refuse(f"it makes {parts} of {size}", "check the network")
    pieces = np.split(layout, np.cumsum(parts)[:-1], axis)
    return [_taken(builder, operator, piece, f"part{k}") for k, piece in enumerate(pieces)]


def pad(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Put a constant around the values: Pad."""
    x, *more = operator.inputs
    layout = builder.layout(x)
    if operator.options.get("mode", "constant") != "constant":
        builder.refuse(f"it pads by {operator.options['mode']:.20}", "pad with a constant")
    widths = operator.options.get("pads")
    if more and more[0] >= 0:
        widths = builder.integers(more[0], "widths")
    value = np.float32(operator.options.get("value", 0.0))
    if len(more) > 1 and more[1] >= 0:
        value = builder.real(more[1], "its value is computed", "use a constant")
    axes = list(range(layout.ndim))
    if len(more) > 2 and more[2] >= 0:
        axes = [axis % layout.ndim for axis in builder.integers(more[2], "axes")]
    if widths is None or len(widths) != 2 * len(axes) or min(widths) < 0 or max(widths) > 2**12:
        builder.refuse(f"its widths are {widths}", "use two numbers for each axis, 0 or more")
    pairs = [(0, 0)] * layout.ndim
    for k, axis in enumerate(axes):
        pairs[axis] = (widths[k], widths[k + len(axes)])
    builder.check_size(tuple(n + a + b for n, (a, b) in zip(layout.shape, pairs, strict=True)))
    q = quantization(builder, x)
    fill = int(quantized(np.asarray(value), q))
    if reals(fill, q) != value:
        builder.refuse(
            f"it pads with {value:g}, between two levels", "pad with 0, or with a quantized value"
        )
    index = np.pad(layout, pairs, constant_values=FILLED)
    return [_taken(builder, operator, index, fill=fill)]


def resize(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Repeat pixels: Resize of the mode nearest, to whole multiples."""
    x, *more = operator.inputs
    layout, options = builder.layout(x), operator.options
    if options.get("mode", "nearest") != "nearest":
        builder.refuse(f"its mode is {options['mode']:.20}", "use the mode nearest")
    last = builder.known(more[-1]) if more and more[-1] >= 0 else None
    if last is None or last.size != layout.ndim or options.get("axes"):
        builder.refuse("its sizes are computed", "use constant scales or sizes for every axis")
    whole = last.dtype.kind == "f"
    times = last if whole else last / np.array(layout.shape)
    factors = [int(t) for t in times]
    if not np.array_equal(factors, times) or min(factors) < 1 or max(factors) > 2**10:
        builder.refuse(f"it resizes by {times.tolist()}", "resize by whole numbers")
    way = options.get("coordinate_transformation_mode", "half_pixel")
    if way not in ("half_pixel", "asymmetric", "pytorch_half_pixel"):
        builder.refuse(f"its coordinates are {way:.30}", "use half_pixel or asymmetric")
    rounding = options.get("nearest_mode", "round_prefer_floor")
    if way == "asymmetric" and rounding != "floor":
        builder.refuse(f"its nearest mode is {rounding:.30}", "use floor with asymmetric")
    if way != "asymmetric" and rounding not in ("round_prefer_floor", "round_prefer_ceil"):
        builder.refuse(f"its nearest mode is {rounding:.30}", "use round_prefer_floor")
    builder.check_size(tuple(n * t for n, t in zip(layout.shape, factors, strict=True)))
    index = layout
    for axis, factor in enumerate(factors):
        index = np.repeat(index, factor, axis)
    return [_taken(builder, operator, index)]


def concat(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Concat; inputs of another scale go through a table."""
    (y,) = operator.outputs
    layouts = [builder.layout(x) for x in operator.inputs]
    axis = int(operator.options["axis"])
    numbers = [np.full(one.shape, k) for k, one in enumerate(layouts)]
    which, index = np.concatenate(numbers, axis), np.concatenate(layouts, axis)
    builder.output_shape(operator, index.shape)
    axis %= index.ndim
    image = _is_image(index.shape)
    shape = channels_last(index).shape if image else index.shape
    layout = from_channels_last(index.shape) if image else places(shape)
    steps = tuple(prod(shape[k + 1 :]) for k in range(len(shape)))
    names: list[str] = []
    tables: list[Ints] = []
    found = []
    target = quantization(builder, y)
    for k, x in enumerate(operator.inputs):
        part = channels_last(layouts[k]) if image else layouts[k]
        at = int(layout[which == k].min())
        source, table = quantization(builder, x), -1
        if (source.scale, source.zero) != (target.scale, target.zero):
            table = len(tables)
            tables.append(quantized(reals(LEVELS, source), target))
        name = builder.source(x).name
        if not is_box(part):
            name, part = builder.in_order(x, part, f"part{k}"), places(part.shape)
        if name not in names:
            names.append(name)
        found.append(boxes(part, names.index(name), table, y_at=at, y_steps=steps))
    attributes = move_attributes(found, tables=tables)
    spec = builder.spec(builder.name(), y)
    builder.put(Node("move", tuple(names), spec.name, attributes), spec, y, layout, "concatenate")


def _axes(builder: OnnxBuilder, operator: Operator) -> list[int] | None:
    if len(operator.inputs) > 1 and operator.inputs[1] >= 0:
        return builder.integers(operator.inputs[1], "axes")
    return operator.options.get("axes")


def _reshaped(builder: OnnxBuilder, layout: Ints, shape: list[int]) -> Ints:
    try:
        return layout.reshape(shape)
    except ValueError:
        builder.refuse(f"{list(layout.shape)} does not become {shape}", "check the network")


def _not_empty(builder: OnnxBuilder, index: Ints) -> Ints:
    if not index.size:
        builder.refuse("it takes nothing", "check the network")
    return index
