"""Emit for a micro:bit v1: a few small files instead of one module.

Its 9 KB of heap cannot compile everything at once, and its stack is too small for nested imports.
So `NAME.py` imports the parts one by one, the largest first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from thumbnet.trainer import ThumbnetError

from ..emit.emittable import check_emittable
from ..emit.firmware_source import SourceFile
from ..emit.header import Facts
from ..emit.kernel_calls import kernel_calls, share_kernels
from ..emit.layer_literals import layer_literals
from ..emit.literals import tuple_literal
from ..emit.memory_plan import plan
from ..emit.module import imports, node_literals, sources
from ..emit.text_literals import text_literals
from ..graph.graph import Graph
from ..kernels.build import Build
from ..kernels.call import Call
from ..ops import KERNELS, call_part
from .shrink import shared_names, shrink

ANSWERS = ("predict", "scores", "probabilities", "predict_proba")
_BUFFERS = ("ARENA", "X0", "PARAMETERS", "BUFFER", "SCORES")
_ONCE = ("NAME", "WEIGHTS")
"""Literals that only the check of the weights needs."""

_KERNELS = [kernel.name for kernel in KERNELS]
_ALONE = {*(k.name for k in KERNELS if k.in_own_file), "requantize", "weights_file"}
"""Code that gets separate files: it is large, dropped after use, or needed by later imports."""

_LOCK = ("one_at_a_time", "enter")
"""Code that refuses a call during another. Nothing on this board could make one: it has no threads,
no interrupts in Python, and reads only bytes, lists and tuples."""

Parts = dict[str, list[SourceFile]]
"""The files of `firmware/` that make up each file on the board."""


def emit_files(graph: Graph, build: Build, facts: Facts) -> dict[str, bytes]:
    """Return the files for the board's file system: `NAME.py`, what it imports, and `NAME.bin`."""
    graph = share_kernels(check_emittable(graph), build)
    if graph.states:
        raise ThumbnetError(
            f"export: {graph.name} keeps a state from one call to the next, which a module for a "
            "micro:bit v1 cannot: choose another board"
        )
    made = plan(graph, build)
    rows = kernel_calls(graph, made, build)
    literals, late, weights = layer_literals(rows, graph, made, build)
    literals = {**node_literals(graph), **literals, **late}
    literals.update(text_literals(facts.texts, graph.tensors[graph.input].shape[0]))
    if facts.labels:
        literals["LABELS"] = tuple_literal([repr(label) for label in facts.labels])
    at_once, later = _parts(graph, build, rows, bool(facts.texts))
    parts = {**at_once, **later}
    if graph.name in parts:
        raise ThumbnetError(
            f"{graph.name} is the name of a file in every module for this board: export it with "
            "another --name"
        )
    functions = {f for found in parts.values() for f in _functions(found)}
    public = {"answer", *ANSWERS, *_KERNELS, *parts, "LABELS"}
    shared = shared_names(sorted({*functions, *_BUFFERS, *_ONCE} - public))
    shared["answer"] = "predict"
    texts = {graph.name: _entry(at_once, bool(facts.labels))}
    texts.update({name: _text(name, parts, literals) for name in parts})
    if later:
        texts["probabilities"] = _probabilities(later)
    files = {f"{name}.py": shrink(text, shared, public) for name, text in texts.items()}
    return {
        **{name: f"{text}\n".encode() for name, text in files.items()},
        f"{graph.name}.bin": weights,
    }


def _parts(graph: Graph, build: Build, rows: list[Call], with_texts: bool) -> tuple[Parts, Parts]:
    """Group the files of `firmware/`: those that are imported at once, and those imported later."""
    kernels, rest, replaced = sources(graph, build, rows, with_texts)
    rest = [_without_lock(source) for source in rest if source.name not in _LOCK]
    # A file gets the name under which the others import it.
    plain = {variant: name for name, variant in replaced.items()}
    every = {plain.get(source.name, source.name): source for source in (*kernels, *rest)}
    answers = [call_part(node).sources(graph, node, build).answers for node in graph.nodes]
    heads = ["forward", *(plain.get(name, name) for name in answers), "predict_proba"]
    heads.append("weights_file")
    heads = [name for name in heads if name in every]
    at_once = _reached([*heads, *(s.name for s in kernels)], every)
    inputs = _reached(["levels"], every) | {"flash"}
    # The largest files, the kernels, come first, while the heap is not fragmented. The check of the
    # weights needs only kernels and buffers, and is dropped before the rest is loaded.
    alone = [name for name in every if name in _ALONE & at_once]
    alone.sort(key=lambda name: -len(every[name].text))
    parts: Parts = {name: [every[name]] for name in alone if name in _KERNELS}
    parts["buffers"] = [every["flash"]]
    parts["weights_file"] = [every["weights_file"]]
    parts.update({name: [every[name]] for name in alone if name not in parts})
    parts["input"] = [every[name] for name in every if name in inputs - _ALONE - {"flash"}]
    parts["network"] = [every[name] for name in every if name in at_once - inputs - _ALONE]
    # The rest is imported at the first call: see firmware/microbit/predict_proba.py.
    later = [every[name] for name in every if name not in at_once]
    leaves = {source.name: [source] for source in reversed(later) if not source.imports}
    answer = [source for source in later if source.imports]
    return parts, {**leaves, "proba": answer} if later else {}


