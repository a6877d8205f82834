"""What a network is estimated to cost on a board, where its weights go, and the refusal."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.handmade import drawn
from support.micropython import needs_micropython

from thumbnet.export import BoardProfile, convert, list_boards, load_board
from thumbnet.export.emit import emit
from thumbnet.export.estimate import Estimate, build_for, estimate
from thumbnet.export.fit_board import check_fits, choose_weights, import_heap
from thumbnet.export.graph import Graph
from thumbnet.export.header import Facts
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import Dense, InputSpec, ThumbnetError

UNIX, PICO, SAMD51 = (load_board(name) for name in ("unix", "pico", "samd51"))


@cache
def network(*sizes: int, activation: str = "relu", levels: bool = True) -> Graph:
    """The fused graph of a network with random weights: pixels in, or sensors' readings."""
    *hidden, last = sizes[1:]
    layers = [Dense(units, activation=activation) for units in hidden]
    model = drawn(*layers, Dense(last, activation="softmax"), inputs=sizes[0])
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (20, sizes[0])).astype(float)
    if levels:
        model.input_spec = InputSpec((sizes[0],), minimum=0, maximum=255, resolution=1)
    else:
        x *= 10 ** rng.uniform(-1, 1, sizes[0])
    return convert(model, x, name="net", board=UNIX).graph


SHAPES = [
    pytest.param((3, 2), {}, id="small"),
    pytest.param((64, 32, 10), {}, id="digits"),
    pytest.param((784, 16, 10), {}, id="mnist"),
    pytest.param((60, 50, 40, 30, 20), {"activation": "tanh"}, id="deep"),
    pytest.param((40, 12, 3), {"levels": False}, id="sensors"),
]


def files_of(graph: Graph, board: BoardProfile, tier: str, weights: str) -> dict[str, bytes]:
    return emit(graph, build_for(graph, board, tier, weights), Facts(board.name, ""))


def run(folder: Path, heap: int, code: str) -> list[int] | None:
    """The integers that MicroPython prints, None where its heap is too small."""
    command = [str(find_micropython()), "-X", f"heapsize={heap}", "-c", code]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    if "MemoryError" in done.stdout + done.stderr or (done.returncode and not done.stderr.strip()):
        return None
    assert done.returncode == 0, done.stdout + done.stderr
    return [int(word) for word in done.stdout.split()]


IMPORT = (
    "import gc; gc.collect(); f = gc.mem_free(); a = gc.mem_alloc(); import net; gc.collect(); "
)
IMPORT += "print(f, gc.mem_alloc() - a)"


def smallest_heap(folder: Path) -> int:
    """What gc.mem_free() says before the import, in the smallest heap that can import net."""
    low, high = 4000, 4_000_000
    while high - low > high // 200:
        middle = (low + high) // 2
        if run(folder, middle, IMPORT) is None:
            low = middle
        else:
            high = middle
    free = run(folder, high, IMPORT)
    assert free is not None
    return free[0]


@pytest.mark.parametrize(
    ("tier", "weights"),
    [("plain", "module"), ("plain", "stream"), ("viper", "module"), ("viper", "stream")],
)
@pytest.mark.parametrize(("sizes", "how"), SHAPES)
def test_against_the_unix_port(
    tmp_path: Path, sizes: tuple[int, ...], how: dict[str, bool], tier: str, weights: str
) -> None:
    """The estimate is what is measured, 8 % less to 30 % more; flash is the very size."""
    needs_micropython()
    graph = network(*sizes, **how)
    files = files_of(graph, UNIX, tier, weights)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    expected = estimate(graph, UNIX, tier, weights)
    assert 0.92 <= expected.import_heap / smallest_heap(tmp_path) <= 1.3
    measured = run(tmp_path, 8_000_000, IMPORT)
    assert measured is not None
    # Machine code is in the heap of a board, but not in that of the Unix port.
    assert 0.75 <= expected.steady_heap / measured[1] <= (1.5 if tier == "plain" else 1.9)
    assert expected.flash == sum(map(len, files.values()))


@pytest.mark.parametrize(("tier", "weights"), [("plain", "module"), ("viper", "stream")])
def test_time_against_this_computer(tmp_path: Path, tier: str, weights: str) -> None:
    """Its clock is not known: the right order of magnitude."""
    needs_micropython()
    graph = network(200, 50, 10)
    for name, data in files_of(graph, UNIX, tier, weights).items():
        (tmp_path / name).write_bytes(data)
    code = (
        "import net, time; x = bytes(range(1, 201)); net.predict(x); s = time.ticks_us()\n"
        "for _ in range(100): net.predict(x)\n"
        "print(time.ticks_diff(time.ticks_us(), s))"
    )
    best = min(run(tmp_path, 8_000_000, code) or [0] for _ in range(5))[0] / 100e6
    assert best / 8 <= estimate(graph, UNIX, tier, weights).seconds <= best * 8


