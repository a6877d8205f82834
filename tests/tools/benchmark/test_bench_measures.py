"""What the goals table measures, on small networks: figures, and what becomes of wrong answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.fused import program
from support.micropython import needs_micropython

from thumbnet.export import Artifact, convert
from thumbnet.export.kernels.weight_layouts import pack
from thumbnet.tools.benchmark import on_microbit, on_unix
from thumbnet.tools.benchmark.kernel_call_counts import calls_on_unix, table_of_layers
from thumbnet.tools.benchmark.kernels import cortex_m0, instruction_counter, races
from thumbnet.tools.benchmark.kernels.cases import (
    check_outputs,
    conv_layer_call,
    dense_layer_call,
    products,
    with_zeros,
    without_zeros,
)
from thumbnet.tools.benchmark.networks import Networks
from thumbnet.tools.run import measurement
from thumbnet.trainer import ThumbnetError

ROWS = 3


def quiet(text: str) -> None:
    """Nobody listens."""


def written(folder: Path, board: str = "unix", activation: str = "relu") -> Artifact:
    """20-6-3 with rows of a test set."""
    x = np.random.default_rng(1).integers(0, 256, (ROWS, 20))
    made = program(20, 6, 3, board=board, activation=activation)
    return made.write(folder, x, np.arange(ROWS))


def edit(artifact: Artifact, old: str, new: str) -> None:
    """Change the module as if the export had written it so."""
    name = artifact.path.name
    data = artifact.files[name]
    assert data.count(old.encode()) == 1
    artifact.files[name] = data.replace(old.encode(), new.encode())
    artifact.digests[name] = hashlib.sha256(artifact.files[name]).hexdigest()


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 0x80, *data[1:]])


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever measures fails the test."""

    def measured(*_: Any) -> None:
        pytest.fail("measured after a wrong answer")

    for module in (measurement, on_unix, on_microbit):
        monkeypatch.setattr(module, "measure", measured)


def lines_of(lines: list[Any]) -> dict[str, Any]:
    return {line.key: line for line in lines}


# Whole networks


def test_in_viper(tmp_path: Path) -> None:
    needs_micropython()
    artifact = written(tmp_path, activation="tanh")
    lines = lines_of(on_unix.in_viper(artifact, "20-6-3", "made up", quiet))
    assert (lines["viper_heap"].value, lines["viper_calls"].value) == (0, 1)
    assert all(line.ok for line in lines.values())
    assert "7 of 7 rows equal" in lines["viper_heap"].how
    assert lines["viper_calls"].how.endswith("2 dense layers: fully_connected 1, fully_connected 1")


def test_heap_and_calls_are_seen(tmp_path: Path) -> None:
    needs_micropython()
    artifact = written(tmp_path)
    edit(artifact, "        kernel(x, w, y, p)\n", "        kernel(x, w, y, p)\n" * 2)
    edit(artifact, "def predict(values):\n", "def predict(values):\n    spare = bytearray(99)\n")
    lines = lines_of(on_unix.in_viper(artifact, "20-6-3", "made up", quiet))
    assert lines["viper_calls"].value == 2
    assert lines["viper_heap"].value >= 99
    assert not any(line.ok for line in lines.values())


def test_in_small_heap(tmp_path: Path) -> None:
    needs_micropython()
    line = on_unix.in_small_heap(written(tmp_path, "generic"), "20-6-3", quiet)
    assert line.ok
    assert 1000 < line.value < 8000
    assert line.what == "20-6-3, plain tier: heap kept after import, 40k heap"


def test_in_stream(tmp_path: Path) -> None:
    needs_micropython()
    x = np.random.default_rng(1).integers(0, 256, (ROWS, 20))
    model = program(20, 6, 3).model
    streamed = convert(model, x, name="net", board="unix", weights="stream")
    artifact = streamed.write(tmp_path, x, np.arange(ROWS))
    assert set(artifact.files) == {"net.py", "net.bin"}
    line = on_unix.in_stream(artifact, "20-6-3", "made up", quiet)
    assert (line.ok, line.value, line.shown) == (True, ROWS, f"{ROWS} of {ROWS}")


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize(
    "measured",
    [
        lambda artifact: on_unix.in_viper(artifact, "net", "", quiet),
        lambda artifact: on_unix.in_small_heap(artifact, "net", quiet),
        lambda artifact: on_unix.in_stream(artifact, "net", "", quiet),
    ],
)
def test_wrong_answer_on_unix(tmp_path: Path, measured: Callable[[Artifact], Any]) -> None:
    needs_micropython()
    artifact = written(tmp_path, "generic")
    edit(artifact, "def predict(values):\n", "def predict(values):\n    return 9\n")
    with pytest.raises(ThumbnetError, match=r"net gives wrong answers on unix .*it is not timed"):
        measured(artifact)


