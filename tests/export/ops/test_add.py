"""The integers of a sum: factors, shift, bias, and where its range is too small or too far off."""

from __future__ import annotations

import pytest

from thumbnet.export import Graph, TensorSpec
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops import operation
from thumbnet.export.quantizer.builder import Builder
from thumbnet.trainer import ThumbnetError

NODE = Node("add", ("a", "b"), "y")


def quantized(
    a: tuple[float, int],
    b: tuple[float, int],
    low: float,
    high: float,
    *,
    function: str = "",
    zero: bool = False,
) -> tuple[dict[str, int], TensorSpec]:
    """The integers of a sum of two tensors of this scale and zero point, and what it writes."""
    floats = {"y": TensorSpec("y", (2,), "float32", low=low, high=high)}
    if function:
        floats["curve"] = TensorSpec("curve", (2,), "float32", low=low, high=high)
    curves = {"y": (function, "curve")} if function else {}
    graph = Graph("net", "calibrate", "a", ("y",), (NODE,), floats)
    builder = Builder(graph, 8, False, curves, {"y"} if zero else set())
    for name, (scale, zero_point) in (("a", a), ("b", b)):
        builder.add(NODE, TensorSpec(name, (2,), "uint8", scale=scale, zero_point=zero_point))
    operation(NODE).quantize(builder, NODE)
    node = builder.nodes[-1]
    return node.attributes, builder.tensors[node.output]


@pytest.mark.parametrize(
    ("a", "b", "ka", "kb", "shift"),
    [
        (1.0, 0.5, 2**19, 2**18, 19),
        (0.5, 1.0, 2**18, 2**19, 19),
        (1.01, 1.0, 264765, 262144, 18),  # 1.01 * 2**19 is beyond half of 2**20
        (8.0, 1.0, 2**19, 2**16, 16),
        (0.25, 0.001, 2**18, 1049, 20),  # no shift is larger
    ],
)
def test_factors_are_the_ratios_of_the_scales(
    a: float, b: float, ka: int, kb: int, shift: int
) -> None:
    found, out = quantized((a, 3), (b, 7), 0.0, 255.0)
    assert (out.scale, out.zero_point, out.dtype) == (1.0, 0, "uint8")
    assert (found["ka"], found["kb"], found["shift"]) == (ka, kb, shift)
    assert found["bias"] == 2 ** (shift - 1) - 3 * ka - 7 * kb
    assert (found["activation_min"], found["activation_max"]) == (0, 255)


def test_the_zero_point_is_shifted_with_the_sum() -> None:
    found, out = quantized((1.0, 3), (0.5, 7), -100.0, 155.0)
    assert (out.scale, out.zero_point) == (1.0, found["zero_point"]) == (1.0, 100)
    assert found["bias"] == 100 * 2**19 + 2**18 - 3 * 2**19 - 7 * 2**18


@pytest.mark.parametrize(
    ("low", "scale", "zero_point"),
    [
        (255.4, 1.0, -255),
        (256, 511 / 255, 0),
        (300, 555 / 255, 0),
        (-511, 1.0, 511),
        (-512, 512 / 255, 255),
        (-600, 600 / 255, 255),
    ],
)
def test_a_range_too_far_from_zero_is_widened_to_it(
    low: float, scale: float, zero_point: int
) -> None:
    _, out = quantized((1.0, 0), (1.0, 0), low, low + 255)
    assert out.scale == pytest.approx(scale, rel=1e-12)
    assert out.zero_point == zero_point


def test_a_range_includes_zero_where_a_reader_needs_it() -> None:
    _, out = quantized((1.0, 0), (1.0, 0), 255, 510, zero=True)
    assert (out.scale, out.zero_point) == (2.0, 0)


def test_a_relu_clamps_at_the_zero_point() -> None:
    _, out = quantized((1.0, 0), (1.0, 0), 51.0, 255.0, function="relu")
    assert (out.name, out.scale, out.zero_point) == ("curve", 1.0, 0)
    _, out = quantized((1.0, 0), (1.0, 0), -51.0, 204.0, function="tanh")
    assert (out.name, out.scale, out.zero_point) == ("y", 1.0, 51)


def test_both_terms_of_a_sum_have_small_zero_points() -> None:
    assert operation(NODE).needs_zero(NODE, set())


def test_smallest_range_of_a_sum() -> None:
    found, _ = quantized((1.0, 0), (0.5, 0), 0.0, 255 / 2**18)
    assert (found["ka"], found["kb"], found["shift"]) == (2**19, 2**18, 1)
    for scales in ((1.0, 0.5), (0.5, 1.0)):
        with pytest.raises(ThumbnetError) as caught:
            quantized((scales[0], 0), (scales[1], 0), 0.0, 254.9 / 2**18)
        assert str(caught.value) == (
            "export: y is far smaller than the tensors that it adds: normalize these first"
        )
