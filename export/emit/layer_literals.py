"""The literals of the layers: weights, parameters, and the table of calls that forward runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..graph.graph import Graph
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.weight_layouts import Section, readable_sections
from .flash_file import flash_payload
from .literals import Literals, block, bytes_literal, named_numbers, number_rows
from .memory_plan import Plan
from .tensor_literals import tensor_literals
from .weights_file import HEADER_BYTES, Streamed, reach, streamed, weights_file

MOST_ON_A_LINE = 6
"""Maximum number of parameters of a call on one line."""


def layer_literals(
    calls: list[Call], graph: Graph, plan: Plan, build: Build
) -> tuple[Literals, Literals, bytes]:
    """Return the literals before the kernels, the literals after them, and `NAME.bin`."""
    if build.weights == "flash":
        return _in_flash(calls, graph, plan, build)
    parts = streamed(calls, build) if build.weights == "stream" else []
    literals, names = tensor_literals(calls, graph, plan, build, reach(parts))
    if build.weights == "stream":
        return _streamed(parts, literals, names, build)
    table = _Table(build, literals, names)
    late = {"LAYERS": _rows([table.row(call) for call in calls])}
    if not table.payload:
        return literals, {**table.late, **late}, b""
    file = weights_file(table.payload)
    literals["NAME"] = repr(f"{graph.name}.bin")
    literals["WEIGHTS"] = _sizes(file)
    return literals, {"MAPPED": "map_weights()", **table.late, **late}, file


@dataclass
class _Table:
    """Rows for `LAYERS`; collects the literals that they name.

    names: the name of each tensor's memory. late: literals that refer to kernels. payload: weights
    for mapped flash.
    """

    build: Build
    literals: Literals
    names: dict[str, str]
    late: Literals = field(default_factory=dict)
    payload: bytes = b""
    count: int = 0

    def row(self, call: Call, *between: int) -> str:
        """Return a call as `(kernel, x, w, y, p)`, with `between` after the kernel."""
        self.count += 1
        k = self.count
        _, p = packed = call.packed(self.build)
        self.literals[f"P{k}"] = _parameters(call, p, self.build)
        if call.rows:
            w = f"R{k}"
            self.late[w] = _rows([self.row(inner) for inner in call.rows])
        elif call.other:
            w = self.names[call.other]
        else:
            w = self._weights(call, packed[0], k)
        x, y = self.names[call.x], self.names[call.y]
        return f"({', '.join([call.kernel.name, *map(str, between), x, w, y, f'P{k}'])})"

    def _weights(self, call: Call, w: bytes, k: int) -> str:
        if not w:
            return 'b""'
        if self.build.weights == "romfs":
            at = HEADER_BYTES + len(self.payload)
            self.late[f"W{k}"] = f"MAPPED[{at}:{at + len(w)}]"
            self.payload += w
            return f"W{k}"
        self.literals[f"W{k}"] = _weights_literal(call, w, self.build)
        if not call.kernel.in_lanes:
            return f"W{k}"
        self.late[f"L{k}"] = f"lanes(W{k}, {call.word('inputs')}, {call.word('outputs')})"
        return f"L{k}"


def _streamed(
    parts: list[Streamed], literals: Literals, names: dict[str, str], build: Build
) -> tuple[Literals, Literals, bytes]:
    size, words = max(part.size for part in parts), max(part.words for part in parts)
    literals["BUFFER"] = f"memoryview(bytearray({size}))"
    literals["PARAMETERS"] = f'memoryview(array("i", [0] * {words}))'
    table = _Table(build, literals, names)
    rows = []
    for part in parts:
        if not part.blocks:  # nothing to read: it is all in the module
            rows.append(table.row(part.call, 0, 0))
            continue
        table.count += 1
        w, p = f"W{table.count}", f"P{table.count}"
        literals[w] = f"BUFFER[0:{part.size}]"
        literals[p] = f"PARAMETERS[0:{part.words}]"
        x, y = names[part.call.x], names[part.call.y]
        rows.append(f"({part.call.kernel.name}, {part.blocks}, {part.pieces}, {x}, {w}, {y}, {p})")
    file = weights_file(b"".join(part.data for part in parts))
    literals["WEIGHTS"] = _sizes(file)
    columns = "kernel, times p is read, times w is read for each p, x, w, y, p"
    return literals, {**table.late, "LAYERS": _rows(rows, columns)}, file


def _in_flash(
    calls: list[Call], graph: Graph, plan: Plan, build: Build
) -> tuple[Literals, Literals, bytes]:
    name = f"{graph.name}.bin"
    payload, placed = flash_payload(name, calls, build)
    # Checking the file reads its header into the arena.
    literals, names = tensor_literals(calls, graph, plan, build, HEADER_BYTES)
    literals["PARAMETERS"] = f'array("i", [0] * {max(part.size for part in placed) // 4})'
    copied = max(p.copied for p in placed)
    rows = []
    for p in placed:
        row = [p.call.kernel.name, p.parameters, p.size, p.weights, names[p.call.y]]
        rows.append(f"({', '.join(map(str, row + [p.copied] * bool(copied)))})")
    if copied:
        literals["BUFFER"] = f"bytearray({copied})"
    file = weights_file(payload)
    literals["NAME"] = repr(name)
    literals["WEIGHTS"] = _sizes(file)
    columns = "kernel, place and size of p, place of w, y" + ", bytes of w to copy" * bool(copied)
    return literals, {"LAYERS": _rows(rows, columns)}, file


def _weights_literal(call: Call, w: bytes, build: Build) -> str:
    if call.weight is None:
        return bytes_literal([Section("", [w])])
    size = len(w) - len(call.table)
    sections = readable_sections(call.layout(build), len(call.weight), w[:size])
    if call.table:
        sections.append(Section("the curve: a byte of y for each q from 0 to 255", [call.table]))
    return bytes_literal(sections)


def _parameters(call: Call, p: list[int], build: Build) -> str:
    kernel, words = call.kernel, call.kernel.words_in(build.tier)
    # A kernel that changes its parameters needs a list; an array can be changed anyway.
    opening, closing = ("[", "]") if kernel.writes_parameters and not build.native else "()"
    if len(p) <= MOST_ON_A_LINE:
        text = f"{opening}{', '.join(map(str, p))}{',' * (len(p) == 1)}{closing}"
        names = f"  # {', '.join(words)}"
        return f'array("i", {text}){names}' if build.native else text + names
    lines = named_numbers(words, p[: len(words)])
    if len(p) > len(words):
        what = f"{', '.join(kernel.repeated_in(build.tier))} of each {kernel.repeated_for}"
        lines += number_rows(call.channels.tolist(), what)
    text = block(lines, opening, closing)
    return f'array("i", {text})' if build.native else text


def _rows(rows: list[str], names: str = "kernel, x, w, y, p") -> str:
    return "(\n" + f"    # {names}\n" + "".join(f"    {row},\n" for row in rows) + ")"


def _sizes(file: bytes) -> str:
    length, crc = (int.from_bytes(file[at : at + 4], "little") for at in (4, 8))
    return f"({length}, 0x{crc:08X})  # length, CRC-32"
