"""Kernels and their calls: words of `p` by name, packing, and splitting off a curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thumbnet.export.kernels.build import WEIGHTS, Build
from thumbnet.export.kernels.call import LOOKUP, Call, split_curve
from thumbnet.export.kernels.kernel import PER_OUTPUT, Kernel

LAYER = Kernel(
    "layer",
    ("inputs", "outputs", "x_at", "y_at", "table"),
    PER_OUTPUT,
    absent={"plain": ("x_at", "y_at")},
    layouts={"plain": "rows", "thumb": "interleaved"},
)
MOVING = replace(LAYER, name="moving", words=(*LAYER.words, "out_h", "out_w"))
WEIGHT = np.array([[1, -2, 3], [-128, 0, 127]], np.int8)
CHANNELS = np.array([[10, 20, 30], [40, 50, 60]])
TABLE = bytes(range(255, -1, -1))


def layer(kernel: Kernel = LAYER, more: tuple[int, ...] = (), table: bytes = b"") -> Call:
    return Call(kernel, "x", "y", (3, 2, 8, 16, 0, *more), WEIGHT, CHANNELS, table=table)


def test_a_word_has_its_place() -> None:
    assert [layer().word(word) for word in LAYER.words] == [3, 2, 8, 16, 0]
    with pytest.raises(ValueError, match="not in tuple"):
        layer().word("pad")


def test_words_are_changed_by_name() -> None:
    call = layer().with_words(y_at=99, inputs=1)
    assert call.head == (1, 2, 8, 99, 0)
    assert layer().head == (3, 2, 8, 16, 0)


def test_a_head_of_another_length_is_an_error() -> None:
    short = replace(layer(), head=(3, 2))
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        short.with_words(inputs=1)


def test_what_is_repeated_follows_the_words_that_a_tier_has() -> None:
    assert layer().parameters(Build("thumb")) == [3, 2, 8, 16, 0, 10, 20, 30, 40, 50, 60]
    assert layer().parameters(Build("plain")) == [3, 2, 0, 10, 20, 30, 40, 50, 60]
    assert Call(LOOKUP, "x", "y", (7, 0, 8)).parameters(Build("thumb")) == [7, 0, 8]


@pytest.mark.parametrize("tier", ["plain", "thumb"])
def test_a_tier_has_a_number_for_each_of_its_words(tier: str) -> None:
    words = LAYER.words_in(tier)
    assert len(layer().head_in(tier)) == len(words)
    assert dict(zip(words, layer().head_in(tier), strict=True)).items() <= {
        *zip(LAYER.words, layer().head, strict=True)
    }


@pytest.mark.parametrize(("tier", "size"), [("plain", 6), ("thumb", 16)])
def test_the_table_lies_behind_the_weights(tier: str, size: int) -> None:
    at = LAYER.words_in(tier).index("table")
    w, p = layer(table=TABLE).packed(Build(tier))
    assert (len(w), p[at], w[size:]) == (size + 256, size, TABLE)
    w, p = layer().packed(Build(tier))
    assert (len(w), p[at]) == (size, 0)


def test_without_weights_there_is_the_table_alone() -> None:
    call = Call(LOOKUP, "x", "y", (7, 0, 8), table=TABLE)
    assert call.packed(Build("thumb")) == (TABLE, [7, 0, 8])


def test_outputs_of_a_window_are_at_each_of_its_positions() -> None:
    assert layer().outputs == 2
    assert layer(MOVING, (4, 5)).outputs == 2 * 4 * 5


def test_a_curve_becomes_a_call_of_its_own_on_what_the_layer_wrote() -> None:
    bare, curve = split_curve(layer(MOVING, (4, 5), TABLE))
    assert (bare.table, bare.head) == (b"", (3, 2, 8, 16, 0, 4, 5))
    assert (curve.kernel, curve.x, curve.y) == (LOOKUP, "y", "y")
    assert dict(zip(LOOKUP.words, curve.head, strict=True)) == {"n": 40, "x_at": 16, "y_at": 16}
    assert curve.table == TABLE


@pytest.mark.parametrize("call", [layer(), Call(LOOKUP, "x", "y", (7, 0, 8), table=TABLE)])
def test_nothing_else_is_split(call: Call) -> None:
    assert split_curve(call) == [call]


def test_kernels_of_one_name_are_one() -> None:
    """A set of kernels counts each once."""
    again = replace(LAYER, layouts=dict(LAYER.layouts))
    assert len({LAYER, again, MOVING}) == 2


def test_folders_of_a_build_begin_with_the_fastest() -> None:
    folders = {
        "plain": ("plain", "runtime"),
        "viper": ("viper", "plain", "runtime"),
        "thumb": ("thumb", "plain", "runtime"),
        "thumb_dsp": ("thumb_dsp", "thumb", "plain", "runtime"),
    }
    for weights in WEIGHTS:
        assert {tier: Build(tier, weights).folders for tier in folders} == folders
    assert Build("thumb", "flash", parts=True).folders == ("microbit", *folders["thumb"])
    assert [Build(tier).native for tier in folders] == [False, True, True, True]
