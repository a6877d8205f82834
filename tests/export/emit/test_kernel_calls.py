"""The kernel calls of a graph, and one kernel less if another gives the same integers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from support.layer_models import chain, readings

from thumbnet.export import Graph, convert
from thumbnet.export.emit.kernel_calls import kernel_calls, share_kernels
from thumbnet.export.emit.memory_plan import plan
from thumbnet.export.kernels.build import Build
from thumbnet.export.kernels.call import Call
from thumbnet.export.ops.dense import MOST_INPUTS_AS_CONV
from thumbnet.export.program.vector_rows import extremes
from thumbnet.export.stages.reference import execute
from thumbnet.trainer import GRU, Conv1D, Conv2D, Dense, Flatten, Layer, MaxPooling2D

THUMB = [Build("thumb"), Build("thumb_dsp"), Build("thumb", "stream")]
OTHERS = [Build(), Build(lanes=True), Build("viper")]


def fused(shape: tuple[int, ...], *layers: Layer, bits: int = 8) -> Graph:
    model = chain(shape, *layers)
    x = readings(model, np.random.default_rng(0))
    return convert(model, x, name="net", bits=bits).graph


def pictures(bits: int = 8) -> Graph:
    head = (Flatten(), Dense(5, "tanh"), Dense(3, "softmax"))
    return fused((6, 6, 2), Conv2D(3, 3, activation="relu"), MaxPooling2D(2), *head, bits=bits)


def calls(graph: Graph, build: Build) -> list[Call]:
    return kernel_calls(graph, plan(graph, build), build)


def kernels(graph: Graph, build: Build) -> list[str]:
    return [call.kernel.name for call in calls(graph, build)]


@pytest.mark.parametrize("build", THUMB, ids=str)
def test_beside_a_convolution_a_dense_layer_is_one(build: Build) -> None:
    graph = pictures()
    shared = share_kernels(graph, build)
    assert kernels(graph, build) == ["conv", "max_pool", "fully_connected", "fully_connected"]
    assert kernels(shared, build) == ["conv", "max_pool", "conv", "conv"]
    counts = np.array(extremes(graph))
    wanted, got = execute(graph, counts), execute(shared, counts)
    assert all(np.array_equal(got[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("build", OTHERS, ids=str)
def test_kernels_of_other_tiers_are_short(build: Build) -> None:
    graph = pictures()
    assert share_kernels(graph, build) is graph


@pytest.mark.parametrize(("inputs", "shares"), [(0, True), (1, False)])
def test_a_long_row_of_inputs_is_not_copied(inputs: int, shares: bool) -> None:
    """A convolution would copy them; one such layer keeps the dense kernel for all layers."""
    convolved = Conv1D(1, 1, activation="relu")
    steps = MOST_INPUTS_AS_CONV + inputs
    graph = fused((steps, 1), convolved, Flatten(), Dense(2, "relu"), Dense(2, "softmax"))
    shared = share_kernels(graph, Build("thumb"))
    dense = "conv" if shares else "fully_connected"
    assert kernels(shared, Build("thumb")) == ["conv", dense, dense]


def test_without_a_convolution_its_kernel_would_be_one_more() -> None:
    graph = fused((5,), Dense(4, "relu"), Dense(2, "softmax"))
    assert share_kernels(graph, Build("thumb")) is graph


def test_a_kernel_that_a_recurrent_layer_needs_is_not_spared() -> None:
    graph = fused((8, 2), Conv1D(3, 3), GRU(4), Dense(2, "softmax"))
    shared = share_kernels(graph, Build("thumb"))
    assert kernels(shared, Build("thumb")) == ["conv", "recurrent", "fully_connected"]


def test_weights_of_four_bits_have_one_kernel_already() -> None:
    graph = pictures(bits=4)
    for build in (*THUMB, *OTHERS):
        names = kernels(share_kernels(graph, build), build)
        assert [name for name in names if name != "max_pool"] == ["conv_int4"] * 3


def test_the_rows_of_a_step_are_calls_too() -> None:
    graph = fused((8, 2), GRU(4, return_sequences=True), Flatten(), Dense(2, "softmax"))
    recurrent, _ = calls(graph, Build("viper"))
    rows = ["copy", "fully_connected", "fully_connected", "gru", "copy"]
    assert [row.kernel.name for row in recurrent.rows] == rows


@pytest.mark.parametrize(("build", "bits"), list(product([*THUMB, *OTHERS], (8, 4))))
def test_a_head_has_a_number_for_each_word(build: Build, bits: int) -> None:
    for call in calls(share_kernels(pictures(bits), build), build):
        assert len(call.head) == len(call.kernel.words)
        assert len(call.head_in(build.tier)) == len(call.kernel.words_in(build.tier))
        assert call.channels.shape == (len(call.channels), 3)


def test_only_tiers_of_machine_code_have_places() -> None:
    graph = pictures()
    assert all(call.word("x_at") == call.word("y_at") == 0 for call in calls(graph, Build()))
    offsets = plan(graph).offsets
    for call in calls(graph, Build("viper")):
        assert call.word("x_at") == offsets[call.x]
        assert call.word("y_at") == (0 if call.wide else offsets[call.y])
