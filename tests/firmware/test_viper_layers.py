"""The viper kernels of all layers but the fully connected one, against the specification."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.kernels import SOME, VIPER, answers, compiled
from support.layer_call import Memory, native
from support.layer_spec import KERNELS, calls
from support.micropython import needs_micropython


@pytest.fixture(scope="module", params=["py", "mpy"])
def folders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Where the kernels are: compiled by MicroPython, or with fewer registers by mpy-cross."""
    needs_micropython()
    if request.param == "py":
        return [VIPER, VIPER.parent / "plain"]
    folder = tmp_path_factory.mktemp("mpy")
    for name in KERNELS:
        compiled(name, "x64", folder)
    return [folder, VIPER.parent / "plain"]


@st.composite
def memories(draw: st.DrawFn, kernel: str) -> Memory:
    call = draw(calls(kernel))
    return native(call, call.rows, np.random.default_rng(draw(st.integers(0, 2**32 - 1))))


@pytest.mark.parametrize("kernel", KERNELS)
@given(data=st.data())
@examples(8, SOME)
def test_kernel(
    folders: list[Path], tmp_path_factory: pytest.TempPathFactory, kernel: str, data: st.DataObject
) -> None:
    cases = data.draw(st.lists(memories(kernel), min_size=40, max_size=60))
    file = tmp_path_factory.getbasetemp() / "layers.jsonl"
    lines = [case.line(kernel) for case in cases]
    for case, answer in zip(
        cases, answers("native", folders, lines, file, "layer_answers"), strict=True
    ):
        case.check(answer)
        assert answer["heap"] == 0
