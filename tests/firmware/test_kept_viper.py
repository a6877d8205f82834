"""The viper kernels of SVDF and TFLite's LSTM where int has 32 bits, as on boards."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.imported import imported
from support.imported_scores import rows
from support.kernel_words import FIRMWARE
from support.tflite_builder import build
from support.tflite_operators import OPERATORS
from support.viper32 import Int32, Memory

from thumbnet.export import operation
from thumbnet.export.emit.memory_plan import plan
from thumbnet.export.kernels.build import Build
from thumbnet.export.ops import call_part
from thumbnet.export.stages.reference import execute

STEPS = 3
BUILD = Build("viper")


def test_it_wraps() -> None:
    one = Int32(1)
    assert one << 31 == -(2**31)
    assert ((one << 31) << 1) - 1 == -1
    assert 1 + Int32(2**31 - 1) == -(2**31)
    assert type(3 * one) is type(one >> 1) is Int32


@pytest.mark.parametrize("name", ["SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM"])
@given(seed=st.integers(0, 2**32 - 1))
@examples(12)
def test_kernels(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    net, outputs = OPERATORS[name](rng)
    network = imported.__wrapped__(build(net.model(*outputs)))
    graph = network.graph
    made = plan(graph, BUILD)
    memory = Memory()
    arena = memory.place(bytes(made.size))
    for state in graph.states:
        at = arena + made.offsets[state.before]
        memory.bytes[at : at + len(state.initial)] = state.initial.tobytes()
    nodes = [node for node in graph.nodes if graph.tensors[node.output].dtype == "uint8"]
    calls = []
    for node in nodes[1:]:
        for call in call_part(node).calls(graph, node, made.offsets, BUILD):
            w, p = call.packed(BUILD)
            words = struct.pack(f"<{len(p)}i", *p)
            run = memory.function(FIRMWARE / "viper" / f"{call.kernel.name}.py")
            calls.append((run, arena, memory.place(w), arena, memory.place(words)))
    x = rows(rng, network, STEPS)
    wanted = execute(graph, x, [node.output for node in nodes])
    assert operation(nodes[0]).converts_input
    for step, row in enumerate(x):
        at = arena + made.offsets[nodes[0].output]
        memory.bytes[at : at + len(row)] = bytes(row.tolist())
        for run, *places in calls:
            run(*places)
        last = nodes[-1].output
        at = arena + made.offsets[last]
        found = memory.bytes[at : at + wanted[last][step].size]
        assert list(found) == wanted[last][step].ravel().tolist()
