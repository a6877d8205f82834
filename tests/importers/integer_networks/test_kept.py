"""SVDF and LSTM with their states: every step equals LiteRT's, and so does a module's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.imported import imported
from support.imported_scores import interpreter, rows, scores_of_litert, scores_of_thumbnet
from support.micropython import needs_micropython
from support.networks import module_text, run_module
from support.tflite_builder import Network, build
from support.tflite_kept import CELL, STATE, kept_net, lstm_layer, svdf_layer
from support.tflite_operators import OPERATORS

from thumbnet.export import convert_graph, load_board, verify
from thumbnet.export.stages.check_states import update_faults
from thumbnet.importers.integer_networks.registry import MADE
from thumbnet.tools.run.verification import finish
from thumbnet.tools.run.verification import verify as verify_module
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import ThumbnetError

KEPT = ("SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM")
STEPS = 12


@pytest.mark.parametrize("name", KEPT)
@given(seed=st.integers(0, 2**32 - 1))
@examples(60)
def test_each_inference_continues_the_one_before(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    net, outputs = OPERATORS[name](rng)
    data = build(net.model(*outputs))
    network = imported.__wrapped__(data)
    x = rows(rng, network, STEPS)
    x[STEPS // 2 :] = x[STEPS // 2]  # the same inputs, and yet other outputs
    made = interpreter(data)
    want = scores_of_litert(made, x).tolist()
    assert scores_of_thumbnet(network, x).tolist() == want
    module = run_module(module_text(network.graph))
    for _ in range(2):
        assert [module["scores"](row) for row in x.tolist()] == want
        module["reset"]()
    made.reset_all_variables()
    assert scores_of_litert(made, x).tolist() == want
    made_of = {node.op for node in network.graph.nodes}
    assert set(MADE[name]) <= made_of


@given(seed=st.integers(0, 2**32 - 1))
@examples(40)
def test_with_other_operators_around(seed: int) -> None:
    data = kept_net(seed)
    network = imported.__wrapped__(data)
    x = rows(np.random.default_rng(seed), network, 6)
    assert (
        scores_of_thumbnet(network, x).tolist() == scores_of_litert(interpreter(data), x).tolist()
    )


@pytest.mark.parametrize("weights", ["module", "stream"])
@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_on_the_unix_port(tier: str, weights: str, tmp_path: Path) -> None:
    needs_micropython()
    network = imported(kept_net(3))
    options: dict[str, Any] = {"tier": tier, "weights": weights}
    board = load_board("unix")
    made = convert_graph(network.graph, network.task, network.layers, board=board, **options)
    artifact = made.write(tmp_path, rows(np.random.default_rng(0), network, 20))
    with UnixTarget() as target:
        verdict = finish(verify_module(target, artifact))
    assert verdict.ok, verdict.reason()


@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_random_ones_on_the_unix_port(tier: str) -> None:
    """Several in one program: what is slow is to begin."""
    needs_micropython()
    for seed in range(3):
        for name in KEPT:
            rng = np.random.default_rng(seed)
            net, outputs = OPERATORS[name](rng)
            network = imported(build(net.model(*outputs)))
            x = rows(rng, network, 6)
            board = load_board("unix")
            made = convert_graph(
                network.graph, network.task, network.layers, board=board, tier=tier
            )
            with UnixTarget() as target:
                target.put(made.files())
                lines = target.run("selftest", "net", x.tolist())
                said = [line["scores"] for line in lines if "scores" in line]
            assert said == scores_of_thumbnet(network, x).tolist()


def test_the_memory_is_changed_where_it_lies() -> None:
    graph = imported(kept_net()).graph
    node = next(graph.only("svdf_features"))
    state = next(one for one in graph.states if one.before in node.inputs)
    assert node.output == state.after
    others = tuple(one for one in graph.states if one is not state)
    (fault,) = update_faults(replace(graph, states=others), node)
    assert "these must be a state, before and after" in fault
    # No other operation may read a state in the node that overwrites it.
    as_move = tuple(replace(one, op="move") if one is node else one for one in graph.nodes)
    with pytest.raises(ThumbnetError, match="is read when"):
        verify(replace(graph, nodes=as_move))


# What is refused


def _changed(net: Network, number: int, **changes: Any) -> None:
    net.tensors[number] = replace(net.tensors[number], **changes)


def svdf_of(change: Callable[[Network, list[int]], None]) -> Network:
    net = Network()
    x = net.input((1, 4), 0.05, 3)
    svdf_layer(net, np.random.default_rng(5), x, wild=0)
    change(net, list(net.operators[0].inputs))
    return net


def lstm_of(change: Callable[[Network, list[int]], None], **more: Any) -> Network:
    net = Network()
    x = net.input((1, 3, 2), 0.05, 3)
    lstm_layer(net, np.random.default_rng(5), x, 4, **more)
    change(net, list(net.operators[0].inputs))
    return net


def option(**changes: Any) -> Callable[[Network, list[int]], None]:
    def change(net: Network, _: list[int]) -> None:
        one = net.operators[0]
        net.operators[0] = replace(one, options={**one.options, **changes})

    return change


def tensor(which: int, **changes: Any) -> Callable[[Network, list[int]], None]:
    return lambda net, numbers: _changed(net, numbers[which], **changes)


def with_data(which: int, dtype: str = "") -> Callable[[Network, list[int]], None]:
    def change(net: Network, numbers: list[int]) -> None:
        found = net.tensors[numbers[which]]
        kind = dtype or found.dtype
        _changed(net, numbers[which], dtype=kind, data=np.zeros(found.shape, kind))

    return change


def put(which: int, *like: int) -> Callable[[Network, list[int]], None]:
    """Give an operator an input that it may not have; without `like`, take it away."""

    def change(net: Network, numbers: list[int]) -> None:
        numbers[which] = net.constant(np.ones(like, np.int16), 0.1, 0) if like else -1
        net.operators[0] = replace(net.operators[0], inputs=tuple(numbers))

    return change


def nothing(net: Network, numbers: list[int]) -> None:
    """No change."""


def short(net: Network, numbers: list[int]) -> None:
    net.operators[0] = replace(net.operators[0], intermediates=())


REFUSED = {
    "operator 0, SVDF: the activation NONE is fused, but LiteRT runs an int8 SVDF with RELU only: "
    "convert": svdf_of(option(fused_activation_function="NONE")),
    "operator 0, SVDF: its state is no variable: export": svdf_of(with_data(4)),
    "operator 0, SVDF: its state is int8, but LiteRT takes int16: quantize": svdf_of(
        tensor(4, dtype="int8")
    ),
    "operator 0, SVDF: its time weights are int8, as TensorFlow Lite Micro has them: ": svdf_of(
        with_data(2, "int8")
    ),
    "operator 0, SVDF: the sums over time are rescaled by ": svdf_of(
        lambda net, numbers: _changed(
            net, net.operators[0].outputs[0], scales=np.array([1e-20], np.float32)
        )
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: it has peepholes: use an LSTM without, such as Keras's": lstm_of(
        put(9, 4)
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: it has a projection: use": lstm_of(put(16, 4, 4)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: it has layer normalization: use": lstm_of(put(20, 4)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: some of its weights are missing: export": lstm_of(put(6)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: it has no cell: export": lstm_of(put(CELL)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: its state is no variable: export": lstm_of(with_data(STATE)),
    "SEQUENCE_LSTM: its cell has the scale 0.3: TensorFlow's converter gives it a power": lstm_of(
        tensor(CELL, scales=np.array([0.3], np.float32))
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: the scales between its parts are missing: convert": lstm_of(
        short
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM: its input has 3 rows: give it a batch of 1": lstm_of(
        nothing, time_major=True
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_by_place(message: str) -> None:
    net = REFUSED[message]
    with pytest.raises(ThumbnetError) as caught:
        imported(build(net.model(net.operators[-1].outputs[0])))
    assert message in str(caught.value)
