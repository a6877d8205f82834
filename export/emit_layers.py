"""The literals of the layers: buffers, weights, parameters, and the table that forward runs."""

from __future__ import annotations

from math import prod

from .build import Build
from .calls import HEADER, Call
from .emit_literals import Literals
from .flash_file import flash_payload
from .graph import Graph
from .literals import bytes_literal, commented_rows, tuple_literal
from .plan import plan
from .weights_file import HEADER_BYTES, Streamed, reach, streamed, weights_file


def layer_literals(
    calls: list[Call], graph: Graph, build: Build
) -> tuple[Literals, Literals, bytes]:
    """Return the literals that stand before the kernels, those behind them, and `NAME.bin`."""
    if build.weights == "stream":
        return _streamed(calls, graph, build)
    if build.weights == "flash":
        return _in_flash(calls, graph, build)
    literals, names = _tensors(calls, graph, build, 0)
    late: Literals = {}
    rows: list[str] = []
    payload = b""
    for k, call in enumerate(calls, 1):
        w, p = call.packed(build)
        if build.weights == "romfs":
            late[f"W{k}"] = (
                f"MAPPED[{HEADER_BYTES + len(payload)}:{HEADER_BYTES + len(payload + w)}]"
            )
            payload += w
        elif call.kernel == "fully_connected_lanes":
            literals[f"W{k}"] = _weights_literal(call, w, build)
            late[f"L{k}"] = f"lanes(W{k}, {call.inputs}, {call.outputs})"
        else:
            literals[f"W{k}"] = _weights_literal(call, w, build)
        literals[f"P{k}"] = _parameters(call, p, build)
        name = "L" if call.kernel == "fully_connected_lanes" else "W"
        rows.append(f"({call.kernel}, {name}{k}, {names[call.target]}, P{k})")
    late["LAYERS"] = _table(rows)
    if not payload:
        return literals, late, b""
    file = weights_file(payload)
    literals["NAME"] = repr(f"{graph.name}.bin")
    literals["WEIGHTS"] = _sizes(file)
    return literals, {"MAPPED": "map_weights()", **late}, file


def _streamed(calls: list[Call], graph: Graph, build: Build) -> tuple[Literals, Literals, bytes]:
    parts = streamed(calls, build)
    literals, names = _tensors(calls, graph, build, reach(parts))
    size, words = max(part.size for part in parts), max(part.words for part in parts)
    literals["BUFFER"] = f"memoryview(bytearray({size}))"
    literals["PARAMETERS"] = f'memoryview(array("i", [0] * {words}))'
    rows = []
    for k, part in enumerate(parts, 1):
        literals[f"W{k}"] = f"BUFFER[0:{part.size}]"
        literals[f"P{k}"] = f"PARAMETERS[0:{part.words}]"
        target = names[part.call.target]
        row = f"{part.call.kernel}, {part.blocks}, {part.pieces}, W{k}, {target}, P{k}"
        rows.append(f"({row})")
    file = weights_file(b"".join(part.data for part in parts))
    literals["WEIGHTS"] = _sizes(file)
    return literals, {"LAYERS": _table(rows)}, file


def _in_flash(calls: list[Call], graph: Graph, build: Build) -> tuple[Literals, Literals, bytes]:
    name = f"{graph.name}.bin"
    payload, placed = flash_payload(name, calls)
    # The check of the file reads its header into the arena.
    literals, names = _tensors(calls, graph, build, HEADER_BYTES)
    literals["PARAMETERS"] = f'array("i", [0] * {max(part.size for part in placed) // 4})'
    rows = [
        f"({p.call.kernel}, {p.parameters}, {p.size}, {p.weights}, {names[p.call.target]})"
        for p in placed
    ]
    file = weights_file(payload)
    literals["NAME"] = repr(name)
    literals["WEIGHTS"] = _sizes(file)
    return literals, {"LAYERS": _table(rows)}, file


def _tensors(
    calls: list[Call], graph: Graph, build: Build, reach: int
) -> tuple[Literals, dict[str, str]]:
    """Return the literals of the arena, and for each tensor the name by which it is called."""
    made = plan(graph)
    size = max(made.size, reach)
    literals: Literals = {}
    names: dict[str, str] = {}
    if build.native:
        literals["ARENA"] = f"bytearray({size})"
        literals["X0"] = "ARENA"
    else:
        literals["ARENA"] = f"memoryview(bytearray({size}))"
    for k, name in enumerate(made.offsets and _in_order(graph, made.offsets)):
        names[name] = "ARENA" if build.native else f"X{k}"
        if not build.native:
            at = made.offsets[name]
            literals[f"X{k}"] = f"ARENA[{at}:{at + prod(graph.tensors[name].shape)}]"
    for call in calls:
        if call.wide:
            names[call.target] = "SCORES"
            zeros = f"[0] * {call.outputs}"
            literals["SCORES"] = f'array("i", {zeros})' if build.native else zeros
    return literals, names


def _in_order(graph: Graph, offsets: dict[str, int]) -> list[str]:
    return [node.output for node in graph.nodes if node.output in offsets]


def _weights_literal(call: Call, w: bytes, build: Build) -> str:
    if call.weight is None:
        return bytes_literal([w])
    size = len(w) - len(call.table)
    row = call.inputs if build.layout == "rows" else size
    rows = [w[at : at + row] for at in range(0, size, row)]
    return bytes_literal([*rows, call.table] if call.table else rows)


def _parameters(call: Call, p: list[int], build: Build) -> str:
    if call.weight is None:
        text = tuple_literal(p)
    else:
        n = len(HEADER)
        text = commented_rows(
            [(", ".join(HEADER), p[:n]), ("bias, multiplier, shift of each output", p[n:])]
        )
    return f'array("i", {text})' if build.native else text


def _table(rows: list[str]) -> str:
    return "(\n" + "".join(f"    {row},\n" for row in rows) + ")"


def _sizes(file: bytes) -> str:
    length, crc = (int.from_bytes(file[at : at + 4], "little") for at in (4, 8))
    return f"({length}, 0x{crc:08X})"


__all__ = ["Streamed", "layer_literals"]
