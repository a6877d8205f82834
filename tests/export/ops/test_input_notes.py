"""Which readings saturate, which file converts them, and where levels give way to readings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.layer_models import chain
from support.operations import integer_forward

from thumbnet.export import Graph, convert
from thumbnet.export.graph.graph import Node
from thumbnet.export.kernels.build import Build
from thumbnet.export.ops import operation
from thumbnet.export.ops.input import levels_stage, sensors_stage
from thumbnet.export.quantizer.input_counts import Counts
from thumbnet.trainer import Conv1D, Dense, Flatten, Rescaling, ThumbnetError


def sensors(**columns: Any) -> Node:
    """Of q = 5 + ((count << left_shift) + bias) / 4."""
    size = len(columns["units"])
    same = {"multiplier": [2**14] * size, "shift": [16] * size}
    arrays = {name: np.array(values) for name, values in {**same, **columns}.items()}
    return Node("quantize_sensors", ("input",), "x", {"zero_point": 5, **arrays})


GRAPH = Graph("net", "fuse", "input", (), (Node("max_pool", ("x",), "y"),), {})


def note(**columns: Any) -> str:
    node = sensors(**columns)
    return operation(node).input_note(GRAPH, node)


def test_a_twentieth_of_the_range_may_saturate() -> None:
    # Counts of -20 to 1000 become 0 to 255, and a twentieth is 51.
    one: dict[str, Any] = {"units": [1], "left_shift": [0], "bias": [0]}
    assert note(**one, minimum=[-20], maximum=[1051]) == ""
    assert note(**one, minimum=[-71], maximum=[1000]) == ""
    for minimum, maximum in ((-20, 1052), (-72, 1000)):
        assert note(**one, minimum=[minimum], maximum=[maximum]) == (
            " Beyond the training data (for the input: -20 to 1000) it answers as at the edge."
        )
    assert note(**one, minimum=[100], maximum=[900]) == ""


def test_the_input_that_loses_most_of_its_range_is_named() -> None:
    # Input 0 is -30 to 480 51sts and loses twice that; input 1 is -2 to 100 and loses 1.5 times.
    columns = {"units": [51, 10], "left_shift": [1, 0], "bias": [40, 0]}
    found = note(**columns, minimum=[-30, -20], maximum=[480 + 1020, 1000 + 1530])
    assert found.startswith(" Beyond the training data (for input 0: -0.5882 to 9.412) it")


@pytest.mark.parametrize("units", [[1, 1], [1, 2]])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("viper", [False, True])
def test_counts_of_a_stream_need_no_rounding(units: list[int], streamed: bool, viper: bool) -> None:
    stream: Any = SimpleNamespace() if streamed else None
    node = sensors(units=units)
    graph = Graph("net", "fuse", "input", ("x",), (node,), {}, stream=stream)
    file = "counts" if streamed and units == [1, 1] and viper else "sensors"
    sources = operation(node).sources(graph, node, Build(viper=viper))
    assert sources.instead == (("levels", file),)


def test_integers_of_the_input() -> None:
    levels = integer_forward(
        "quantize_levels", np.array([[-1, 0, 5]]), minimum=-1, maximum=5, gain=3
    )
    assert levels.tolist() == [[0, 3, 18]]
    attributes = sensors(units=[1], left_shift=[1], bias=[40]).attributes
    found = integer_forward("quantize_sensors", np.array([[-999, -30, 0, 480, 9]]), **attributes)
    assert found.tolist() == [[0, 0, 15, 255, 20]]


def counted(minimum: int, maximum: int) -> Counts:
    low, high = np.array([minimum]), np.array([maximum])
    return Counts(np.array([1]), low, high, low.astype(float), high.astype(float))


def test_one_level_is_none() -> None:
    for minimum, maximum in ((5, 5), (5, 4)):
        assert levels_stage(counted(minimum, maximum), np.ones(1), np.zeros(1)) is None


@pytest.mark.parametrize(
    ("most", "offset", "op"),
    [
        (1, 0.0, "quantize_levels"),
        (1, -1.0, "quantize_levels"),
        (1, -2.0, "quantize_sensors"),
        (255, -254.0, "quantize_levels"),
        (255, 1.0, "quantize_sensors"),
        (255, -256.0, "quantize_sensors"),
    ],
)
def test_padding_needs_a_zero_among_the_levels(most: int, offset: float, op: str) -> None:
    model = chain(
        (6, 1), Rescaling(1.0, offset), Conv1D(2, 3, padding="same"), Flatten(), Dense(2, "softmax")
    )
    x = np.arange(12).reshape(2, 6, 1) % 2 * float(most)
    graph = convert(model, x, name="net", margin=0).graph
    assert graph.nodes[0].op == op
    assert 0 <= graph.tensors["x"].zero_point <= 255


def test_steepest_scaling_of_a_reading() -> None:
    counts = counted(0, 2**20 - 1)  # leaves a left shift of 8
    limit = 2.0**7 * (1 - 2**-15)
    sensors_stage(counts, np.array([limit * (1 - 1e-9)]), np.zeros(1), 1.0, 0)
    with pytest.raises(ThumbnetError, match="exceeds 29 bits"):
        sensors_stage(counts, np.array([limit]), np.zeros(1), 1.0, 0)


def test_a_flat_scaling_needs_29_bits_too() -> None:
    with pytest.raises(ThumbnetError, match="exceeds 29 bits"):
        sensors_stage(counted(0, 100), np.array([0.01]), np.array([0.01 * 2**29]), 1.0, 0)
