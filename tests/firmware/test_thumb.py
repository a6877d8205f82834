"""The Thumb kernels on an emulated core against the specification: integers, memory, speed."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.asm_thumb import Firmware
from support.examples import examples
from support.kernel_words import FIRMWARE, LIMITS, WORDS, words_of
from support.kernels import UNTOUCHED, Case, layers
from support.operations import integer_forward
from support.thumb_machine import Cost, Fault

from thumbnet.export.kernels.weight_layouts import pack, pack_piece

ARCHS = {"thumb": "armv6m", "thumb_dsp": "armv7em"}
AT = WORDS["fully_connected"].places
LAYOUTS = {"thumb": "interleaved", "thumb_dsp": "words"}
TIERS = pytest.mark.parametrize("tier", ARCHS)


def kernel(tier: str, name: str = "fully_connected") -> Firmware:
    folder = tier if (FIRMWARE / tier / f"{name}.py").exists() else "thumb"
    return Firmware(FIRMWARE / folder / f"{name}.py", ARCHS[tier])


def memory(case: Case, inputs: int) -> tuple[bytearray, bytearray | array[int], list[int]]:
    """x with dirt around `inputs`, y, and p without the table's place; nothing behind x or y."""
    x = case.before + case.x + case.behind * 9
    line = case.line("thumb")
    p: list[int] = line["p"]
    y = [UNTOUCHED] * (case.y_at + len(case.node["weight"]))
    end = len(case.before) + -(-inputs // 4) * 4
    return bytearray(x[:end]), array("i", y) if case.wide else bytearray(y), p


def table(case: Case) -> bytes:
    return case.node["table"].astype(np.uint8).tobytes() if "table" in case.node else b""


@TIERS
@given(case=layers(), align=st.integers(0, 3))
@examples(250)
def test_fully_connected(tier: str, case: Case, align: int) -> None:
    fw = kernel(tier)
    fw.align = align
    x, y, p = memory(case, len(case.x))
    w = pack(case.node["weight"], LAYOUTS[tier])
    p[AT["table"]] = len(w) if table(case) else 0
    kept = array("i", p)
    assert fw.fully_connected(x, w + table(case), y, kept) == 0
    assert list(y) == case.wanted()[: len(y)]
    assert list(kept) == p
    # The pad is zeroed, all else of x is as it was.
    assert x == case.before + case.x + bytes(len(x) - len(case.before + case.x))


@TIERS
@given(case=layers(), align=st.integers(0, 3), data=st.data())
@examples(150)
def test_pieces_of_any_size(tier: str, case: Case, align: int, data: st.DataObject) -> None:
    fw = kernel(tier)
    fw.align = align
    inputs = len(case.x)
    inner = range(4, inputs, 4)
    cuts = sorted(data.draw(st.sets(st.sampled_from(inner)))) if inner else []
    edges = [0, *cuts, inputs]
    x, y, words = memory(case, inputs)
    p = array("i", words)
    p[AT["pieces"]] = len(edges) - 1
    for start, stop in pairwise(edges):
        w = pack_piece(case.node["weight"], LAYOUTS[tier], start, stop)
        p[AT["inputs"]] = stop - start
        p[AT["table"]] = len(w) if table(case) else 0
        assert set(y) <= {UNTOUCHED}
        fw.fully_connected(x, w + table(case), y, p)
        assert p[AT["x_at"]] == len(case.before) + (stop if stop < inputs else start)
    assert p[AT["pieces"]] == 1
    assert list(y) == case.wanted()[: len(y)]


@TIERS
@given(case=layers(), groups=st.integers(1, 8))
@examples(100)
def test_pieces_of_a_stream(tier: str, case: Case, groups: int) -> None:
    """All pieces as long as the first: the last one's missing inputs meet weights of 0."""
    fw = kernel(tier)
    part, inputs = 4 * groups, len(case.x)
    starts = range(0, inputs, part)
    x, y, words = memory(case, len(starts) * part)
    p = array("i", words)
    p[AT["inputs"]], p[AT["pieces"]] = part, len(starts)
    filled = np.zeros((len(case.node["weight"]), len(starts) * part), int)
    filled[:, :inputs] = case.node["weight"]
    for start in starts:
        w = pack_piece(filled, LAYOUTS[tier], start, start + part)
        p[AT["table"]] = len(w) if table(case) else 0
        fw.fully_connected(x, w + table(case), y, p)
    assert list(y) == case.wanted()[: len(y)]


@TIERS
@pytest.mark.parametrize("shape", [(784, 16), (1040, 9), (3, 300), (2000, 4), (8320, 1)])
@pytest.mark.parametrize("value", [0, 255])
def test_large(tier: str, shape: tuple[int, int], value: int) -> None:
    """Sums beyond 2**24, more bytes than 16 bits count, every channel its own parameters."""
    inputs, outputs = shape
    rng = np.random.default_rng(inputs)
    node: dict[str, Any] = {
        "weight": rng.integers(-128, 128, (outputs, inputs)),
        "bias": rng.integers(-(2**20), 2**20, outputs),
        "zero_point": 0,
        "multiplier": rng.integers(2**14, 2**15, outputs),
        "shift": rng.integers(16, 45, outputs),
        "activation_min": -(2**29),
        "activation_max": 2**29,
    }
    x = np.full(inputs, value)
    y = array("i", [0] * outputs)
    run(tier, node, x, y)
    assert list(y) == integer_forward("fully_connected", x[None], **node)[0].tolist()


def run(tier: str, node: dict[str, Any], x: Any, y: array[int]) -> Cost:
    words = words_of("fully_connected", tier)
    channels = np.stack([node[name] for name in words.repeated], axis=1)
    front = {"inputs": len(x), "outputs": len(y), "wide": 1, "pieces": 1}
    limits = {name: int(node[name]) for name in LIMITS}
    p = words.values({**front, **limits}, channels.ravel().tolist())
    fw = kernel(tier)
    inside = bytearray(x.astype(np.uint8).tobytes() + bytes(-len(x) % 4))
    fw.fully_connected(inside, pack(node["weight"], LAYOUTS[tier]), y, array("i", p))
    return fw.cost


def mnist_like(inputs: int, full: float) -> Any:
    """Pixels as of a digit: `full` of them not zero, in runs."""
    at = np.arange(inputs)
    return np.where((at // 8) % 5 < 5 * full, at % 255 + 1, 0)


@pytest.mark.parametrize(
    ("tier", "outputs", "full", "instructions", "cycles"),
    [
        ("thumb", 16, 1.0, 3.8, 6.0),
        ("thumb", 16, 0.2, 1.1, 1.5),
        ("thumb", 4, 1.0, 5.1, 7.0),
        ("thumb", 4, 0.2, 2.6, 3.5),
        ("thumb_dsp", 16, 1.0, 1.7, None),
        ("thumb_dsp", 16, 0.2, 0.7, None),
        ("thumb_dsp", 4, 1.0, 2.2, None),
        ("thumb_dsp", 4, 0.2, 1.3, None),
    ],
)
def test_cost_of_a_multiplication(
    tier: str, outputs: int, full: float, instructions: float, cycles: float | None
) -> None:
    """Instructions, and cycles of a Cortex-M0+, for each product of a layer of 784 inputs."""
    rng = np.random.default_rng(0)
    node = {
        "weight": rng.integers(-128, 128, (outputs, 784)),
        "bias": np.zeros(outputs, int),
        "zero_point": 0,
        "multiplier": np.full(outputs, 2**14),
        "shift": np.full(outputs, 20),
        "activation_min": -(2**29),
        "activation_max": 2**29,
    }
    cost = run(tier, node, mnist_like(784, full), array("i", [0] * outputs))
    products = 784 * outputs
    assert cost.instructions / products < instructions
    assert cycles is None or cost.cycles / products < cycles


@given(
    n=st.integers(0, 60),
    x_at=st.integers(0, 9),
    y_at=st.integers(0, 9),
    seed=st.integers(0, 2**32 - 1),
    align=st.integers(0, 3),
)
@example(n=4, x_at=0, y_at=0, seed=0, align=1)
@examples(100)
def test_lookup(n: int, x_at: int, y_at: int, seed: int, align: int) -> None:
    rng = np.random.default_rng(seed)
    w, x = rng.integers(0, 256, (2, 256), dtype=np.uint8)
    x, y = x[: x_at + n], bytearray(b"\xa5" * (y_at + n))
    fw = kernel("thumb", "lookup")
    fw.align = align
    before = bytes(x)
    assert fw.lookup(bytearray(before), w.tobytes(), y, array("i", [n, x_at, y_at])) == 0
    assert y == b"\xa5" * y_at + w[x[x_at:]].tobytes()
    both = bytearray(before)
    fw.lookup(both, w.tobytes(), both, array("i", [n, x_at, x_at]))
    assert both == before[:x_at] + w[x[x_at:]].tobytes()


@TIERS
@pytest.mark.parametrize("short", ["x", "w", "y", "p"])
def test_reads_and_writes_to_the_last_byte(tier: str, short: str) -> None:
    """A buffer that is shorter by a byte (p: by a word) is seen: none is larger than it must be."""
    front = {"inputs": 5, "outputs": 12, "activation_max": 255, "pieces": 1}
    each = {"bias": 0, "multiplier": 2**14, "shift": 16}
    p = words_of("fully_connected", tier).alike(front, each, 12)
    sizes = {"x": 8, "w": 8 * 12, "y": 12, "p": len(p)}
    fw = kernel(tier)

    def call() -> None:
        fw.fully_connected(
            bytearray(b"\1" * sizes["x"]),
            bytes(sizes["w"]),
            bytearray(sizes["y"]),
            array("i", p[: sizes["p"]]),
        )

    call()
    sizes[short] -= 1
    # The last three inputs of a block of four outputs are not there, and not read by `thumb`.
    if (tier, short) == ("thumb", "w"):
        sizes[short] -= 12
    with pytest.raises(Fault):
        call()
