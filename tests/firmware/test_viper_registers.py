"""No viper function indexes words or halfwords by a local that lives in a register.

Some MicroPythons for Thumb and RV32 scale the index in place, and it is lost
(github.com/micropython/micropython/pull/18821). The first three locals live in registers.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "firmware" / "viper").glob("*.py"))
WIDE = ("ptr16", "ptr32")


def functions(text: str) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and any("viper" in ast.unparse(d) for d in node.decorator_list)
    ]


def lost(function: ast.FunctionDef) -> list[str]:
    arguments = function.args.args
    names = [argument.arg for argument in arguments]
    stored = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    for node in sorted(stored, key=lambda node: (node.lineno, node.col_offset)):
        if node.id not in names:
            names.append(node.id)
    wide = {a.arg for a in arguments if a.annotation and ast.unparse(a.annotation) in WIDE}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is_wide(node.value):
            wide |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return [
        ast.unparse(node)
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        and (_is_wide(node.value) or (isinstance(node.value, ast.Name) and node.value.id in wide))
        and isinstance(node.slice, ast.Name)
        and node.slice.id in names[:3]
    ]


def _is_wide(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in WIDE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_index_lives_in_a_register(path: Path) -> None:
    for function in functions(path.read_text(encoding="utf-8")):
        assert not lost(function), function.name


def test_one_that_would_be_lost_is_found() -> None:
    (bad,) = functions(
        "@micropython.viper\ndef f(x: ptr32, i: int, n: int):\n    while i < n:\n        x[i] = 0\n"
    )
    assert lost(bad) == ["x[i]"]
    (good,) = functions(
        "@micropython.viper\ndef f(x: ptr32, b: int, n: int):\n    i = b\n    y = ptr16(x)\n"
        "    while i < n:\n        x[i] = y[i]\n        y[2] = x[i + 1]\n"
    )
    assert lost(good) == []
