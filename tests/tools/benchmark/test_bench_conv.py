"""What the goals table measures of a network of convolutions, on a small one."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.layer_models import chain
from support.micropython import needs_micropython

from thumbnet.export import Program, convert
from thumbnet.tools.benchmark.kernels import conv_network
from thumbnet.tools.benchmark.kernels.cases import with_zeros, without_zeros
from thumbnet.trainer import Conv2D, Dense, GlobalAveragePooling2D, InputSpec, ThumbnetError

SHAPE = (9, 9, 1)
X = np.random.default_rng(0).integers(0, 256, (20, 81)) * (np.arange(81) % 3 > 0)


def quiet(text: str) -> None:
    """Nobody listens."""


@cache
def program(tier: str = "thumb", seed: int = 0) -> Program:
    """Two convolutions on pictures of 9 x 9."""
    model = chain(
        SHAPE,
        Conv2D(8, 3, strides=2, activation="relu"),
        Conv2D(5, 3, activation="tanh", padding="same"),
        GlobalAveragePooling2D(),
        Dense(3, "softmax"),
    )
    model.layers[0].kernel.assign(model.layers[0].kernel.numpy() * (1 + seed))
    model.input_spec = InputSpec(SHAPE, minimum=0.0, maximum=255.0)
    board = "pico" if tier == "thumb" else "unix"
    return convert(model, X, name=f"net_{tier}", board=board, tier=tier)


@pytest.mark.emulated
def test_count_network() -> None:
    needs_qemu()
    found = conv_network.count_network(program(), X[[0, 0]])
    assert [kernel for kernel, _ in found] == ["conv", "conv", "average_pool", "fully_connected"]
    (first, second), *_ = (counts for _, counts in found)
    assert first == second
    # 16 pixels, 9 products and 8 outputs each; 16 pixels of 72 products and 5 outputs.
    assert 16 * 72 < first < 16 * 72 * 20
    assert 16 * 72 * 5 < found[1][1][0] < 16 * 72 * 5 * 8


@pytest.mark.emulated
def test_count_network_with_a_wrong_weight() -> None:
    needs_qemu()
    with pytest.raises(
        ThumbnetError, match=r"kernel thumb/conv of \w+ gives wrong answers \(output"
    ):
        conv_network.count_network(program(), X[:1], lambda w: bytes(len(w)))


def test_race(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that is 15 times slower for the first module: no machine is too slow for it."""
    needs_micropython()
    clock = "import json\n\n\nclass time:\n    now = 0\n\n" + (
        "    def ticks_us():\n        time.now += (300, 20)[k]\n        return time.now\n\n"
        "    def ticks_diff(a, b):\n        return a - b\n\n"
    )
    assert conv_network.RACE.count("import json, time\n") == 1
    slow = conv_network.RACE.replace("import json, time\n", clock)
    monkeypatch.setattr(conv_network, "RACE", slow)
    programs = {f"net_{tier}": program(tier) for tier in ("plain", "viper")}
    line = conv_network.race(programs, X, np.arange(20) % 3, "made up", quiet, turns=3)
    assert line.key == "viper_mnist_conv"
    assert line.value == 15
    assert "plain 0.3 ms, viper 20 us" in line.how
    assert "24 of 24 rows equal in both" in line.how


def test_race_with_a_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_micropython()

    def measured(*_: object) -> None:
        pytest.fail("measured after a wrong answer")

    monkeypatch.setattr(conv_network, "run_script", measured)
    good = program("plain")
    other = program("plain", seed=1).module()
    monkeypatch.setattr(Program, "files", lambda self, _="": {"net_plain.py": other.encode()})
    with pytest.raises(
        ThumbnetError, match=r"net_plain gives wrong answers on unix .*it is not timed"
    ):
        conv_network.race({"net_plain": good}, X, np.arange(20) % 3, "", quiet)


def test_inputs() -> None:
    assert np.all(without_zeros() > 0)
    assert np.sum(with_zeros(0.8) == 0) == round(0.8 * 784)