@pytest.mark.parametrize("board", list_boards(), ids=lambda board: board.name)
def test_more_units_cost_more(board: BoardProfile) -> None:
    """In every tier, wherever the weights live: nothing shrinks when a layer grows."""
    graphs = [network(64, units, 10) for units in (8, 24, 100)]
    for tier in board.tiers:
        for weights in ("module", "stream") if board.delivery == "file" else ("flash",):
            if weights == "stream" and not board.stream:
                continue
            if board.delivery == "hex" and tier == "plain":
                continue
            costs = [estimate(graph, board, tier, weights) for graph in graphs]
            for small, large in pairwise(costs):
                assert small.seconds < large.seconds
                assert small.flash < large.flash
                assert small.steady_heap <= large.steady_heap
                assert small.import_heap <= large.import_heap


def test_faster_tiers_are_faster_and_faster_clocks_too() -> None:
    graph = network(784, 16, 10)
    for board in list_boards():
        times = [estimate(graph, board, tier, "module").seconds for tier in board.tiers
                 if board.delivery == "file"]  # fmt: skip
        assert times == sorted(times)
    twice = replace(PICO, clock=2 * PICO.clock)
    half = estimate(graph, PICO, "thumb", "module").seconds / 2
    assert estimate(graph, twice, "thumb", "module").seconds == pytest.approx(half)
    without = estimate(graph, replace(SAMD51, dsp=False), "thumb", "module")
    assert estimate(graph, SAMD51, "thumb", "module").seconds < without.seconds


def test_what_each_choice_is_good_for() -> None:
    graph = network(784, 16, 10)
    module, mpy, stream = (
        estimate(graph, PICO, "viper", weights, mpy)
        for weights, mpy in (("module", False), ("module", True), ("stream", False))
    )
    mapped = estimate(graph, SAMD51, "viper", "romfs")
    assert mpy.import_heap < module.import_heap // 2
    assert mpy.flash < module.flash // 2
    assert stream.steady_heap < module.steady_heap // 2
    assert stream.seconds > module.seconds == mpy.seconds
    assert module.romfs == stream.romfs == 0
    assert mapped.romfs == 12 + 784 * 16 + 160
    assert mapped.flash < stream.flash - 12_000
    assert mapped.steady_heap < stream.steady_heap
    lanes = estimate(graph, PICO, "plain", "module", lanes=True)
    plain = estimate(graph, PICO, "plain", "module")
    assert lanes.steady_heap > plain.steady_heap + 4 * 784 * 16
    assert estimate(graph, PICO, "viper", "module").predict_heap == 0
    assert estimate(network(40, 12, 3, levels=False), PICO, "viper", "module").predict_heap == 1920


def test_a_pc_has_wider_words() -> None:
    graph = network(64, 32, 10)
    narrow = replace(UNIX, arch="x86")
    assert 1.2 < (
        estimate(graph, UNIX, "plain", "module").import_heap
        / estimate(graph, narrow, "plain", "module").import_heap
    ) < 1.6  # fmt: skip


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
    assert refusal(mnist, tight).startswith("export with --mpy or --weights stream --mpy; or train")
    assert refusal(mnist, replace(PICO, heap=3000)).startswith(smaller)
    esp8266 = load_board("esp8266")
    wide = network(784, 40, 10)
    assert refusal(wide, esp8266).startswith("export with --weights stream; or ")
    larger = refusal(wide, replace(esp8266, stream=0, mpy=False))
    assert larger.endswith("; or export for a larger board, such as esp32_c3")
    assert "larger board, such as pyboard" in refusal(mnist, load_board("microbit_v2"))
    assert "larger board" not in refusal(mnist, replace(UNIX, flash=100), "stream")


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


def test_a_profile_without_figures() -> None:
    wrong = replace(PICO, cpu="riscv32")
    with pytest.raises(
        ThumbnetError, match="a riscv32 does not run tier thumb: correct board pico"
    ):
        estimate(network(3, 2), wrong, "thumb", "module")


def test_the_heap_that_deploy_asks_for() -> None:
    graph = network(64, 32, 10)
    assert (
        import_heap(graph) == estimate(graph, load_board("generic"), "plain", "module").import_heap
    )
