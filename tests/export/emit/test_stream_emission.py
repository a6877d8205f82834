"""The text of the `Stream` of exported modules: its code, its description, its errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.emitted import commented
from support.motions import LABELS
from support.streams import model, program, windows

from thumbnet.export import convert
from thumbnet.export.cost.import_heap import import_cost
from thumbnet.export.emit.mpy import compile_mpy
from thumbnet.trainer import Dense, Sequential, ThumbnetError

FIRMWARE = Path(__file__).parents[3] / "firmware"
ALL = ("mean", "deviation", "rms", "crossings", "bands")
FEATURES = ["raw", ALL, ("deviation",), ("bands", "mean")]


@pytest.mark.parametrize("board", ["pico", "pico2", "esp32", "samd51", "microbit_v2"])
def test_it_compiles_for_boards(board: str) -> None:
    """mpy-cross compiles it with the kernels of the board's fastest tier."""
    made = program(("deviation", "mean"), board=board)
    assert compile_mpy("gestures", made.module().encode(), made.board)


# The text of the module


def definitions(text: str) -> dict[str, str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {
        node.name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, kinds)
    }


@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_the_code_is_cut_from_firmware(features: Any) -> None:
    found = definitions(program(features).module())
    written = {}
    for path in (FIRMWARE / "stream").glob("*.py"):
        for name, text in definitions(commented(path.read_text(encoding="utf-8"))).items():
            written[f"{path.stem}.{name}"] = text
    own = {name for name in found if any(key.endswith(f".{name}") for key in written)}
    raw = features == "raw"
    assert {"Stream", "store", "features"} <= own
    assert own >= (set() if raw else set(features))
    assert not own & (set(ALL) - set(() if raw else features)), "what is not used is not there"
    for name in own:
        assert found[name] in [text for key, text in written.items() if key.endswith(f".{name}")]
    assert ("row[k] = ring[i]" in found["features"]) != raw


def test_the_rest_is_literals() -> None:
    for features in FEATURES:
        for node in ast.parse(program(features).module()).body:  # type: ignore[arg-type]
            if isinstance(node, ast.Assign):
                called = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call)}  # type: ignore[attr-defined]
                assert called <= {"bytearray", "memoryview", "array", "lanes"}
            else:
                kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Try)
                assert isinstance(node, kinds)


def test_header() -> None:
    text = re.sub(r"[\s#]+", " ", program(ALL).module())
    assert "Input: 21 numbers, the whole ones that Stream makes of its samples." in text
    assert (
        "Stream: samples of x, y, z (in steps of 0.001) at 50 Hz; 32 of them are classified every "
        "12, by mean, deviation, rms, crossings, bands of each. A decision is what most of the "
        "last 3 windows say." in text
    )
    assert "gestures.Stream().push(sample) class index where there is a decision" in text
    text = re.sub(r"[\s#]+", " ", program("raw", vote=(2, 3)).module())
    assert "are classified every 12. A decision is what 2 of the last 3 windows say." in text
    text = program("raw", vote=1).module()
    assert "A decision" not in text


def test_no_stream_without_settings() -> None:
    data = windows("raw")
    made = Sequential([Dense(3, "softmax")])
    made.build((96,))
    made.labels = LABELS
    text = convert(made, data.x.reshape(len(data), -1), name="net").module()
    assert "Stream" not in text
    assert "class " not in text.partition('"""\n')[2].replace("class index", "")


# What the export rejects


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ThumbnetError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_settings_of_another_network() -> None:
    made = model(("deviation",))
    made.info["stream"], kept = windows(ALL).stream.get_config(), made.info["stream"]
    try:
        x = windows(("deviation",)).x
        assert refusal(lambda: convert(made, x)) == (
            "export: the network reads 3 numbers, but its stream settings make 21 from a window: "
            "call windows.prepare(model) with the windows that it was trained on"
        )
        made.info["stream"] = {"window": 5}
        assert "stream settings of the model are not understood" in refusal(
            lambda: convert(made, x)
        )
    finally:
        made.info["stream"] = kept


def test_a_stream_needs_labels() -> None:
    data = windows(("deviation",))
    made = Sequential([Dense(1)])
    made.build((3,))
    data.prepare(made)
    made.labels = None
    assert "a Stream needs labels to decide between, but this network has none" in refusal(
        lambda: convert(made, data.x)
    )


def test_a_stream_needs_room() -> None:
    assert refusal(lambda: program(("deviation",), board="microbit")) == (
        "board microbit has 9,400 bytes of heap, too few for a network and a Stream: export for "
        "a board with more, such as microbit_v2"
    )
    assert "class Stream" in program(("deviation",), board="microbit_v2").module()


def test_a_class_is_kept_on_the_heap() -> None:
    """As its methods would be, and without their docstrings."""
    body = "    def f(self, a):\n        " + "\n        ".join(f"a += {k}" for k in range(50))
    text = f"class C:\n{body}\n"
    plain = import_cost(body.replace("    def", "def").replace("\n    ", "\n"))
    assert plain.kept < import_cost(text).kept < 1.5 * plain.kept
    documented = text.replace("a):\n", 'a):\n        """' + "Words. " * 40 + '"""\n')
    assert import_cost(documented).kept < import_cost(text).kept + 20  # of 240 characters
    assert import_cost(documented).peak > import_cost(text).peak