def _without_lock(source: SourceFile) -> SourceFile:
    """Return a file that does not ask whether another call still runs."""
    if not any(file in _LOCK for file, _ in source.imports):
        return source
    imports = tuple(pair for pair in source.imports if pair[0] not in _LOCK)
    text = ast.unparse(_Unlock().visit(ast.parse(source.text)))
    return replace(source, imports=imports, text=text)


class _Unlock(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if ast.unparse(node) == "enter()" else node

    def visit_Try(self, node: ast.Try) -> list[ast.stmt]:
        return node.body


def _reached(roots: list[str], every: dict[str, SourceFile]) -> set[str]:
    """Return `roots` and all files that they import, directly or not."""
    found: set[str] = set()
    queue = list(roots)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [file for file, _ in every[name].imports]
    return found


def _entry(parts: Parts, labels: bool) -> str:
    """Return `NAME.py`; it deletes the names that only the import needs."""
    once = sorted({*_functions(parts["weights_file"]), *_ONCE})
    check = "weights_file.check(weights_file.find(), buffers.read, buffers.PARAMETERS, buffers.X0)"
    lines = ["import gc"]
    for name in parts:
        lines += [f"import {name}"]
        if name == "weights_file":
            dropped = ", ".join(f"weights_file.{function}" for function in once)
            lines += [f"found = {check}", f"del {dropped}"]
        lines += ["gc.collect()"]
    functions = _functions(parts["network"])
    answers = [name for name in ANSWERS if name == "predict" or name in functions]
    lines += [f"from network import {', '.join(answers)}"]
    lines += ["from input import LABELS"] * labels
    lines += ["network.prepare(found)"]
    return "\n".join([*lines, f"del network.prepare, found, gc, {', '.join(parts)}"])


def _probabilities(parts: Parts) -> str:
    """Return `probabilities.py`, which imports the parts one by one."""
    lines = ["import gc"]
    for name in parts:
        lines += ["gc.collect()", f"import {name}"]
    return "\n".join([*lines, "probabilities = proba.probabilities"])


def _text(name: str, parts: Parts, literals: dict[str, str]) -> str:
    """Return one file: imports, literals, code."""
    inside = parts[name]
    needed = _closure([literal for source in inside for literal in source.literals], literals)
    buffers = [literal for literal in _BUFFERS if literal in literals]
    if name == "buffers":
        needed |= set(buffers)
    if name == "input":
        needed |= {"LABELS"} & set(literals)
    own = [x for x in literals if x in needed and (name == "buffers" or x not in buffers)]
    lines: list[str] = imports(inside, {literal: literals[literal] for literal in own})
    taken = [literal for literal in buffers if literal in needed and literal not in own]
    lines += [f"from buffers import {', '.join(taken)}"] * bool(taken)
    kernels = [kernel for kernel in _KERNELS if kernel in needed and kernel in parts]
    lines += [f"from {kernel} import {kernel}" for kernel in kernels]
    for source in inside:
        for file, function in source.imports:
            part = next(part for part, found in parts.items() if _holds(found, file, function))
            if part != name and function not in _KERNELS:
                lines += [f"from {part} import {function}" if function else f"import {part}"]
    # The table of layers refers to kernels, which may be functions of this file.
    last = [f"LAYERS = {literals['LAYERS']}"] * ("LAYERS" in own)
    lines += [f"{literal} = {literals[literal]}" for literal in own if literal != "LAYERS"]
    lines += [*(source.text for source in inside), *last]
    return "\n".join(dict.fromkeys(lines))


def _holds(found: list[SourceFile], file: str, function: str) -> bool:
    return function in _functions(found) if function else file in {s.name for s in found}


def _functions(found: list[SourceFile]) -> frozenset[str]:
    bodies = [ast.parse(source.text).body for source in found]
    return frozenset(n.name for body in bodies for n in body if isinstance(n, ast.FunctionDef))


def _closure(names: Iterable[str], literals: dict[str, str]) -> set[str]:
    """Return `names`, and all names that their literals use."""
    found: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            tree = ast.parse(literals.get(name, ""))
            queue += [n.id for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return found
