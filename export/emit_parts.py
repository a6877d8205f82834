"""Emit for a micro:bit v1: a few small files in place of one module.

Its heap of 8 KB cannot compile the whole at once. Each file of `firmware/` stays a file that
imports the others; comments and docstrings are left out, since its file system is small too.
"""

from __future__ import annotations

import ast

from .build import Build
from .calls import calls
from .emit import imports, sources
from .emit_layers import layer_literals
from .emit_literals import answer_literals, input_literals
from .firmware_source import SourceFile
from .graph import Graph
from .header import Facts
from .literals import tuple_literal
from .plan import plan


def emit_parts(graph: Graph, build: Build, facts: Facts) -> dict[str, bytes]:
    """Return the files for the board's file system: `NAME.py`, what it imports, and `NAME.bin`."""
    literals, late, weights = layer_literals(calls(graph, plan(graph), build), graph, build)
    literals = {**input_literals(graph), **answer_literals(graph), **literals, **late}
    literals["NAME"] = repr(graph.name)
    kernels, rest = sources(graph, build)
    files: dict[str, bytes] = {}
    parts = [*kernels, *rest]
    # Buffers that several files fill are made in the file of the input, and imported from there.
    shared = {"ARENA": "input_buffer", "X0": "input_buffer"}
    files["input_buffer.py"] = f"ARENA = X0 = {literals['ARENA']}\n".encode()
    for source in parts:
        files[f"{source.name}.py"] = _file(source, literals, shared)
    # The largest first, while the heap is empty; each from here, for the stack is small as well.
    first = [f"import {source.name}" for source in parts]
    labels = [f"LABELS = {tuple_literal([repr(label) for label in facts.labels])}"]
    names = [f"from {s.name} import {f}" for s in rest for f in _public(s) if f in _ANSWERS]
    files[f"{graph.name}.py"] = ("\n".join(["import gc", "gc.collect()", "print(gc.mem_free())", *first, *names, *labels]) + "\n").encode()
    files[f"{graph.name}.bin"] = weights
    return files


_ANSWERS = ("predict", "scores", "probabilities", "predict_proba")


def _public(source: SourceFile) -> list[str]:
    tree = ast.parse(source.text)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def _file(source: SourceFile, literals: dict[str, str], shared: dict[str, str]) -> bytes:
    """Return one file: its imports, its literals, its code."""
    needed = list(source.literals)
    text = "\n".join(f"{name} = {literals[name]}" for name in needed if name not in shared)
    used = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)} | set(needed)
    lines = imports([source], {name: literals[name] for name in needed})
    lines += [f"from {shared[name]} import {name}" for name in sorted(used & set(shared))]
    lines += [f"from {file} import {function}" for file, function in source.imports]
    lines += [f"from {name} import {name}" for name in ("lookup", "fully_connected")
              if name in used and f"from {name} import {name}" not in lines]  # fmt: skip
    return (small("\n".join([*lines, text, source.text])) + "\n").encode()


def small(source: str) -> str:
    """Return the same code without comments, docstrings and wide indentation."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            del node.body[0]
        if isinstance(node, ast.FunctionDef):
            node.body = _joined(node.body)
    lines = [line for line in ast.unparse(tree).splitlines() if line.strip()]
    return "\n".join(" " * ((len(s) - len(s.lstrip())) // 4) + s.lstrip() for s in lines)


def _joined(body: list[ast.stmt]) -> list[ast.stmt]:
    """Join neighbours `data(2, ...)`: the fewer statements, the less heap compiling takes."""
    joined: list[ast.stmt] = []
    for statement in body:
        before = _data(joined[-1]) if joined else None
        this = _data(statement)
        if before is not None and this is not None:
            joined[-1] = ast.Expr(ast.Call(before.func, [*before.args, *this.args[1:]], []))
        else:
            joined.append(statement)
    return joined


def _data(statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.Expr(ast.Call(ast.Name("data"), [ast.Constant(2), *_]) as call):
            return call
    return None
