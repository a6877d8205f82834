"""Networks with variables: every step equals LiteRT's, from the first values on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from support.examples import examples
from support.imported import imported
from support.litert import litert, varied_rows
from support.streaming import SCALE, WIDTH, ZERO, Streaming, any_order, windows
from support.tflite_builder import build
from support.tflite_files import installed_files

from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork
from thumbnet.importers.tflite.read_tflite import read_tflite
from thumbnet.trainer import ThumbnetError

STEPS = 300
WAKE_WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")


def scores(network: IntegerNetwork, rows: Any) -> Any:
    """The integers of the reference for int8 rows."""
    levels = rows.reshape(len(rows), -1).astype(np.int64) + 128
    return execute(network.graph, levels, ["scores"])["scores"]


def centred(network: IntegerNetwork, found: list[Any]) -> Any:
    """The outputs of LiteRT, of int8, as scores."""
    zeros = network.graph.producer("scores").attributes["x_zero_point"]
    parts = [out + 128 - zero for out, zero in zip(found, zeros, strict=True)]
    return np.concatenate(parts, axis=1)


@given(st.integers(0, 2**32))
@examples(60)
def test_any_order(seed: int) -> None:
    data = any_order(seed)
    network = imported(data)
    rows = np.random.default_rng(seed).integers(-128, 128, (6, WIDTH)).astype(np.int8)
    try:
        answers = litert(data, rows)
    except RuntimeError as error:
        if "XNNPack delegate failed" not in str(error):
            raise
        reject()  # one of a hundred such networks is too odd for LiteRT itself
    assert scores(network, rows).tolist() == centred(network, answers).tolist()


def test_values_are_written_in_place() -> None:
    graph = imported(windows()).graph
    # No copies: a join and a slice move each window, and the second window is all that is read.
    assert [node.op for node in graph.nodes].count("move") == 6
    assert [len(state.initial) for state in graph.states] == [3 * WIDTH, 4 * WIDTH]


def test_two_variables_may_get_one_value() -> None:
    made = Streaming([2, 2], np.random.default_rng(0))
    old = made.join(made.read(0), made.read(1))
    new = made.convolve(made.last(made.join(old, made.x), 2))
    made.assign(0, new)
    made.assign(1, new)
    data = build(made.model(made.convolve(old)))
    rows = varied_rows(np.random.default_rng(1), (1, WIDTH), 8)
    network = imported(data)
    assert scores(network, rows).tolist() == centred(network, litert(data, rows)).tolist()
    # Each has memory of its own: one value is copied, behind all that reads what was there.
    graph = network.graph
    first, second = graph.states
    assert first.after != second.after
    copy = graph.producer(second.after)
    assert copy is not None
    assert (copy.op, copy.inputs) == ("move", (first.after,))
    at = {node.output: k for k, node in enumerate(graph.nodes)}
    for state in (first, second):
        readers = [node.output for node in graph.nodes if state.before in node.inputs]
        assert at[state.after] > max(at[name] for name in readers)


def test_a_value_before_the_inference_is_copied_in_front_of_every_write() -> None:
    made = Streaming([2, 2], np.random.default_rng(0))
    before = made.read(0)
    made.read(1)
    made.assign(0, made.convolve(made.convolve(before)))
    made.assign(1, before)
    data = build(made.model(made.convolve(made.x)))
    network = imported(data)
    # It is copied into the other state; the new value is written in place.
    assert [node.op for node in network.graph.nodes].count("move") == 1
    copy, old = network.graph.nodes[1], network.graph.states[0].before
    assert (copy.op, copy.inputs) == ("move", (old,))
    rows = varied_rows(np.random.default_rng(1), (1, WIDTH), 8)
    assert scores(network, rows).tolist() == centred(network, litert(data, rows)).tolist()


def every_output(path: Path) -> bytes:
    """A file whose outputs are all tensors that it computes."""
    model = read_tflite(path)
    main, *rest = model.subgraphs
    computed = [n for one in main.operators for n in one.outputs if main.tensors[n].dtype == "int8"]
    return build(replace(model, subgraphs=(replace(main, outputs=tuple(computed)), *rest)))


@pytest.mark.slow
@pytest.mark.parametrize("name", WAKE_WORDS)
def test_micro_wake_word(name: str) -> None:
    path = installed_files()[name]
    rows = varied_rows(np.random.default_rng(1), (3, 40), STEPS)
    data = path.read_bytes()
    network = imported(data)
    (answers,) = litert(data, rows)
    assert scores(network, rows).tolist() == answers.tolist()
    # Its answers hardly vary on noise: all integers behind them do.
    data = every_output(path)
    network = imported(data)
    want = centred(network, litert(data, rows))
    found = scores(network, rows)
    assert want.shape[1] > 9000
    assert len(np.unique(want)) > 200
    assert np.array_equal(found, want)


def uninitialized() -> Streaming:
    made = windows_of(2)
    made.start.operators.clear()
    return made


def windows_of(rows: int) -> Streaming:
    made = Streaming([rows], np.random.default_rng(0))
    made.assign(0, made.last(made.join(made.read(0), made.x), rows))
    return made


def computed_at_the_start() -> Streaming:
    made = windows_of(2)
    first = made.start.operators[-1].inputs[1]
    made.start.apply("RELU", [first], made.start.tensors[first].shape, SCALE, ZERO)
    return made


def another_size() -> Streaming:
    made = windows_of(2)
    made.assign(0, made.x)
    return made


def no_handle() -> Streaming:
    made = windows_of(2)
    made.handles[0] = made.x
    made.read(0)
    return made


def of_wide_integers() -> Streaming:
    made = windows_of(2)
    first = made.start.operators[-1].inputs[1]
    wide = made.start.tensors[first]
    made.start.tensors[first] = replace(wide, dtype="int16", data=wide.data.astype(np.int16))
    return made


def of_floats() -> Streaming:
    made = windows_of(2)
    shape = made.net.tensors[made.read(0)].shape
    made.net.apply("READ_VARIABLE", [made.handles[0]], shape, dtype="float32")
    return made


REFUSED = {
    "has no first value: assign a constant to it in a sub-graph that CALL_ONCE": uninitialized,
    "operator 2 of sub-graph 1, RELU, does more than assign a constant": computed_at_the_start,
    r"ASSIGN_VARIABLE: the variable 'v0' has 6 values, and then 3: give it one": another_size,
    "it names no variable of a VAR_HANDLE: export the network again": no_handle,
    "the variable 'v0' is float32: quantize the whole network to int8": of_floats,
    "the variable 'v0' is int16: quantize the whole network to int8": of_wide_integers,
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message: str) -> None:
    made = REFUSED[message]()
    data = build(made.model(made.convolve(made.x)))
    with pytest.raises(ThumbnetError, match=message):
        imported(data)
