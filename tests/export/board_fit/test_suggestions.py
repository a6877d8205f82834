"""Suggestions for networks that do not fit: each is followed, and fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from support import streams
from support.fused import network

from thumbnet.export import BoardProfile, convert, load_board
from thumbnet.export.board_fit import suggestions
from thumbnet.export.board_fit.capacity import Request, runs
from thumbnet.export.board_fit.check_fits import check_fits
from thumbnet.export.board_fit.choose_build import choose_build
from thumbnet.export.board_fit.estimate import estimate
from thumbnet.export.board_fit.suggestions import NONE, fewer_weights
from thumbnet.export.cost.network_size import weights
from thumbnet.export.graph.graph import Graph
from thumbnet.trainer import GRU, LSTM, Dense, Layer, Sequential, SimpleRNN, ThumbnetError

UNIX, PICO = (load_board(name) for name in ("unix", "pico"))


def with_room(graph: Graph, board: BoardProfile, weights: str, mpy: bool = False) -> BoardProfile:
    """The board with just enough heap for weights there, in its fastest tier."""
    need = estimate(graph, board, board.tiers[0], weights, mpy)
    return replace(board, heap=need.import_heap)


def test_the_weights_that_are_said_to_fit_do() -> None:
    board = replace(PICO, heap=100_000)
    with pytest.raises(ThumbnetError) as caught:
        check_fits(network(784, 128, 10), board, "viper", "module")
    found = re.search(r"\(about ([\d,]+) weights fit, but it has 101,632\)", str(caught.value))
    assert found is not None
    count = int(found[1].replace(",", ""))
    check_fits(network(784, count // 800, 10), board, "viper", "module")
    with pytest.raises(ThumbnetError):
        check_fits(network(784, count * 5 // 4 // 794, 10), board, "viper", "module")


def test_what_would_fit_instead() -> None:
    def refusal(graph: Graph, board: BoardProfile, weights: str = "module") -> str:
        with pytest.raises(ThumbnetError) as caught:
            check_fits(graph, board, board.tiers[0], weights)
        assert "\n" not in str(caught.value)
        return str(caught.value).partition(": ")[2]

    mnist, huge = network(784, 16, 10), network(784, 160, 10)
    smaller = "train it with fewer or smaller hidden layers"
    assert refusal(mnist, with_room(mnist, PICO, "stream")).startswith(
        f"export with --weights stream; or {smaller} ("
    )
    assert refusal(huge, with_room(huge, PICO, "stream")).startswith("export with --weights stream")
    tight = with_room(mnist, PICO, "module", mpy=True)
    larger = "export for a larger board, such as "
    assert refusal(mnist, tight) == f"export with --mpy; or {larger}pyboard"  # its code is the bulk
    assert refusal(mnist, replace(PICO, heap=3000)) == f"{larger}pyboard"
    esp8266 = load_board("esp8266")
    wide = network(784, 40, 10)
    assert refusal(wide, esp8266).startswith("export with --weights stream; or ")
    text = refusal(wide, replace(esp8266, stream=0, mpy=False))
    assert text.endswith(f"; or {larger}esp32_c3")
    assert f"{larger}pyboard" in refusal(mnist, load_board("microbit_v2"))
    assert refusal(mnist, replace(UNIX, flash=100), "stream") == NONE


def refused(build: Callable[[], object]) -> str:
    with pytest.raises(ThumbnetError) as caught:
        build()
    assert "\n" not in str(caught.value)
    return str(caught.value).partition(": ")[2]


def follow(text: str, graph: Graph, board: BoardProfile, asked: Request) -> list[str]:
    """Follow the suggestions of options and boards; return them."""
    done = []
    for words in re.findall(r"export with ([^;]*)", text):
        for options in words.split(" or "):
            other = asked
            for option in re.findall(r"--(?:tier|weights) \w+|--mpy", options):
                name, _, value = option.removeprefix("--").partition(" ")
                other = replace(other, **{name: value or True})
            choose_build(graph, board, other.tier, other.weights, other.mpy)
            done.append(options)
    for name in re.findall(r"such as (\w+)", text):
        choose_build(graph, load_board(name), asked.tier, asked.weights, asked.mpy)
        done.append(name)
    return done


FEATURES = ("mean", "deviation", "rms", "crossings", "bands")
REQUESTS = [Request(), Request("plain"), Request(weights="module")]
TIGHT = [("microbit_v2", 1), ("esp8266", 1), ("microbit", 1), ("pyboard", 3)]
"""A board, and the divisors of its heap and its file system."""


@pytest.mark.parametrize("asked", REQUESTS, ids=str)
@pytest.mark.parametrize("kind", ["small", "wide", "one feature", "features"])
def test_every_suggestion_can_be_followed(kind: str, asked: Request) -> None:
    graph = {
        "small": lambda: network(20, 6, 3),
        "wide": lambda: network(200, 64, 10),
        "one feature": lambda: streams.program(("mean",)).graph,
        "features": lambda: streams.program(FEATURES).graph,
    }[kind]()
    for name, part in TIGHT:
        board = load_board(name)
        tight = replace(board, heap=board.heap // part, flash=board.flash // part)
        if not runs(replace(graph, stream=None), tight, asked):
            continue
        try:
            choose_build(graph, tight, asked.tier, asked.weights, asked.mpy)
        except ThumbnetError as error:
            text = str(error)
        else:
            continue
        assert follow(text, graph, tight, asked) or "train it" in text
        assert kind != "one feature" or "feature" not in text


def test_a_slower_tier_is_named_where_it_fits() -> None:
    graph = streams.program(("mean", "deviation"), board="generic").graph
    board = load_board("microbit_v2")
    thumb, plain = (estimate(graph, board, tier, "module").flash for tier in board.tiers)
    tight = replace(board, flash=(thumb + plain) // 2)
    text = refused(lambda: choose_build(graph, tight))
    assert text.startswith("export with --tier plain; or ")
    assert "hidden layers" not in text, "its code is the bulk"
    assert choose_build(graph, tight, "plain").tier == "plain"


def test_features_that_are_left_out_are_enough() -> None:
    board = replace(load_board("esp8266"), mpy=False)
    graph = streams.program(FEATURES).graph
    needs = {
        left: estimate(streams.program(left).graph, board, "plain", "module").import_heap
        for left in (FEATURES[:4], ("mean", "crossings"), ("mean",))
    }
    for left, heap in needs.items():
        tight = replace(board, heap=heap + 1500, stream=0)
        text = refused(partial(choose_build, graph, tight))
        found = re.search(r"train it without the features? ([\w ]+), which take", text)
        assert found is not None, text
        kept = tuple(name for name in FEATURES if name not in found[1].split(" and "))
        assert set(left) <= set(kept)
        choose_build(streams.program(kept).graph, tight)
    none = replace(board, heap=needs["mean",] - 1000, stream=0)
    text = refused(lambda: choose_build(graph, none))
    assert "feature" not in text
    assert "export for a larger board, such as " in text


def test_smaller_networks_that_are_said_to_fit_do() -> None:
    for tier in PICO.tiers:
        for heap in (34_000, 40_000, 60_000):
            board, asked = replace(PICO, heap=heap), Request(tier, "module")
            count = fewer_weights(network(784, 128, 10), board, asked)
            if count is not None:
                check_fits(network(784, count // 794, 10), board, tier, "module")
    assert fewer_weights(network(784, 10), replace(PICO, heap=9000), Request()) is None, (
        "no hidden one"
    )


def test_a_smaller_recurrent_network_has_fewer_weights() -> None:
    model = Sequential([GRU(40), Dense(4, "softmax")], seed=0)
    model.build((6, 3))
    x = np.random.default_rng(0).normal(0, 1, (40, 6, 3)).round(2)
    graph = convert(model, x, name="net", board="unix").graph
    assert weights(graph) == 3 * 40 * (3 + 40) + 4 * 40
    assert weights(suggestions._narrowed(graph, 0.25, 1)) == 3 * 10 * (3 + 10) + 4 * 10
    assert weights(suggestions._narrowed(graph, 0.0, 4)) == 3 * 4 * (3 + 4) + 4 * 4


@pytest.mark.parametrize("layer", [LSTM(64), SimpleRNN(256), Dense(256, "tanh")])
def test_a_table_stays_whole_where_a_layer_has_256_outputs(layer: Layer) -> None:
    shape = (3,) if isinstance(layer, Dense) else (2, 3)
    model = Sequential([layer, Dense(4, "softmax")], seed=0)
    model.build(shape)
    x = np.random.default_rng(0).normal(0, 1, (10, *shape)).round(2)
    graph = convert(model, x, name="net", board="unix").graph
    for node in suggestions._narrowed(graph, 0.25, 1).nodes:
        tables = [v for name, v in node.attributes.items() if name.endswith("table")]
        assert all(len(table) == 256 for table in tables)
