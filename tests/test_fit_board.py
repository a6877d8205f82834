"""Whether a module fits its board: the estimate of heap, the size of the file, the refusal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.handmade import drawn

from thumbnet.export import BoardProfile, convert, import_heap, load_board
from thumbnet.trainer import Activation, Dense, Layer, Sequential, ThumbnetError

X = np.random.default_rng(0).normal(size=(40, 3))


def built(*layers: Layer) -> Sequential:
    return drawn(*layers, inputs=3)


def test_too_large_for_the_profile(tmp_path: Path) -> None:
    model = built(Dense(200, activation="relu"), Dense(200))
    program = convert(model, X, name="net", board="generic")
    with pytest.raises(ThumbnetError) as caught:
        program.write(tmp_path)
    text = str(caught.value)
    assert "net needs about 182,860 bytes of heap to import, board generic has 100,000" in text
    assert "about 21,500 weights fit, it has 40,600" in text
    assert list(tmp_path.iterdir()) == []
    small = BoardProfile("tiny", "A tiny board", ("plain",), heap=10**9, flash=1000)
    with pytest.raises(ThumbnetError, match="board tiny has room for 1,000"):
        convert(model, X, name="net", board=small).write(tmp_path)
    assert convert(model, X, name="net", board=load_board("unix")).write(tmp_path).intact


def test_heap_that_fits_exactly(tmp_path: Path) -> None:
    program = convert(built(Dense(2)), X, name="net")
    need = import_heap(program.graph)
    enough = BoardProfile("small", "A small board", ("plain",), heap=need, flash=10**6)
    assert replace(program, board=enough).write(tmp_path).intact
    with pytest.raises(ThumbnetError, match="of heap to import, board small has"):
        replace(program, board=replace(enough, heap=need - 1)).write(tmp_path)


def test_flash_that_fits_exactly(tmp_path: Path) -> None:
    program = convert(built(Dense(2)), X, name="net")
    size = len(program.module().encode())
    enough = replace(program.board, flash=size)
    assert len(replace(program, board=enough).module().encode()) == size
    assert replace(program, board=enough).write(tmp_path).intact
    with pytest.raises(ThumbnetError, match=f"net.py has {size:,} bytes"):
        replace(program, board=replace(enough, flash=size - 1)).write(tmp_path)


def test_import_heap_counts_tables_and_scaling_lines() -> None:
    """Four bytes a byte of literals, 16 a channel, 60 a line of the inputs' scaling."""

    def heap(curve: str, x: np.ndarray) -> int:
        model = built(Dense(5, activation=curve), Dense(2, activation="softmax"))
        return import_heap(convert(model, x, name="net").graph)

    alike = np.random.default_rng(1).normal(size=(40, 3))
    one_line = 4 * (3 * 5 + 5 * 2) + 16 * 7 + 60 + 14_000
    assert heap("relu", alike) == one_line
    assert heap("tanh", alike) == one_line + 4 * 256
    assert heap("relu", alike * [1, 100, 10_000]) == one_line + 2 * 60
    assert heap("relu", np.eye(3)) == one_line - 60
    stacked = built(Dense(5, activation="tanh"), Activation("sigmoid"), Dense(2))
    needed = import_heap(convert(stacked, alike, name="net").graph)
    assert needed == one_line + 2 * 4 * 256
