"""The page of an imported network of integers."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from support.imported import imported, mixed_net, residual_net

from thumbnet.export import alive_bytes, layer_seconds, load_board
from thumbnet.export.cost.cycles import seconds
from thumbnet.export.emit.memory_plan import plan
from thumbnet.importers import IntegerNetwork
from thumbnet.tools.report.collect_imported import collect_imported
from thumbnet.tools.report.contents import Report
from thumbnet.tools.report.page import render
from thumbnet.trainer import ThumbnetError

NASTY = ("$5", "<b>tap</b>", "{{ c }}", "d")


@cache
def network() -> IntegerNetwork:
    return imported(residual_net()).answering(labels=NASTY)


@cache
def report(rows: int) -> Report:
    levels = np.random.default_rng(0).integers(0, 256, (rows, 126))
    data = (levels, np.arange(rows) % 4) if rows else None
    return collect_imported(network(), "net", [load_board("pico")], data)


@pytest.mark.parametrize("rows", [0, 60])
def test_the_page_has_all_layers_and_no_false_promise(rows: int) -> None:
    page = render(report(rows), "net.tflite")
    for node in network().graph.nodes:
        assert node.output.replace("_", "_<wbr>") in page
    assert "It was trained elsewhere" in page
    assert "thumbnet export net.tflite --board pico" in page
    assert "<b>tap</b>" not in page
    for word in ("None", "nan", "float accuracy", "training never saw"):
        assert word not in re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)
    assert ("of 256" in page) == bool(rows)
    assert ("adds the levels of examples" in page) == (not rows)


def test_figures_are_those_of_the_network() -> None:
    graph, found = network().graph, report(60)
    assert found.held_out is not None
    assert found.imported is not None
    program = collect_answers(60)
    assert found.held_out.integers is not None
    assert found.held_out.integers.tolist() == program.tolist()
    board = load_board("pico")
    for layer in found.imported.layers:
        assert layer.shape == graph.tensors[layer.name].shape
    assert found.macs == sum(layer.macs for layer in found.imported.layers)
    by_name = {layer.name: layer for layer in found.imported.layers}
    assert by_name["conv_2d_0"].weights is not None
    conv = next(node for node in graph.nodes if node.output == "conv_2d_0")
    weights = conv.attributes["weight"]
    assert (by_name["conv_2d_0"].weights.least, by_name["conv_2d_0"].weights.most) == (
        weights.min(),
        weights.max(),
    )
    times = layer_seconds(graph, board, "thumb")
    assert 0 < sum(times.values()) < seconds(graph, board, "thumb")
    assert by_name["conv_2d_0"].seconds == times["conv_2d_0"]
    assert by_name["x"].used == 256
    softmax = by_name["softmax_7"]
    assert softmax.levels is not None
    assert softmax.at_ends is not None
    assert 0 <= softmax.at_ends <= 1


def test_memory_is_never_more_than_the_arena_needs() -> None:
    graph = network().graph
    found = alive_bytes(graph)
    assert set(found) == {n.output for n in graph.nodes if graph.tensors[n.output].dtype == "uint8"}
    # Only in-place operations make the arena smaller than what is alive.
    assert max(found.values()) >= plan(graph).size


def test_examples_without_targets_still_have_levels() -> None:
    net = imported(mixed_net())
    levels = np.random.default_rng(0).integers(0, 256, (9, 24))
    found = collect_imported(net, "mixed", [load_board("unix")], (levels, np.arange(9)))
    assert found.held_out is None
    assert found.no_held_out.startswith("These examples do not say what is right: ")
    assert found.imported is not None
    assert found.imported.rows == 9
    assert "mixed" in render(found, "mixed.npz")


def test_classes_that_it_does_not_have_are_refused() -> None:
    levels = np.zeros((3, 126))
    with pytest.raises(ThumbnetError, match="of class 4, but the network knows 0 to 3"):
        collect_imported(network(), "net", [load_board("unix")], (levels, np.array([0, 4, 1])))


def test_a_network_that_fits_nowhere_says_what_to_do() -> None:
    page = render(collect_imported(network(), "net", [load_board("microbit")]), "net.tflite")
    assert "Make it smaller where it was trained, and import it again." in page
    assert "does not run on this board" in page


def collect_answers(rows: int) -> np.ndarray:
    from thumbnet.export import convert_graph

    levels = np.random.default_rng(0).integers(0, 256, (rows, 126))
    net = network()
    return convert_graph(net.graph, net.task, net.layers, board="unix").predict(levels)
