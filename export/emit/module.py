"""Stage 7, emit: the fused integer graph becomes the text of one MicroPython module.

Only literals are written here; the code comes from `firmware/`. This file never uses the reference
executor, because their agreement is evidence only if they are independent.
"""

from __future__ import annotations

import re

from ..graph.graph import Graph
from ..kernels.build import Build
from ..kernels.call import Call, split_curve
from ..kernels.weight_layouts import Section
from ..ops import KERNELS, call_part
from ..ops.call_part import Literal, Named, Rows
from .check import check_files, check_literals, check_replacements
from .emittable import check_emittable
from .firmware_source import SourceFile, assemble
from .flash_file import is_copied
from .header import Facts, header
from .kernel_calls import kernel_calls, share_kernels
from .layer_literals import layer_literals
from .literals import Literals, bytes_literal, tuple_literal
from .memory_plan import plan
from .sound_literals import FOLDER as SOUND_FOLDER
from .sound_literals import sound_literals, sound_roots
from .state_literals import state_literals
from .stream_literals import FOLDER, stream_literals, stream_roots
from .text_literals import text_literals

_FORWARD = {
    "module": "forward",
    "romfs": "forward",
    "stream": "forward_streamed",
    "flash": "forward_flash",
}


def emit(graph: Graph, build: Build, facts: Facts) -> dict[str, bytes]:
    """Return the files for a board by name: the module, and `NAME.bin` if there is one.

    Parameters
    ----------
    graph
        A verified graph after stage "fuse".
    build
        The tier, and where the weights live.
    facts
        The content of the header: accuracy, labels, board.

    """
    graph = share_kernels(check_emittable(graph), build)
    made = plan(graph, build)
    row_calls = kernel_calls(graph, made, build)
    literals, late, weights = layer_literals(row_calls, graph, made, build)
    own, behind = stream_literals(graph.stream)
    own = {**own, **sound_literals(graph)}
    literals = {**node_literals(graph), **own, **literals, **state_literals(graph, made)}
    literals.update(text_literals(facts.texts, graph.tensors[graph.input].shape[0]))
    late = {**late, **behind}
    kernels, rest, _ = sources(graph, build, row_calls, bool(facts.texts))
    if facts.labels:
        literals["LABELS"] = tuple_literal([repr(label) for label in facts.labels])
    literals.update(check_literals(literals, [*kernels, *rest], weights, build))
    literals.setdefault("LABELS", "()")
    needed = {name for source in (*kernels, *rest) for name in source.literals}
    unknown = needed - {*literals, *late}
    assert not unknown, f"firmware asks for {sorted(unknown)}"
    first = ["INPUTS", "LABELS"] if facts.labels else ["INPUTS"]
    order = [*first, *(name for name in literals if name not in first and name != "LABELS")]
    parts = [
        header(graph, facts),
        "\n".join(imports([*kernels, *rest], literals)),
        "\n".join(f"{name} = {literals[name]}" for name in order),
        "\n\n\n".join(source.text for source in kernels),
        "\n".join(f"{name} = {text}" for name, text in late.items()),
        "\n\n\n".join(source.text for source in rest),
    ]
    comment, system, *code = (part.strip("\n") + "\n" for part in parts)
    head = comment + "\n" + (system + "\n" if system.strip() else "")
    body = "\n\n".join(code)
    if build.terse:
        lines = [line for line in body.split("\n") if not line.lstrip().startswith("#")]
        body = re.sub("\n{3,}", "\n\n", "\n".join(lines))
    files = {f"{graph.name}.py": (head + body).encode()}
    return {**files, f"{graph.name}.bin": weights} if weights else files


def sources(
    graph: Graph, build: Build, made: list[Call], with_texts: bool = False
) -> tuple[list[SourceFile], list[SourceFile], dict[str, str]]:
    """Return the files of `firmware/` that make up a module: kernels with imports, and the rest.

    The literals of the layers refer to the kernels; the rest refers to those literals. The third
    value says which file replaces which: `{"levels": "sensors"}`.
    """
    if build.weights in ("stream", "flash"):
        made = [part for call in made for part in split_curve(call)]
    roots = [row.kernel.name for call in made for row in (call, *call.rows)]
    features, last, instead = stream_roots(graph.stream)
    sound, of_sound = sound_roots(graph)
    behind: list[str] = []
    forward = _FORWARD[build.weights]
    if build.weights == "flash" and any(map(is_copied, made)):
        forward = "forward_copied"
    texts = {"lengths": "texts"} if with_texts else {}
    replace = {"forward": forward, **instead, **of_sound, **texts}
    if build.weights == "flash":  # a micro:bit v1 has its own files
        behind.append("weights_file")
    else:
        behind += ["scores", "check", *check_files(build)]
        replace.update(check_replacements(build))
    for node in graph.nodes:
        own = call_part(node).sources(graph, node, build)
        replace.update(own.instead)
        behind += own.files
    if graph.states:
        behind.append("reset")
    if build.weights == "romfs":
        roots.append("mapped")
    folders = (*build.folders, *(["viper"] if build.viper else []), FOLDER, SOUND_FOLDER)
    kernels = assemble([*sorted(set(roots)), *features], folders, {})
    if build.weights != "flash":
        behind.append("predict")
    if not build.native and any(
        row.kernel.allocates for call in made for row in (call, *call.rows)
    ):
        replace["predict"] = "predict_allocating"
    rest = assemble([forward, *behind, *last, *sound], folders, replace)
    names = {source.name for source in kernels}
    # Kernels that only the example network of a file calls.
    unused = {kernel.name for kernel in KERNELS} - set(roots)
    return kernels, [s for s in rest if s.name not in names | unused], replace


def node_literals(graph: Graph) -> Literals:
    """Return the literals that the input and the answer need."""
    (size,) = graph.tensors[graph.input].shape
    literals = {"INPUTS": str(size)}
    for node in graph.nodes:
        found = call_part(node).literals(graph, node)
        literals.update({name: _text(value) for name, value in found.items()})
    return literals


def _text(value: Literal) -> str:
    """Return a literal as MicroPython source."""
    if isinstance(value, Rows):
        each = "" if len(value.rows) == 1 else f", a line for each {value.each}"
        lines = [f"    # {', '.join(value.names)}{each}", *(f"    {row}," for row in value.rows)]
        return "(\n" + "\n".join(lines) + "\n)"
    if isinstance(value, Named):
        return f"{value.values}  # {', '.join(value.names)}"
    if isinstance(value, bytes):
        return bytes_literal([Section("", [value])])
    return tuple_literal(value) if isinstance(value, tuple) else str(value)


def imports(parts: list[SourceFile], literals: dict[str, str]) -> list[str]:
    """Return import lines for the MicroPython modules that the code or the literals need."""
    lines = {line for source in parts for line in source.system}
    if any(re.search(r"\barray\(", text) for text in literals.values()):
        lines.add("from array import array")
    return sorted(lines)
