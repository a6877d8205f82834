"""Heap that MicroPython takes to import a module, from the module's text alone.

Measured on a 32-bit MicroPython with shrinking heaps; docs/boards.md has the method and the error.
While a module is compiled its heap holds what the text says twice: as a parse tree and, function by
function, as code. Bytes literals are there once, and the longest of them once more, as text.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

BASE = 1000
"""Bytes: the open file, the lexer, the module itself."""

TREE = 2.5
"""Bytes of parse tree for a character of code; `ast.unparse` writes it, so comments are none."""

CODE = 0.7
"""Bytes of bytecode or machine code for a character of code, while it is compiled."""

KEPT = 0.9
"""The same with names and constants, as it is kept."""

THUMB = 0.15
"""The same for the inline assembler, whose lines become two bytes each and have no names."""

DOCUMENT = 3.0
"""Bytes for a character of a docstring while it is compiled; none are kept."""

NUMBER = 8
"""Bytes for a number of a tuple while it is compiled; a word is kept."""

BLOCK = 4
"""Words that the garbage collector hands out at once."""

WORDS_64 = 1.55
"""How much more a 64-bit MicroPython takes for code."""


@dataclass(frozen=True)
class Heap:
    """Bytes of heap: the most while a module is imported, and what it keeps afterwards."""

    peak: int
    kept: int


class _Costs:
    """Sums over the statements of a module."""

    def __init__(self, word: int) -> None:
        self.word = word
        self.code = 0.0
        self.document = 0
        self.numbers = 0
        self.literal = 0
        self.longest = 0
        self.kept = 0.0
        self.data = 0.0

    def add(self, statement: ast.stmt) -> None:
        """Count one statement."""
        if isinstance(statement, ast.FunctionDef):
            document = len(ast.get_docstring(statement, clean=False) or "")
            size = len(ast.unparse(statement)) - document
            self.document += document
            self.code += size
            assembler = any("asm_thumb" in ast.unparse(d) for d in statement.decorator_list)
            self.kept += size * (THUMB if assembler else KEPT)
        elif isinstance(statement, ast.Assign):
            self.code += 10 * len(statement.targets)
            self.data += self.value(statement.value) + 4 * self.word
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            self.document += len(str(statement.value.value))
        else:
            self.code += len(ast.unparse(statement))

    def value(self, node: ast.expr) -> float:
        """Return the bytes that an expression keeps; count what compiling it takes."""
        word = self.word
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            size = len(node.value)
            self.literal += size
            self.longest = max(self.longest, size)
            return self.blocks(size) + self.blocks(4 * word)
        if isinstance(node, ast.Constant | ast.UnaryOp):
            self.numbers += 1
            return 0
        if isinstance(node, ast.Tuple | ast.List):
            held = sum(self.value(item) for item in node.elts)
            return held + self.blocks((2 + len(node.elts)) * word)
        if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
            return self.blocks(word * int(node.right.value)) + self.blocks(4 * word)  # type: ignore[arg-type]
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Subscript):
            self.code += 16
            return self.blocks(5 * word)
        self.code += len(ast.unparse(node))
        return 0

    def call(self, node: ast.Call) -> float:
        """Return the bytes that a call keeps: a buffer, or what its arguments keep and more."""
        name = ast.unparse(node.func)
        self.code += len(name) + 2
        held = sum(self.value(argument) for argument in node.args)
        sizes = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if name == "bytearray" and sizes:
            return self.blocks(int(sizes[0])) + self.blocks(4 * self.word)  # type: ignore[arg-type]
        if name == "array":
            numbers = node.args[1]
            if isinstance(numbers, ast.Tuple):
                return held + self.blocks(4 * len(numbers.elts)) + self.blocks(4 * self.word)
            return held
        if name == "lanes":
            _, inputs, outputs = (int(getattr(a, "value", 0)) for a in node.args)
            column = self.blocks(4 * outputs) + self.blocks(4 * self.word)
            return inputs * (column + self.word)
        return held + self.blocks(4 * self.word)

    def blocks(self, size: int) -> int:
        """Round up to what the garbage collector hands out."""
        block = BLOCK * self.word
        return -(-size // block) * block


def import_cost(text: str, word: int = 4) -> Heap:
    """Return the heap that importing a module of this text takes.

    Parameters
    ----------
    text
        MicroPython source, as the exporter writes it.
    word
        Bytes of a pointer there: 4, or 8 on a PC.

    """
    costs = _Costs(word)
    for statement in ast.parse(text).body:
        costs.add(statement)
    scale = 1.0 if word == 4 else WORDS_64
    peak = (
        scale * (BASE + TREE * costs.code + DOCUMENT * costs.document)
        + NUMBER * word / 4 * costs.numbers
        + costs.literal
        + max(scale * CODE * costs.code, costs.longest)
    )
    kept = scale * costs.kept + costs.data
    # Columns of big integers are made when the module runs: one is there twice, and gaps remain.
    return Heap(round(max(peak, 1.1 * kept)), round(kept))
