"""Whether a network fits a board: where its weights go, and the refusal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.fused import network

from thumbnet.export import BoardProfile, load_board
from thumbnet.export.estimate import Estimate, estimate
from thumbnet.export.fit_board import check_fits, choose_weights
from thumbnet.export.graph import Graph
from thumbnet.export.mends import NONE
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
