"""Imports a file of `firmware/` under CPython, its assembly running on an emulated Cortex-M core.

Arguments go the way MicroPython passes them to `@micropython.asm_thumb`: the address of a buffer's
data or of a list's items, integers and booleans as they are.
"""

from __future__ import annotations

import ast
import struct
from array import array
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from thumbnet.export.emit.firmware_source import inlined

from .thumb_machine import Buffer, Cost, Machine, assemble

SMALL = range(-(2**30), 2**30)
OBJECT = 0x2000_0000
"""Any other object of a list: the address of something."""

_machine_code = lru_cache(assemble)


class Firmware:
    """The functions of a file, its own literals and imports replaced by `names`.

    align: the address of bytes modulo `modulo` (a bytearray's or an array's is a multiple of 4).
    cost: of the last call of assembly. cycles: of all its calls.
    """

    def __init__(self, path: Path, arch: str = "armv6m", **names: Any) -> None:
        self.align, self.modulo = 0, 4
        self.cost = Cost(0, 0)
        self.cycles = 0
        self._text = inlined(path)
        self._arch = arch
        self.names = {"micropython": SimpleNamespace(asm_thumb=self._assemble), "array": array}
        self.names.update(names)
        tree = ast.parse(self._text)
        tree.body = [node for node in tree.body if not self._replaced(node)]
        exec(compile(tree, str(path), "exec"), self.names)

    def __getattr__(self, name: str) -> Any:
        return self.names[name]

    def _replaced(self, node: ast.stmt) -> bool:
        literal = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in self.names
        return literal or isinstance(node, ast.Import | ast.ImportFrom)

    def _assemble(self, function: Callable[..., Any]) -> Callable[..., int]:
        machine = Machine(_machine_code(self._text, function.__name__, self._arch), self._arch)

        def call(*arguments: Any) -> int:
            memory = {id(a): self._buffer(a) for a in arguments if not isinstance(a, int)}
            passed = [a if isinstance(a, int) else memory[id(a)] for a in arguments]
            result, self.cost = machine.call(*passed)
            self.cycles += self.cost.cycles
            for argument in arguments:
                if isinstance(argument, bytearray | array | memoryview):
                    memoryview(argument).cast("B")[:] = memory[id(argument)].data
            return result - (result >> 31 << 32)

        return call

    def _buffer(self, argument: Any) -> Buffer:
        if isinstance(argument, bytes):
            return Buffer(argument, align=self.align, modulo=self.modulo)
        if isinstance(argument, bytearray | memoryview):
            return Buffer(bytes(argument), writable=True)
        if isinstance(argument, array):
            return Buffer(argument.tobytes(), writable=True)
        assert isinstance(argument, list | tuple)
        words = [2 * v + 1 if type(v) is int and v in SMALL else OBJECT for v in argument]
        return Buffer(struct.pack(f"<{len(words)}i", *words))