@pytest.mark.emulated
def test_on_microbit(tmp_path: Path) -> None:
    needs_qemu()
    artifact = written(tmp_path, "microbit", activation="tanh")
    lines = lines_of(on_microbit.on_microbit(artifact, "20-6-3", "made up", quiet, rows=2))
    assert all(line.ok for line in lines.values())
    assert 5000 < lines["microbit_instructions"].value < 100_000
    assert 5120 <= lines["microbit_heap_free"].value < 9000
    assert (lines["microbit_scores"].value, lines["thumb_heap"].value) == (ROWS, 0)
    # On this board a curve that is no part of the layer is a call more, which the line says.
    assert lines["thumb_calls"].how.endswith("fully_connected 1, lookup 1, fully_connected 1")


@pytest.mark.emulated
@pytest.mark.usefixtures("no_figures")
def test_wrong_answer_on_microbit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_qemu()
    right = Artifact.expected

    def other(self: Artifact, rows: Any = None) -> list[dict[str, Any]]:
        answers = right(self, rows)
        answers[-1]["scores"][0] += 1
        return answers

    artifact = written(tmp_path, "microbit")
    monkeypatch.setattr(Artifact, "expected", other)
    with pytest.raises(ThumbnetError, match=r"net gives wrong answers on microbit \(row 6.*scores"):
        on_microbit.on_microbit(artifact, "20-6-3", "made up", quiet)


def test_table_of_layers(tmp_path: Path) -> None:
    artifact = written(tmp_path)
    dense = ("fully_connected", "fully_connected")
    assert table_of_layers(artifact.files) == ("LAYERS", dense)
    calls = calls_on_unix(artifact)
    assert (calls.kernels, calls.counts, calls.layers) == (dense, (1, 1), 2)
    with pytest.raises(ThumbnetError, match=r"there is no table of layers in net\.mpy"):
        table_of_layers({"net.mpy": b""})


# Kernels


