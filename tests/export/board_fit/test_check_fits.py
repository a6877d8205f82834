"""Whether a network fits a board: where its weights live, and what is rejected."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.fused import network, program

from thumbnet.export import BoardProfile, convert, load_board
from thumbnet.export.board_fit.check_fits import check_fits, choose_weights
from thumbnet.export.board_fit.choose_build import choose_build
from thumbnet.export.board_fit.estimate import Estimate, estimate
from thumbnet.export.graph.graph import Graph
from thumbnet.trainer import ThumbnetError

UNIX, PICO, SAMD51 = (load_board(name) for name in ("unix", "pico", "samd51"))


def with_room(graph: Graph, board: BoardProfile, weights: str, mpy: bool = False) -> BoardProfile:
    """The board with just enough heap for weights there, in its fastest tier."""
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
        assert need.import_heap < 60_000
        assert need.flash > 407_050
    with pytest.raises(ThumbnetError) as caught:
        check_fits(graph, small, "viper", "module")
    text = str(caught.value)
    assert re.match(r"net needs about 8\d\d,\d{3} bytes of heap to import, but board unix has "
                    r"64,000: export with --weights stream; or ", text)  # fmt: skip
    assert "\n" not in text


def limits(need: Estimate) -> dict[str, int]:
    """A board with exactly the memory that is needed."""
    return {"heap": need.import_heap, "flash": need.flash, "romfs": need.romfs}


@pytest.mark.parametrize("what", ["heap", "flash", "romfs"])
def test_to_the_byte(what: str) -> None:
    graph = network(64, 32, 10)
    need = estimate(graph, SAMD51, "thumb", "romfs")
    exact = replace(SAMD51, **limits(need))
    assert check_fits(graph, exact, "thumb", "romfs") == need
    words = {"heap": "heap to import", "flash": "file system", "romfs": "mapped flash"}[what]
    needed, has = limits(need)[what], limits(need)[what] - 1
    message = f"^net needs about {needed:,} bytes of {words}, but board samd51 has {has:,}: "
    with pytest.raises(ThumbnetError, match=message):
        check_fits(graph, replace(exact, **{what: has}), "thumb", "romfs")


def test_no_such_place() -> None:
    graph = network(3, 2)
    with pytest.raises(
        ThumbnetError, match="board pico does not support --weights romfs: use one "
    ):
        check_fits(graph, PICO, "thumb", "romfs")
    with pytest.raises(
        ThumbnetError, match="microbit_v2 does not support --weights stream: use on"
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
    with pytest.raises(ThumbnetError, match="bytes of file system"):
        choose_build(graph, replace(board, flash=plain.flash - 1), weights="module")


@pytest.mark.parametrize("tier", ["plain", "thumb"])
def test_what_is_written_fits(tier: str) -> None:
    """Whatever labels and accuracy the header has: near the limit a module fits or is rejected."""
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
    assert all("of file system, but board pico has" in text for text in refusals)


def test_the_files_themselves_are_looked_at(tmp_path: Path) -> None:
    """If an estimate is too small, nothing is written."""
    made = program(64, 32, 10)
    size = len(made.module())
    small = replace(made, board=replace(made.board, flash=size - 1))
    with pytest.raises(
        ThumbnetError, match=f"^net takes {size:,} bytes of file system, but board unix has"
    ) as caught:
        small.write(tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    replace(made, board=replace(made.board, flash=size)).write(tmp_path)
