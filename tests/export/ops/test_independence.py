"""Emission and the reference executor share nothing that computes.

Their agreement is evidence only if they cannot share a mistake.
Emission reads the call part of an operation; the executor reads everything else.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.fused import network
from support.handmade import handmade
from support.imported import imported as imported_network
from support.imported import mixed_net, residual_net
from support.layer_models import MODELS, chain, randomized, readings
from support.networks import FACTS
from support.onnx_quantized import imported_onnx, sum_net
from support.tflite_kept import kept_net

from thumbnet.export import Graph, convert
from thumbnet.export import ops as ops_package
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels import call
from thumbnet.export.kernels.build import Build
from thumbnet.export.microbit.module_files import emit_files
from thumbnet.export.ops import OPERATIONS
from thumbnet.export.ops.call_part import CallPart
from thumbnet.export.program.vector_rows import extremes
from thumbnet.export.stages.reference import execute
from thumbnet.trainer import Activation, Dense, Model

EXPORT = Path(__file__).parents[3] / "export"

CALL_PART = {name for name, value in vars(CallPart).items() if inspect.isfunction(value)}

HELPS_CALLS = {"cell_call"}
"""Methods of a family that its `calls` uses."""

SIZE = {"weights", "times", "parameters"}
"""Methods that `cost.network_size` uses: the header states the size of the network."""

COMPUTES = ("requantize", "patches", "projection", "table_index", "gate_256ths", "power_of_half")
"""Functions of the integer meanings."""

BUILDS = [
    Build(),
    Build(lanes=True),
    Build(weights="stream", buffer=64),
    Build("viper", "romfs"),
    Build("thumb"),
    Build("thumb_dsp", "stream", buffer=64),
]
MICROBIT = Build("thumb", "flash", parts=True)


def answers() -> Iterator[Graph]:
    """A network for each operation that reads scores."""
    x = np.linspace(-4, 4, 81)[:, None]
    for outputs, last in ((1, "sigmoid"), (1, "linear"), (2, "linear"), (3, "tanh"), (1, "step")):
        yield convert(handmade((np.ones((1, outputs)), 0.0, last)), x, name="net").graph


def two_curves() -> Model:
    """The second curve is not part of a layer."""
    return chain((4,), Dense(3, "tanh"), Activation("sigmoid"), Dense(2, "softmax"))


@cache
def graphs() -> list[Graph]:
    """Fused graphs that have every operation of the integer stages that runs on a board."""
    found = [*answers(), network(4, 3, 2), imported_network(residual_net()).graph]
    found.append(imported_network(mixed_net()).graph)
    found.append(imported_network(kept_net()).graph)
    found.append(imported_onnx(sum_net()).graph)
    made = {**MODELS, "two curves": two_curves}
    for kind, bits in [*((kind, 8) for kind in made), ("padded", 4), ("gru of states", 4)]:
        rng = np.random.default_rng(0)
        model = randomized(made[kind](), rng)
        found.append(convert(model, readings(model, rng), name="net", bits=bits).graph)
    return found


def emitted() -> list[dict[str, bytes]]:
    parts = emit_files(network(4, 3, 2), MICROBIT, FACTS)
    return [parts, *(emit(graph, build, FACTS) for graph in graphs() for build in BUILDS)]


def executed() -> list[dict[str, list[Any]]]:
    found = []
    for graph in graphs():
        values = execute(graph, np.array(extremes(graph)), None)
        found.append({name: tensor.tolist() for name, tensor in values.items()})
    return found


def refuse(name: str) -> Callable[..., Any]:
    def raising(*_: Any, **__: Any) -> Any:
        raise AssertionError(f"{name} must not be called here")

    return raising


def break_methods(monkeypatch: pytest.MonkeyPatch, is_broken: Callable[[str], bool]) -> int:
    """Make methods of all operations raise; return their number."""
    classes = {cls for op in OPERATIONS for cls in type(op).__mro__ if issubclass(cls, CallPart)}
    count = 0
    for cls in classes:
        for name, value in list(vars(cls).items()):
            if inspect.isfunction(value) and is_broken(name):
                monkeypatch.setattr(cls, name, refuse(f"{cls.__name__}.{name}"))
                count += 1
    return count


def test_the_graphs_have_every_operation_that_runs_on_a_board() -> None:
    split_by_fuse = {"matmul", "convolve", "convolve_depthwise", "requantize"}
    wanted = {op.name for op in OPERATIONS if op.integer_attributes is not None} - split_by_fuse
    assert {node.op for graph in graphs() for node in graph.nodes} == wanted


def test_emission_reads_the_call_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = emitted()
    allowed = CALL_PART | HELPS_CALLS | SIZE
    assert break_methods(monkeypatch, lambda name: name not in allowed) > 100
    for module in pkgutil.iter_modules(ops_package.__path__):
        loaded = importlib.import_module(f"{ops_package.__name__}.{module.name}")
        for name in COMPUTES:
            if hasattr(loaded, name):
                monkeypatch.setattr(loaded, name, refuse(name))
    assert emitted() == wanted


def test_the_executor_reads_all_but_the_call_part(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = executed()
    assert break_methods(monkeypatch, lambda name: name in CALL_PART | HELPS_CALLS) > 30
    monkeypatch.setattr(call.Call, "__init__", refuse("a call"))
    monkeypatch.setattr(call, "pack", refuse("the order of weights"))
    assert executed() == wanted


def test_what_is_broken_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    break_methods(monkeypatch, lambda name: name == "calls")
    with pytest.raises(AssertionError, match="must not be called here"):
        emitted()
    break_methods(monkeypatch, lambda name: name == "integer_forward")
    with pytest.raises(AssertionError, match="must not be called here"):
        executed()


# What each sub-package may import


def imported(path: Path) -> set[str]:
    """Names that a file of export/ imports from export/, as `package.module.name`."""
    package = ["export", *path.relative_to(EXPORT).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    own = ("export.", "thumbnet.export.")
    return {name.partition("export.")[2] for name in found if name.startswith(own)}


def rooms(*names: str) -> list[Path]:
    found = [path for name in names for path in sorted((EXPORT / name).glob("*.py"))]
    assert len(found) > 2 * len(names)
    return found


EMISSION = rooms("emit", "microbit")
FOR_EMISSION = {
    *("ops.KERNELS", "ops.call_part", "ops.describe"),
    *(f"ops.call_part.{name}" for name in ("Literal", "Named", "Rows", "Sources")),
    "ops.input.input_limits",
    "ops.answer.answer_kind",
}
SIZES = {"cost.network_size.macs", "cost.network_size.parameters"}


@pytest.mark.parametrize("path", EMISSION, ids=lambda path: path.stem)
def test_emission_imports_nothing_that_computes(path: Path) -> None:
    allowed = ("graph.graph.", "kernels.", "boards.", "emit.", "microbit.")
    for name in imported(path) - FOR_EMISSION - SIZES:
        assert name.startswith(allowed), name


@pytest.mark.parametrize("path", rooms("kernels"), ids=lambda path: path.stem)
def test_kernels_know_no_graph(path: Path) -> None:
    assert all(name.startswith("kernels.") for name in imported(path))


@pytest.mark.parametrize("path", rooms("stages"), ids=lambda path: path.stem)
def test_stages_know_no_kernels(path: Path) -> None:
    for name in imported(path):
        assert name.startswith(("graph.", "ops.", "quantizer.", "stages.")), name
        assert name not in ("ops.call_part", "ops.KERNELS")


def test_imports_are_seen() -> None:
    assert "ops.operation" in imported(EXPORT / "stages" / "reference.py")
    assert "kernels.call.Call" in imported(EXPORT / "emit" / "kernel_calls.py")
    assert "ops.answer.answer_kind" in imported(EXPORT / "emit" / "header.py")