@pytest.mark.parametrize("runner", [races.VIPER_KERNEL, races.LANES_KERNEL])
def test_race(runner: races.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that counts how often it is read: no machine is too slow for it."""
    needs_micropython()
    clock = "import gc, json\n\n\nclass time:\n    now = 0\n\n" + (
        "    def ticks_us():\n        time.now += 100\n        return time.now\n\n"
        "    def ticks_diff(a, b):\n        return a - b\n\n"
    )
    assert races.RACE.count("import gc, json, time\n") == 1
    monkeypatch.setattr(races, "RACE", races.RACE.replace("import gc, json, time\n", clock))
    rows = races.race(runner, [without_zeros(), with_zeros(0.8)], turns=3)
    assert [line["us"] for line in rows] == [[100, 100 / runner.batch]] * 2


@pytest.mark.parametrize("runner", [races.VIPER_KERNEL, races.LANES_KERNEL])
def test_race_with_a_wrong_weight(runner: races.Runner) -> None:
    needs_micropython()
    with pytest.raises(
        ThumbnetError, match=rf"kernel {runner.name} gives wrong answers \(output 0"
    ):
        races.race(runner, [without_zeros()], turns=1, change=flipped)


def test_race_with_a_wrong_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_micropython()
    monkeypatch.setattr(races, "LOOP", races.LOOP.replace("range(n)", "range(n - 1)"))
    with pytest.raises(ThumbnetError, match="the plain loop gives wrong answers"):
        races.race(races.VIPER_KERNEL, [without_zeros()], turns=1)


def test_race_whose_script_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_micropython()
    monkeypatch.setattr(races, "LOOP", "def loop(x):\n    pass\n")
    with pytest.raises(
        ThumbnetError, match=r"unix: the script of the benchmark failed: TypeError: "
    ):
        races.race(races.VIPER_KERNEL, [without_zeros()], turns=1)


@pytest.mark.emulated
def test_cortex_m0() -> None:
    needs_qemu()
    dense, none = without_zeros(), np.zeros(784, np.uint8)
    (first, again, zeros), idle = cortex_m0.count([dense, dense, none])
    assert first == again
    # 28 or so for each input that is not zero, in both blocks of 8 outputs.
    assert first - zeros > 2 * 784 * 24
    assert idle < zeros
    assert 300 < idle < 1500


@pytest.mark.emulated
def test_cortex_m0_with_a_wrong_weight() -> None:
    needs_qemu()
    with pytest.raises(ThumbnetError, match=r"thumb/fully_connected gives wrong answers \(output "):
        cortex_m0.count([without_zeros()], change=lambda data: bytes(len(data)))


@pytest.mark.emulated
@pytest.mark.parametrize("kernel", ["conv", "conv_int4"])
def test_convolution_on_cortex_m0(kernel: str) -> None:
    """What the assembly takes is counted on another emulator too: see test_thumb_conv.py."""
    needs_qemu()
    dense, sparse, padded = cortex_m0.count_conv(kernel, 3, 8, 12)
    assert 3 < sparse + 0.5 < dense < 6
    # A border takes a few instructions a pixel, and there are no fewer products.
    assert dense - 0.1 < padded < dense + 0.1
    assert cortex_m0.count_conv(kernel, 3, 8, 12) == (dense, sparse, padded)


@pytest.mark.emulated
@pytest.mark.parametrize("kernel", ["conv", "conv_int4", "depthwise_conv"])
def test_convolution_with_a_wrong_weight(kernel: str) -> None:
    needs_qemu()
    with pytest.raises(
        ThumbnetError, match=rf"kernel thumb/{kernel} gives wrong answers \(output "
    ):
        cortex_m0.count_conv(kernel, 3, 4 if "depth" in kernel else 8, 4, change=flipped)


@pytest.mark.emulated
def test_convolutions() -> None:
    needs_qemu()
    few = {("depthwise_conv", 3, 4, 4): 13}
    line, each = cortex_m0.convolutions(Networks(quiet), quiet, [(3, 8, 4)], few)
    assert line.key == "m0_conv_3x3_8_4"
    assert line.ok
    assert line.what.startswith("3x3 convolution 8->4, Cortex-M0 (thumb)")
    assert each.key == "m0_depthwise_conv_3x3_4_4"
    assert each.what.startswith("3x3 depthwise convolution 4->4, ")
    assert 9 < each.value < 14


@pytest.mark.parametrize("outputs", [1, 4, 5, 8, 12, 13, 16])
@pytest.mark.parametrize(("bits", "layout"), [(8, "interleaved"), (4, "nibble_blocks")])
def test_unpacked(outputs: int, bits: int, layout: str) -> None:
    half = 1 << bits - 1
    weight = np.random.default_rng(outputs).integers(-half, half, (outputs, 12))
    assert np.array_equal(
        instruction_counter.unpacked(pack(weight, layout), outputs, 12, bits), weight
    )


def test_instructions_of_ticks() -> None:
    # 64 ns an instruction, 62.5 ns a tick: the whole ticks of n instructions tell n.
    for n in (0, 1, 2, 979, 47_840, 1_000_003):
        assert instruction_counter.instructions(n * 640 // 625) == n


def test_flash_bytes() -> None:
    image = ":020000040001F9\n:0410FE00AABBCCDDE0\n:04110200010203FFE4\n:00000001FF\n"
    assert instruction_counter.flash_bytes(image, 0x110FF, 5) == bytes([0xBB, 0xCC, 0xDD, 1, 2])
    assert instruction_counter.flash_bytes(image, 0x11104, 4) == bytes([3, 0xFF, 0, 0])


@pytest.mark.parametrize("wide", [False, True])
def test_dense_call(wide: bool) -> None:
    rng = np.random.default_rng(0)
    call = dense_layer_call(rng.integers(-128, 128, (16, 784)), wide)
    assert call.parameters[:10] == (
        [784, 16, 0, 0, 0, -(2**29), 2**29, 0, 1, 1]
        if wide
        else [784, 16, 0, 0, 128, 0, 255, 0, 0, 1]
    )
    assert len(call.parameters) == 10 + 3 * 16
    assert (call.kernel, call.wide, call.outputs, call.scratch) == ("fully_connected", wide, 16, 0)
    wrong = r"it gives wrong answers \(output 0: expected -?\d+, got 1"
    with pytest.raises(ThumbnetError, match=wrong):
        check_outputs("it", call, without_zeros(), [10**6] * 16)


def test_conv_call() -> None:
    rng = np.random.default_rng(0)
    weight = rng.integers(-128, 128, (5, 24))
    call = conv_layer_call("conv", weight, (8, 6, 4), (3, 2), (4, 5), (2, 1), (1, 0))
    assert call.parameters[:9] == [24, 5, 0, 0, 128, 0, 255, 0, 0]
    assert call.parameters[9:22] == [8, 24, 3, 8, 2, 4, 1, 0, 4, 5, 5, 7, 192]
    assert len(call.parameters) == 22 + 3 * 5
    assert (call.outputs, products(call), call.scratch) == (100, 2400, 24)
    wrong = r"it gives wrong answers \(output 0: expected \d+, got -1"
    with pytest.raises(ThumbnetError, match=wrong):
        check_outputs("it", call, without_zeros(192), [-1] * 100)
