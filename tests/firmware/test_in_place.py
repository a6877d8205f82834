"""Kernels of every tier are right where their output lies over their input.

The memory planner puts it there as far as `CallPart.in_place` permits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.in_place import (
    CONVOLUTIONS,
    IN_PLACE,
    POOLING,
    in_arena,
    in_assembly,
    in_plain,
    specified,
)
from support.kernels import SOME, VIPER, answers
from support.layer_cases import Call
from support.micropython import needs_micropython
from support.thumb_call import run

from thumbnet.export.emit.firmware_source import assemble


@pytest.fixture(scope="module")
def functions() -> dict[str, Any]:
    """The plain kernels under CPython."""
    names: dict[str, Any] = {}
    for source in assemble(list(IN_PLACE), ("plain",), {}):
        exec(source.text, names)
    return names


@pytest.mark.parametrize("kernel", IN_PLACE)
@given(data=st.data())
@examples(150)
def test_plain(functions: dict[str, Any], kernel: str, data: st.DataObject) -> None:
    arena, x, y, memory = in_plain(*data.draw(specified(kernel)))
    view = memoryview(arena)
    functions[kernel](view[x], memory.w, view[y], tuple(memory.p))
    assert arena == memory.x_after


@pytest.mark.parametrize("kernel", IN_PLACE)
@given(data=st.data())
@examples(8, SOME)
def test_viper(tmp_path_factory: pytest.TempPathFactory, kernel: str, data: st.DataObject) -> None:
    needs_micropython()
    drawn = data.draw(st.lists(specified(kernel), min_size=40, max_size=60))
    cases = [in_arena(*case) for case in drawn]
    file = tmp_path_factory.getbasetemp() / "in_place.jsonl"
    lines = [case.line(kernel) for case in cases]
    folders: list[Path] = [VIPER]
    for case, answer in zip(
        cases, answers("native", folders, lines, file, "layer_answers"), strict=True
    ):
        case.check(answer)


@pytest.mark.parametrize("arch", ["armv6m", "armv7em"])
@pytest.mark.parametrize("kernel", [*CONVOLUTIONS, *POOLING])
@given(data=st.data())
@examples(100)
def test_assembly(kernel: str, arch: str, data: st.DataObject) -> None:
    run(data.draw(in_assembly(kernel)), arch)


@pytest.mark.parametrize("arch", ["armv6m", "armv7em"])
@pytest.mark.parametrize("kernel", ["add", "lookup", "softmax_rows"])
@given(data=st.data())
@examples(100)
def test_assembly_byte_by_byte(kernel: str, arch: str, data: st.DataObject) -> None:
    memory = in_arena(*data.draw(specified(kernel)))
    assert isinstance(memory.x, bytearray)
    w = memory.x if memory.w is None else memory.w
    after = bytes(memory.x_after)
    run(Call(kernel, memory.x, w, memory.x, memory.p, after, after), arch)
