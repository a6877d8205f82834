"""Only the file of an operation knows it: no stage has a branch or a table by operation name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from thumbnet.export.ops import OPERATIONS

EXPORT = Path(__file__).parents[3] / "export"
FOLDERS = ("stages", "cost", "emit", "microbit", "board_fit", "program")
FILES = [path for folder in FOLDERS for path in sorted((EXPORT / folder).glob("*.py"))]
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
NAMES = {op.name for op in OPERATIONS}

OF_OTHER_THINGS = {
    "choose_task": {"softmax"},  # the activation of a layer
    "header": {"activation"},  # what a layer calls it
    "module_files": {"requantize"},  # a file of firmware/
    "shrink": {"add"},  # an instruction
}
"""Words that are the name of an operation too, by the file that has them."""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@EACH
def test_no_stage_names_an_operation(path: Path) -> None:
    texts = {n.value for n in ast.walk(parsed(path)) if isinstance(n, ast.Constant)}
    assert {text for text in texts if text in NAMES} == OF_OTHER_THINGS.get(path.stem, set())


@EACH
def test_a_nodes_operation_is_asked_and_said_not_compared(path: Path) -> None:
    """`node.op` is used only in messages; `check_graph` looks it up, because it may not exist."""
    tree = parsed(path)
    said = {n for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for n in ast.walk(text)}
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "op"]
    silent = [ast.unparse(n) for n in uses if n not in said]
    # Membership and the operation itself; the neighbours' names in its message.
    assert silent == (["node.op", "node.op", "reader.op"] if path.stem == "check_graph" else [])


@pytest.mark.parametrize(
    ("word", "most"),
    [("gru", 2), ("lstm", 3), ("depthwise", 4), ("average_?pool", 3), ("int4|nibble", 3)],
)
def test_a_word_of_one_operation_is_in_few_files(word: str, most: int) -> None:
    found = [
        path.relative_to(EXPORT).as_posix()
        for path in sorted(EXPORT.rglob("*.py"))
        if re.search(word, path.read_text(encoding="utf-8"), re.I)
    ]
    assert 0 < len(found) <= most, found
