"""Whether a network fits a board: where its weights go, and the refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support import streams
from support.fused import network, program

from thumbnet.export import BoardProfile, convert, load_board
from thumbnet.export.board_fit.capacity import Request, runs
from thumbnet.export.board_fit.check_fits import check_fits, choose_weights
from thumbnet.export.board_fit.choose_build import choose_build
from thumbnet.export.board_fit.estimate import Estimate, estimate
from thumbnet.export.board_fit.suggestions import NONE, fewer_weights
from thumbnet.export.graph.graph import Graph
from thumbnet.trainer import ThumbnetError

UNIX, PICO, SAMD51 = (load_board(name) for name in ("unix", "pico", "samd51"))


def with_room(graph: Graph, board: BoardProfile, weights: str, mpy: bool = False) -> BoardProfile:
    """The board with just the heap for weights there, in its fastest tier."""
    need = estimate(graph, board, board.tiers[0], weights, mpy)
    return replace(board, heap=need.import_heap)


def test_where_the_weights_go() -> None:
    small, large = network(64, 32, 10), network(784, 100, 10)
    assert choose_weights(small, PICO, "thumb") == "module"
    assert choose_weights(large, PICO, "thumb") == "module"
    assert choose_weights(large, with_room(large, PICO, "module"), "thumb") == "module"
    assert choose_weights(large, with_room(large, PICO, "stream"), "thumb") == "stream"
    compiled = with_room(large, PICO, "module", mpy=True)
    assert choose_weights(large, compiled, "thumb") == "stream"
    assert choose_weights(large, compiled, "thumb", mpy=True) == "module"
    mapped = with_room(large, replace(SAMD51, romfs=100_000), "romfs")
    assert choose_weights(large, mapped, "thumb") == "romfs"
    assert choose_weights(large, replace(mapped, romfs=70_000), "thumb") == "stream"
    assert choose_weights(small, load_board("microbit"), "thumb") == "flash"
    v2 = load_board("microbit_v2")
    assert choose_weights(large, v2, "thumb") == "module", "it cannot stream"


def test_a_large_network_in_64_kilobytes() -> None:
    """784-512-10, 407,050 parameters, on the Unix port."""
    graph = network(784, 512, 10)
    small = replace(UNIX, heap=64_000)
    for tier in ("viper", "plain"):
        assert choose_weights(graph, small, tier) == "stream"
        need = check_fits(graph, small, tier, "stream")
        assert need.import_heap < 50_000
        assert need.flash > 407_050
    with pytest.raises(ThumbnetError) as caught:
        check_fits(graph, small, "viper", "module")
    text = str(caught.value)
    assert re.match(r"net needs about 8\d\d,\d{3} bytes of heap to import, board unix has 64,000: "
                    r"export with --weights stream; or ", text)  # fmt: skip
    assert "\n" not in text


def limits(need: Estimate) -> dict[str, int]:
    """A board that has exactly what is needed."""
    return {"heap": need.import_heap, "flash": need.flash, "romfs": need.romfs}


@pytest.mark.parametrize("what", ["heap", "flash", "romfs"])
def test_to_the_byte(what: str) -> None:
    graph = network(64, 32, 10)
    need = estimate(graph, SAMD51, "thumb", "romfs")
    exact = replace(SAMD51, **limits(need))
    assert check_fits(graph, exact, "thumb", "romfs") == need
    words = {"heap": "heap to import", "flash": "its file system", "romfs": "mapped flash"}[what]
    needed, has = limits(need)[what], limits(need)[what] - 1
    message = f"^net needs about {needed:,} bytes of {words}, board samd51 has {has:,}: "
    with pytest.raises(ThumbnetError, match=message):
        check_fits(graph, replace(exact, **{what: has}), "thumb", "romfs")


def test_the_weights_that_are_said_to_fit_do() -> None:
    board = replace(PICO, heap=100_000)
    with pytest.raises(ThumbnetError) as caught:
        check_fits(network(784, 128, 10), board, "viper", "module")
    found = re.search(r"\(about ([\d,]+) weights fit, it has 101,632\)", str(caught.value))
    assert found is not None
    weights = int(found[1].replace(",", ""))
    check_fits(network(784, weights // 800, 10), board, "viper", "module")
    with pytest.raises(ThumbnetError):
        check_fits(network(784, weights * 5 // 4 // 794, 10), board, "viper", "module")


def test_what_would_fit_instead() -> None:
    def refusal(graph: Graph, board: BoardProfile, weights: str = "module") -> str:
        with pytest.raises(ThumbnetError) as caught:
            check_fits(graph, board, board.tiers[0], weights)
        assert "\n" not in str(caught.value)
        return str(caught.value).partition(": ")[2]

    mnist, huge = network(784, 16, 10), network(784, 512, 10)
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


def test_no_such_place() -> None:
    graph = network(3, 2)
    with pytest.raises(
        ThumbnetError, match="board pico has no place for --weights romfs: use one "
    ):
        check_fits(graph, PICO, "thumb", "romfs")
    with pytest.raises(
        ThumbnetError, match="microbit_v2 has no place for --weights stream: use on"
    ):
        check_fits(graph, load_board("microbit_v2"), "thumb", "stream")


# Lanes, and what the header adds


def test_lanes_only_where_they_fit() -> None:
    """On a board with so many bytes for files, to the byte: with lanes, without, not at all."""
    graph = network(64, 32, 10)
    board = replace(UNIX, tiers=("plain",))
    plain, lanes = (estimate(graph, board, "plain", "module", lanes=on) for on in (False, True))
    assert plain.flash < lanes.flash
    assert choose_build(graph, replace(board, flash=lanes.flash)).lanes
    assert not choose_build(graph, replace(board, flash=lanes.flash - 1)).lanes
    assert not choose_build(graph, replace(board, flash=plain.flash)).lanes
    with pytest.raises(ThumbnetError, match="of its file system"):
        choose_build(graph, replace(board, flash=plain.flash - 1), weights="module")


@pytest.mark.parametrize("tier", ["plain", "thumb"])
def test_what_is_written_fits(tier: str) -> None:
    """Whatever the header says of labels and accuracy: near the limit it fits, or is refused."""
    made = program(64, 32, 10)
    model = made.model
    model.labels = tuple(f"a rather long label of class {k}" for k in range(10))
    x = np.random.default_rng(0).integers(0, 256, (2000, 64))
    y = np.random.default_rng(1).integers(0, 10, 2000)
    need = estimate(made.graph, PICO, tier, "module").flash
    refusals, written = [], 0
    for flash in range(need - 200, need + 2200, 300):
        board = replace(PICO, flash=flash, stream=0)
        try:
            fitting = convert(model, x[:100], name="net", board=board, tier=tier)
        except ThumbnetError as error:
            refusals.append(str(error))
            continue
        _, sentence = fitting._measure(x, y, 1_000_000)
        assert len(sentence) > 100
        assert sum(map(len, fitting.files(sentence).values())) <= flash
        written += 1
    assert written > 2
    assert len(refusals) > 2
    assert all("of its file system, board pico has" in text for text in refusals)


def test_the_files_themselves_are_looked_at(tmp_path: Path) -> None:
    """Where an estimate is too small: nothing is written."""
    made = program(64, 32, 10)
    size = len(made.module())
    small = replace(made, board=replace(made.board, flash=size - 1))
    with pytest.raises(
        ThumbnetError, match=f"^net takes {size:,} bytes of its file system, board"
    ) as caught:
        small.write(tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    replace(made, board=replace(made.board, flash=size)).write(tmp_path)


# Each mend is followed


def refused(build: Callable[[], object]) -> str:
    with pytest.raises(ThumbnetError) as caught:
        build()
    assert "\n" not in str(caught.value)
    return str(caught.value).partition(": ")[2]


def follow(text: str, graph: Graph, board: BoardProfile, wish: Request) -> list[str]:
    """Do what is said of options and boards; return what was done."""
    done = []
    for words in re.findall(r"export with ([^;]*)", text):
        for options in words.split(" or "):
            other = wish
            for option in re.findall(r"--(?:tier|weights) \w+|--mpy", options):
                name, _, value = option.removeprefix("--").partition(" ")
                other = replace(other, **{name: value or True})
            choose_build(graph, board, other.tier, other.weights, other.mpy)
            done.append(options)
    for name in re.findall(r"such as (\w+)", text):
        choose_build(graph, load_board(name), wish.tier, wish.weights, wish.mpy)
        done.append(name)
    return done


FEATURES = ("mean", "deviation", "rms", "crossings", "bands")
WISHES = [Request(), Request("plain"), Request(weights="module")]
TIGHT = [("microbit_v2", 1), ("esp8266", 1), ("microbit", 1), ("pyboard", 3)]
"""A board, and by what its heap and its file system are divided."""


@pytest.mark.parametrize("wish", WISHES, ids=str)
@pytest.mark.parametrize("kind", ["small", "wide", "one feature", "features"])
def test_every_mend_can_be_followed(kind: str, wish: Request) -> None:
    graph = {
        "small": lambda: network(20, 6, 3),
        "wide": lambda: network(200, 64, 10),
        "one feature": lambda: streams.program(("mean",)).graph,
        "features": lambda: streams.program(FEATURES).graph,
    }[kind]()
    for name, part in TIGHT:
        board = load_board(name)
        tight = replace(board, heap=board.heap // part, flash=board.flash // part)
        if not runs(replace(graph, stream=None), tight, wish):
            continue
        try:
            choose_build(graph, tight, wish.tier, wish.weights, wish.mpy)
        except ThumbnetError as error:
            text = str(error)
        else:
            continue
        assert follow(text, graph, tight, wish) or "train it" in text
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
        found = re.search(r"train it without the features? ([\w ]+), whose", text)
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
            board, wish = replace(PICO, heap=heap), Request(tier, "module")
            count = fewer_weights(network(784, 128, 10), board, wish)
            if count is not None:
                check_fits(network(784, count // 794, 10), board, tier, "module")
    assert fewer_weights(network(784, 10), replace(PICO, heap=9000), Request()) is None, (
        "no hidden one"
    )
