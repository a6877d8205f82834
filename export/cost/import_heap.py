"""Estimate the heap that MicroPython takes to import a module, from the module's text.

The factors were measured on 32-bit MicroPythons with smaller and smaller heaps, for hundreds of
modules; docs/boards.md describes the method and its errors. While a module is compiled, the heap
holds the parse tree of the whole module, the code compiled so far, every bytes literal, and the
longest literal once more, as the text it was read from.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

BASE = 1000
"""Bytes for the open file, the lexer and the module itself."""

NAMES = 3500
"""Bytes for the names of a whole module that the firmware does not know."""

TREE = 2.65
"""Bytes of parse tree per character of code, as `ast.unparse` writes it with one-digit numbers."""

CODE = 0.7
"""Bytes of bytecode or machine code per character of code, while it is compiled."""

KEPT = 0.9
"""The same for code that is kept, with its names and constants."""

FUNCTION = 80
"""Bytes per function of the inline assembler, in addition to two bytes per instruction."""

DOCUMENT = 0.9
"""Bytes per character of a docstring while it is compiled; none are kept."""

NUMBER = 2
"""Words per number in a tuple while it is compiled; one is kept."""

BLOCK = 4
"""Words per block, the smallest unit that the garbage collector allocates."""

WIDE = 1.55
"""Factor for code on a 64-bit MicroPython."""

SHORT = 1.04
"""Factor per character if names have one or two characters, as on the micro:bit v1."""


@dataclass(frozen=True)
class Heap:
    """Bytes of heap: the peak while a module is imported, and what it keeps afterwards."""

    peak: int
    kept: int


def import_cost(text: str, word: int = 4, compiled: bool = False, short: bool = False) -> Heap:
    """Return the heap that importing a module of this text takes.

    Parameters
    ----------
    text
        MicroPython source as the exporter writes it.
    word
        Bytes per pointer: 4, or 8 on a PC.
    compiled
        The module is imported as `.mpy`, which loads little more than what is kept.
    short
        The text is a part for the micro:bit v1, with shortened names.

    """
    counts = _count(text, word)
    wide = WIDE if word == 8 else 1.0
    kept = wide * counts.kept + counts.data
    # Big-integer columns are made when the module runs, and leave gaps between objects.
    peak = 1.1 * kept
    if compiled:
        # A .mpy stores numbers as text: each leaves a gap too small for the objects after it.
        peak += wide * BASE + counts.before * BLOCK * word
    else:
        tree = BASE + TREE * counts.characters + DOCUMENT * counts.document
        tree += 0 if short else NAMES
        literals = counts.literals + max(wide * counts.code, counts.longest)
        numbers = NUMBER * word * counts.numbers
        peak = max(peak, wide * (SHORT if short else 1.0) * tree + literals + numbers)
    return Heap(round(peak), round(kept))


def compiled_size(text: str) -> int:
    """Return the estimated size in bytes of the `.mpy` of a module with this text."""
    counts = _count(text, 4)
    return round(counts.code + 6 * counts.numbers + counts.literals)


class _Count:
    """Sums over the statements of a module; sizes are bytes, with words of `word` bytes.

    characters, document: characters of code and of docstrings. code, kept: size of the functions,
    while compiled and as kept. numbers: in tuples. literals, longest: size of all bytes literals,
    and of the longest. data: what assignments keep.
    """

    def __init__(self, word: int) -> None:
        self.word = word
        self.characters = self.document = self.numbers = 0
        self.literals = self.longest = self.largest = self.before = 0
        self.code = self.kept = self.data = 0.0

    def add(self, statement: ast.stmt) -> None:
        """Count one statement."""
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            document = sum(map(_documented, ast.walk(statement)))
            size = _characters(statement) - document
            self.document += document
            self.characters += size
            if any("asm_thumb" in ast.unparse(d) for d in statement.decorator_list):
                size = FUNCTION + 2 * _instructions(statement)
                self.code += size
                self.kept += size
            else:
                self.code += size * CODE
                self.kept += size * KEPT
        elif isinstance(statement, ast.Assign):
            self.plain(10 * len(statement.targets))
            self.data += self.value(statement.value) + 4 * self.word
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            self.document += len(str(statement.value.value))
        else:
            self.plain(_characters(statement))

    def plain(self, characters: int) -> None:
        """Count module-level code, which runs once and is not kept."""
        self.characters += characters
        self.code += CODE * characters

    def value(self, node: ast.expr) -> int:
        """Return the bytes that a value keeps, and count what compiling it takes."""
        word = self.word
        match node:
            case ast.Constant(bytes() as data):
                self.literals += len(data)
                self.longest = max(self.longest, len(data))
                return self.piece(len(data)) + self.blocks(4 * word)
            case ast.Constant() | ast.UnaryOp():
                self.numbers += 1
                return 0
            case ast.Tuple(items) | ast.List(items):
                held = sum(self.value(item) for item in items)
                return held + self.blocks((2 + len(items)) * word)
            case ast.BinOp(ast.List(), ast.Mult(), ast.Constant(int() as times)):
                return self.piece(times * word) + self.blocks(4 * word)
            case ast.Call(ast.Name("bytearray"), [ast.Constant(int() as size)]):
                self.plain(len("bytearray"))
                return self.piece(size) + self.blocks(4 * word)
            case ast.Call(ast.Name("array"), [_, ast.Tuple(items) as numbers]):
                return self.value(numbers) + self.piece(4 * len(items)) + self.blocks(4 * word)
            case ast.Call(ast.Name("lanes"), [_, ast.Constant(int() as columns), last]):
                outputs = int(getattr(last, "value", 0))
                return columns * (self.blocks(4 * outputs) + self.blocks(4 * word) + word)
            case ast.Call(_, arguments):
                self.plain(_characters(node.func))
                return sum(self.value(a) for a in arguments) + self.blocks(4 * word)
            case ast.Subscript():
                self.plain(16)
                return self.blocks(5 * word)
        self.plain(_characters(node))
        return 0

    def piece(self, size: int) -> int:
        """Return the bytes of one allocation; note how many numbers come before the largest."""
        if size > self.largest:
            self.largest, self.before = size, self.numbers
        return self.blocks(size)

    def blocks(self, size: int) -> int:
        """Round up to whole blocks of the garbage collector."""
        return -(-size // (BLOCK * self.word)) * BLOCK * self.word


def _instructions(function: ast.FunctionDef | ast.ClassDef) -> int:
    """Return the number of halfwords that a function of the inline assembler compiles to."""
    count = 0
    for statement in function.body:
        match statement:
            case ast.Expr(ast.Call(ast.Name("label"))):
                continue
            case ast.Expr(ast.Call(ast.Name("data"), [_, *opcodes])):
                count += len(opcodes)
            case ast.Expr(ast.Call()):
                count += 1
    return count


class _OneDigit(ast.NodeTransformer):
    """Replace numbers, because their parse tree has the same size whatever their length."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return ast.copy_location(ast.Constant(0), node)
        return node


def _documented(node: ast.AST) -> int:
    """Return the length of a function's or class's docstring; 0 for other nodes."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return 0
    return len(ast.get_docstring(node, clean=False) or "")


def _characters(node: ast.AST) -> int:
    return len(ast.unparse(_OneDigit().visit(ast.parse(ast.unparse(node)))))


def _count(text: str, word: int) -> _Count:
    count = _Count(word)
    for statement in ast.parse(text).body:
        count.add(statement)
    return count
