"""Modules on Debian's MicroPython for arm64, as a Raspberry Pi has it, emulated: `make arm64`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.layer_models import MODELS, readings
from support.require import require

from thumbnet.export import convert
from thumbnet.tools.run.board_examination import board_of
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import interpreter
from thumbnet.tools.targets.interpreter import UnixTarget
from thumbnet.trainer import ThumbnetError

PROGRAM = Path(__file__).resolve().parents[2] / ".build/arm64/micropython"

NAMES = ("strided", "gru")
"""Of `layer_models.py`."""


@pytest.fixture
def arm64(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnixTarget]:
    if not PROGRAM.is_file():
        require("arm64", "there is no MicroPython for a 64-bit Arm: run `make arm64`")
    monkeypatch.setattr(interpreter, "find_micropython", lambda: PROGRAM)
    monkeypatch.setattr(UnixTarget, "sandboxes", False)  # it would hide the emulator
    with UnixTarget("8m") as target:
        yield target


@pytest.mark.parametrize("name", NAMES)
def test_every_integer(arm64: UnixTarget, name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    x = readings(model, np.random.default_rng(1), 3)
    made = convert(model, x, name="net", board="unix_arm64").write(tmp_path, x)
    verdict = finish(verify(arm64, made))
    assert verdict.ok, verdict.reason()


def test_it_compiles_no_viper(arm64: UnixTarget, tmp_path: Path) -> None:
    model = next(iter(MODELS.values()))()
    x = readings(model, np.random.default_rng(1), 3)
    made = convert(model, x, name="net", board="unix", tier="viper").write(tmp_path, x)
    with pytest.raises(ThumbnetError, match="no compiler for tier viper: export with --tier plain"):
        finish(verify(arm64, made))
    assert board_of({"platform": "linux", "viper": False}) == "unix_arm64"
