"""Viper functions where int has 32 bits, as on boards, run by this Python."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class Int32(int):
    """Arithmetic with any int gives Int32, which wraps."""

    def __new__(cls, value: int) -> Int32:
        return super().__new__(cls, (int(value) + 2**31) % 2**32 - 2**31)


def _wrapping(name: str) -> Callable[..., Any]:
    own = getattr(int, name)

    def method(self: int, *others: int) -> Any:
        found = own(self, *others)
        return Int32(found) if isinstance(found, int) else found

    return method


for _name in ("add", "sub", "mul", "rshift", "lshift", "and", "or", "xor"):
    for _side in ("", "r"):
        setattr(Int32, f"__{_side}{_name}__", _wrapping(f"__{_side}{_name}__"))


class _Literals(ast.NodeTransformer):
    """Makes an Int32 of each number; casts to int stay what they are."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) is not int:
            return node
        return ast.Call(ast.Name("Int32", ast.Load()), [node], [])


class Memory:
    """Bytes with addresses; pointers to them by the names that viper has."""

    def __init__(self) -> None:
        self.bytes = bytearray(64)

    def place(self, data: bytes) -> int:
        """Put bytes at a multiple of 4; return their address."""
        self.bytes += bytes(-len(self.bytes) % 4)
        at = len(self.bytes)
        self.bytes += data
        return at

    def pointer(self, size: int) -> type[Int32]:
        """Return the type of pointers to unsigned bytes, or to words."""
        memory = self.bytes

        class Pointer(Int32):
            def __getitem__(self, index: int) -> Int32:
                at = int(self) + size * index
                assert 0 <= at <= len(memory) - size
                return Int32(int.from_bytes(memory[at : at + size], "little"))

            def __setitem__(self, index: int, value: int) -> None:
                at = int(self) + size * index
                assert 0 <= at <= len(memory) - size
                memory[at : at + size] = (int(value) % 256**size).to_bytes(size, "little")

        return Pointer

    def function(self, path: Path) -> Callable[..., Any]:
        """Return the function of a file, over this memory."""
        tree = _Literals().visit(ast.parse(path.read_text(encoding="utf-8")))
        tree.body = [node for node in tree.body if not isinstance(node, ast.Import)]
        names: dict[str, Any] = {
            **{"ptr8": self.pointer(1), "ptr32": self.pointer(4), "int": Int32, "Int32": Int32},
            "micropython": SimpleNamespace(viper=lambda function: function),
        }
        exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), names)
        found = names[path.stem]

        def run(x: int, w: int, y: int, p: int) -> None:
            byte, word = names["ptr8"], names["ptr32"]
            found(byte(x), byte(w), byte(y), word(p))

        return run
