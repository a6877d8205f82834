"""The viper kernels, compiled by MicroPython and by mpy-cross, against the specification."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.kernel_words import FIRMWARE
from support.kernels import SOME, VIPER, Case, answers, compiled, layers
from support.micropython import needs_micropython

ARCHITECTURES = (
    *("armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "x86", "x64"),
)


@pytest.fixture(scope="module", params=["py", "mpy"])
def folders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Where the kernels are: compiled by MicroPython, or with fewer registers by mpy-cross."""
    needs_micropython()
    folder = VIPER
    if request.param == "mpy":
        folder = tmp_path_factory.mktemp("mpy")
        for name in ("fully_connected", "lookup", "levels"):
            compiled(name, "x64", folder)
    return [folder, FIRMWARE / "runtime"]


@pytest.mark.parametrize("name", sorted(path.stem for path in VIPER.glob("*.py")))
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_compiles(tmp_path: Path, name: str, architecture: str) -> None:
    compiled(name, architecture, tmp_path)


@given(cases=st.lists(layers(), min_size=30, max_size=60))
@examples(20, SOME)
def test_fully_connected(
    folders: list[Path], tmp_path_factory: pytest.TempPathFactory, cases: list[Case]
) -> None:
    file = tmp_path_factory.getbasetemp() / "viper.jsonl"
    said = answers("layer", folders, [case.line("viper") for case in cases], file)
    for case, answer in zip(cases, said, strict=True):
        assert answer == {"y": case.wanted(), "kept": True, "heap": 0}


def test_lookup(folders: list[Path], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines, wanted = [], []
    for k in range(40):
        table, x = (rng.integers(0, 256, 256, dtype=np.uint8) for _ in range(2))
        n, x_at = int(rng.integers(1, 60)), int(rng.integers(0, 9))
        same = k % 2 == 0
        y_at = x_at if same else int(rng.integers(0, 9))
        y = x.copy() if same else np.zeros_like(x)
        y[y_at : y_at + n] = table[x[x_at : x_at + n]]
        case = {"x": x.tobytes().hex(), "w": table.tobytes().hex(), "same": same}
        lines.append({**case, "p": [n, x_at, y_at]})
        wanted.append({"y": y.tolist(), "heap": 0})
    assert answers("curve", folders, lines, tmp_path / "lookup.jsonl") == wanted
