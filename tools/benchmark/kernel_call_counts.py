"""How often one `predict` calls each kernel, counted on the target by wrapping the kernels."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass

from thumbnet.export import Artifact, layer_costs, standalone_calls
from thumbnet.trainer import ThumbnetError

from ..run.measurement import on_board
from ..targets import MicrobitTarget, UnixTarget
from ..transport.row_snippets import send_row
from .scripts import ask, run_script

# n: how often the kernel of each row was called.
WRAP = """
def wrap(table, n):
    def counted(i, kernel):
        def call(x, w, y, p):
            n[i] += 1
            kernel(x, w, y, p)
        return call
    return tuple([(counted(i, table[i][0]),) + table[i][1:] for i in range(len(table))])
"""
ON_UNIX = f"""
import json
import {{0}} as module
{WRAP}

with open("row.json") as file:
    row = json.load(file)
n = [0] * len(module.{{1}})
module.{{1}} = wrap(module.{{1}}, n)
module.predict(row)
print(json.dumps(n))
"""


@dataclass(frozen=True)
class Calls:
    """The kernels in a module's table of layers, and how often one `predict` calls each.

    Attributes
    ----------
    kernels, counts
        The kernel of each row of the table, and how often it was called.
    weighted
        The kernels that compute layers with weights.
    layers
        Number of layers with weights.

    """

    kernels: tuple[str, ...]
    counts: tuple[int, ...]
    weighted: frozenset[str]
    layers: int

    @property
    def per_layer(self) -> float:
        """Calls of kernels with weights per layer with weights."""
        pairs = zip(self.kernels, self.counts, strict=True)
        return sum(n for kernel, n in pairs if kernel in self.weighted) / self.layers

    def __str__(self) -> str:
        pairs = zip(self.kernels, self.counts, strict=True)
        return ", ".join(f"{kernel} {n}" for kernel, n in pairs)


def calls_on_unix(artifact: Artifact) -> Calls:
    """Count on the Unix port."""
    name, kernels = table_of_layers(artifact.files)
    with UnixTarget() as target:
        target.put(artifact.files)
        script = ON_UNIX.format(artifact.name, name)
        target.put({"row.json": json.dumps(list(artifact.inputs[0])).encode()})
        (counts,) = run_script(target, script)
    return _calls(artifact, kernels, counts)


def calls_on_microbit(target: MicrobitTarget, artifact: Artifact) -> Calls:
    """Count on the emulated board, which has booted with the artifact's `.hex`."""
    name, kernels = table_of_layers(on_board(artifact.files))
    target.board.fresh()
    for code in ("import gc;c=gc.collect", f"import {artifact.name} as M", "import network as N"):
        ask(target, code)
    for line in (WRAP.replace("    ", " "), f"n=[0]*{len(kernels)}", f"N.{name}=wrap(N.{name},n)"):
        ask(target, line)
    send_row(lambda code: ask(target, code), artifact.inputs[0])
    ask(target, "M.predict(X)")
    return _calls(artifact, kernels, ast.literal_eval(ask(target, "print(n)")))


def table_of_layers(files: dict[str, bytes]) -> tuple[str, tuple[str, ...]]:
    """Return the name of the table that `forward` runs, and the kernels in its rows.

    Raises
    ------
    ThumbnetError
        If there is no such table.

    """
    for file, data in files.items():
        if not file.endswith(".py"):
            continue
        for node in ast.parse(data.decode()).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=rows)):
                    kernels = tuple(map(_kernel, rows))
                    if rows and all(kernels):
                        return name, kernels
    raise ThumbnetError(f"there is no table of layers in {', '.join(files)}: export without --mpy")


def _kernel(row: ast.expr) -> str:
    match row:
        case ast.Tuple(elts=[ast.Name(id=kernel), *_]):
            return kernel
    return ""


def _calls(artifact: Artifact, kernels: tuple[str, ...], counts: list[int]) -> Calls:
    costs = layer_costs(artifact.graph)
    calls = standalone_calls(artifact.graph, artifact.build.tier)
    weighted = frozenset(call.kernel for call in calls if costs[call.y].parameters)
    layers = sum(cost.parameters > 0 for cost in costs.values())
    return Calls(kernels, tuple(counts), weighted, layers)
