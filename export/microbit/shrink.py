"""Shrink source for a micro:bit v1: the same code with fewer statements and known names.

A name that the firmware does not know takes about 16 bytes of heap forever, and a statement takes
about a hundred while the file is compiled. So comments and docstrings are removed, assembly becomes
numbers, and local variables and private globals get names that are in the firmware's flash.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from .machine_code import as_data, is_assembly

KNOWN = (
    *("a", "b", "c", "d", "e", "f", "g", "n", "r", "a2", "a4", "b3", "b4", "b5", "c3", "c4", "c5"),
    *("d3", "d4", "d5", "e4", "e5", "f2", "g4", "g5", "id", "io", "os", "pi", "tx", "rx", "up"),
    *("on", "off", "any", "all", "add", "bin", "hex", "oct", "pin", "pop", "map", "min", "max"),
    *("key", "log", "mem", "not", "ord", "pow", "pos", "set", "sep", "sda", "scl", "spi", "say"),
    *("bits", "crop", "copy", "fill", "find", "freq", "hash", "help", "init", "item", "join"),
    *("keys", "left", "loop", "love", "math", "mode", "name", "next", "open", "pack", "pull"),
    *("read", "remove", "send", "sing", "size", "sort", "step", "stop", "text", "this", "time"),
)
"""Names in the flash of MicroPython 1.9.2 for the micro:bit (interned strings)."""


def shared_names(names: Iterable[str]) -> dict[str, str]:
    """Return a known name for each of `names`, which are used in several files."""
    return dict(zip(names, reversed(KNOWN), strict=False))


def shrink(source: str, shared: Mapping[str, str], public: Iterable[str] = ()) -> str:
    """Return equivalent code: rename names as in `shared`, and keep global names in `public`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):  # a local variable must not hide a renamed global
            hiding = set(_locals(node)) & set(shared.values())
            _rename(node, {name: f"{name}_here" for name in hiding})
    _rename(tree, shared)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            del node.body[0]
    tree.body = [
        as_data(node) if isinstance(node, ast.FunctionDef) and is_assembly(node) else node
        for node in tree.body
    ]
    taken = _names(tree)
    free = [name for name in KNOWN if name not in taken]
    kept = {*public, *shared.values()}
    private = [name for name in _globals(tree) if name not in kept and name not in KNOWN]
    new = dict(zip(private, free, strict=False))
    _rename(tree, new)
    free = free[len(new) :]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            local = [name for name in _locals(node) if name not in KNOWN]
            _rename(node, dict(zip(local, free, strict=False)))
    lines = [line for line in ast.unparse(tree).splitlines() if line.strip()]
    return "\n".join(" " * ((len(s) - len(s.lstrip())) // 4) + s.lstrip() for s in lines)


def compact_source(source: str, keep: str) -> str:
    """Shorten device code so that it takes less heap of a micro:bit v1.

    Parameters
    ----------
    source
        MicroPython source.
    keep
        The global name that must not change.

    Returns
    -------
    str
        Equivalent source.

    """
    return shrink(source, {}, {keep})


def _names(tree: ast.AST) -> set[str]:
    """Return all names: variables, attributes, modules, parameters."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.alias(name=name):
                found.add(name)
    return found


def _globals(tree: ast.Module) -> list[str]:
    """Return the names that the module defines, without imports."""
    found: list[str] = []
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                found.append(name)
    return list(dict.fromkeys(found))


def _locals(function: ast.FunctionDef) -> list[str]:
    """Return the parameters and local variables of a function."""
    found = [argument.arg for argument in function.args.args]
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found.append(name)
    registers = {f"r{n}" for n in range(16)}
    return [name for name in dict.fromkeys(found) if name not in registers]


def _rename(tree: ast.AST, new: Mapping[str, str]) -> None:
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                node.id = new.get(node.id, node.id)
            case ast.arg():
                node.arg = new.get(node.arg, node.arg)
            case ast.FunctionDef() | ast.alias():
                node.name = new.get(node.name, node.name)
            case ast.Attribute():
                node.attr = new.get(node.attr, node.attr)
