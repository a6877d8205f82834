"""`--main`: the sketch that a micro:bit's .hex starts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.networks import random_model

from thumbnet.export import Program, convert
from thumbnet.export.microbit.hexfile import files_in_hex
from thumbnet.tools.transport.qemu import Qemu
from thumbnet.tools.transport.raw_repl import RawRepl
from thumbnet.trainer import ThumbnetError

SKETCH = b"import net\nprint('sketch says', net.predict([1, 2, 3]))\n"


def program(board: str) -> Program:
    model, x = random_model(np.random.default_rng(5), [3, 4, 2], "relu", "softmax", "standard")
    return convert(model, x, name="net", board=board)


def test_it_is_in_the_hex(tmp_path: Path) -> None:
    made = program("microbit").with_sketch(SKETCH).write(tmp_path)
    found = files_in_hex(made.files["net.hex"].decode(), "net.hex")
    assert found["main.py"] == SKETCH
    assert {"net.py", "net.bin"} <= set(found)
    assert "main.py" not in files_in_hex(program("microbit").files()["net.hex"].decode(), "net.hex")


def test_only_where_there_is_a_hex() -> None:
    with pytest.raises(ThumbnetError, match="copy the sketch to pico together with the module"):
        program("pico").with_sketch(SKETCH)


@pytest.mark.emulated
def test_the_board_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_qemu()
    made = program("microbit").with_sketch(SKETCH)
    heard: list[bytes] = []

    def enter(self: RawRepl, patience: float) -> None:
        """Listen to main.py instead of stopping it."""
        self.patience = patience
        self._wait(b"sketch says ")
        heard.append(self._wait(b"\n"))

    monkeypatch.setattr(RawRepl, "enter", enter)
    Qemu(made.files()["net.hex"], "net.hex").close()
    assert int(heard[0]) == made.predict([[1, 2, 3]])[0]


@pytest.mark.parametrize("name", ["weights_file", "input", "fully_connected"])
def test_names_of_parts_are_refused(name: str) -> None:
    model, x = random_model(np.random.default_rng(5), [3, 4, 2], "relu", "softmax", "standard")
    with pytest.raises(ThumbnetError, match=f"{name} is the name of a file .* another --name"):
        convert(model, x, name=name, board="microbit").files()
