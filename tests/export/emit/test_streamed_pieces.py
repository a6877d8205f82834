"""How a streamed layer is cut: assembly takes its inputs piece by piece, rows come whole."""

from __future__ import annotations

import pytest
from support.fused import network

from thumbnet.export.emit.kernel_calls import kernel_calls
from thumbnet.export.emit.memory_plan import plan
from thumbnet.export.emit.weights_file import reach, streamed
from thumbnet.export.kernels.build import Build

BUFFER = 1024


@pytest.mark.parametrize(
    ("tier", "blocks", "pieces", "inputs", "size"),
    [
        ("thumb", 2, 7, 112, 8 * 112),  # 8 outputs of 784 inputs are 6,272 bytes: 7 times 1,024
        ("thumb_dsp", 2, 7, 112, 8 * 112),
        ("viper", 16, 1, 784, 784),  # a row is 784 bytes: one at a time
        ("plain", 16, 1, 784, 784),
    ],
)
def test_a_wide_layer(tier: str, blocks: int, pieces: int, inputs: int, size: int) -> None:
    graph = network(784, 16, 10)
    build = Build(tier, "stream", buffer=BUFFER)
    first, last = streamed(kernel_calls(graph, plan(graph, build), build), build)
    assert (first.blocks, first.pieces, first.inputs, first.size) == (blocks, pieces, inputs, size)
    assert first.size <= BUFFER
    assert len(first.data) == blocks * (4 * first.words + pieces * size)
    assert last.pieces == 1
    assert reach([first, last]) == (pieces * inputs if pieces > 1 else 0)
