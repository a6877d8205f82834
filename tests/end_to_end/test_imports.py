"""Imports follow the flow: trainer -> export -> importers -> tools -> examples.

Inside each part there is an order, too.

Every import counts, also one inside a function or under TYPE_CHECKING.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PARTS = {
    "trainer": "trainer",
    "export": "export",
    "importers": "importers",
    "tools": "tools",
    "examples": "trainer/examples",
    "benchmark": "tools/benchmark",
}
"""The folder of each part, in the order of the flow: a part imports those above it in this list.

A folder inside another part's folder is a part of its own.
"""

ORDERS: dict[str, list[str]] = {
    "trainer": [
        "arrays",
        "errors",
        "files",
        "datasets",
        "autograd",
        "layers",
        "network",
        "quantization",
        "optimization",
        "training",
        "models",
        "signals",
        "sound",
        "benchmark",
        "benchmark_cells",
    ],
    "export": [
        "graph",
        "quantizer",
        "kernels",
        "boards",
        "ops",
        "stages",
        "cost",
        "emit",
        "microbit",
        "board_fit",
        "program",
    ],
    "importers": [
        "tflite",
        "onnx_files",
        "keras_files",
        "float_networks",
        "integer_networks",
        "classes",
        "read",
    ],
    "tools": [
        "json_lines",
        "terminal",
        "transport",
        "targets",
        "run",
        "live",
        "workflow",
        "report",
        "commands",
        "cli",
        "__main__",
    ],
}
"""Sub-packages and top modules of a part in the order of the flow: each imports those before it.

A part without an order is not checked for circles either.
"""

OPTIONAL = {
    *("aeon", "cbor2", "h5py", "micropython_microbit_fs", "mpremote", "onnx", "pooch", "requests"),
    "serial",
    *("soundfile", "soxr"),
    "torch",
}
"""Packages that are slow to import or may be missing: functions may import them."""

NEEDS_OPTIONAL = {"thumbnet.tools.report.page", "thumbnet.tools.report.page.render"}
"""Modules of ours that import such packages (jinja2, matplotlib) at their top."""

LONGEST_FILE = 320


@dataclass(frozen=True)
class Import:
    """A dotted name that a file imports, and whether a function does it."""

    name: str
    is_local: bool


def part_of(path: Path) -> str:
    """The part whose folder is the closest one around a file."""
    relative = path.relative_to(ROOT).as_posix()
    around = [name for name, folder in PARTS.items() if relative.startswith(f"{folder}/")]
    return max(around, key=lambda name: len(PARTS[name]), default="")


def files(part: str) -> list[Path]:
    found = [path for path in sorted((ROOT / PARTS[part]).rglob("*.py")) if part_of(path) == part]
    assert found
    return found


def nodes(tree: ast.AST, is_local: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """All nodes of a tree, each with whether it is inside a function."""
    for node in ast.iter_child_nodes(tree):
        inside = is_local or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield node, inside
        yield from nodes(node, inside)


def imports(path: Path) -> set[Import]:
    """All imports of a file; relative ones are resolved, `from a import b` counts as a and a.b."""
    found = set()
    package = ["thumbnet", *path.relative_to(ROOT).parts[:-1]]
    for node, is_local in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(Import(alias.name, is_local) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found.add(Import(module, is_local))
            found.update(Import(f"{module}.{alias.name}", is_local) for alias in node.names)
    return found


def imported(path: Path) -> set[str]:
    return {one.name for one in imports(path)}


def module_file(name: str) -> Path | None:
    """The file of a module of ours; None for anything else."""
    parts = name.split(".")
    if parts[0] != "thumbnet":
        return None
    place = ROOT.joinpath(*parts[1:])
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


def imported_files(path: Path) -> set[Path]:
    """The files of ours that a file imports, with `from package import module` as the module."""
    names = {name for name in imported(path) if module_file(name)}
    # Of `from package.module import name` only the module has a file; a package stands for itself
    # where something else than its modules is imported from it.
    found = set()
    for name in names:
        file = module_file(name)
        assert file is not None
        inner = [other for other in imported(path) if other.rpartition(".")[0] == name]
        if file.name == "__init__.py" and inner and all(map(module_file, inner)):
            continue
        found.add(file)
    return found - {path}


@pytest.mark.parametrize("part", PARTS)
def test_parts_follow_the_flow(part: str) -> None:
    before = list(PARTS)[: list(PARTS).index(part) + 1]
    for path in files(part):
        others = {part_of(file) for file in imported_files(path)} - {""}
        assert others <= set(before), f"{path} imports {others - set(before)}"


def room(path: Path, part: str) -> str:
    """The sub-package or top module of a part that a file is in; "" for the part's __init__."""
    first = path.relative_to(ROOT / PARTS[part]).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def upward(part: str) -> list[str]:
    """Imports of a part that run against its order."""
    order = [*ORDERS[part], ""]
    found = []
    for path in files(part):
        for file in imported_files(path):
            if part_of(file) == part and order.index(room(file, part)) > order.index(
                room(path, part)
            ):
                found.append(f"{path.relative_to(ROOT)} imports {file.relative_to(ROOT)}")
    return found


@pytest.mark.parametrize("part", ORDERS)
def test_every_sub_package_has_its_place_in_the_order(part: str) -> None:
    assert {room(path, part) for path in files(part)} - {""} == set(ORDERS[part])


@pytest.mark.parametrize("part", ORDERS)
def test_sub_packages_follow_the_flow(part: str) -> None:
    assert upward(part) == []


def circles(graph: dict[Path, set[Path]]) -> list[list[Path]]:
    """Groups of files that import each other, directly or not."""
    reach: dict[Path, set[Path]] = {}
    for start in graph:
        seen: set[Path] = set()
        queue = [start]
        while queue:
            new = graph.get(queue.pop(), set()) - seen
            seen |= new
            queue += new
        reach[start] = seen
    groups = {frozenset(b for b in reach[a] if a in reach.get(b, ())) for a in graph}
    return sorted(sorted(group) for group in groups if group)


@pytest.mark.parametrize("part", ORDERS)
def test_no_files_import_each_other(part: str) -> None:
    assert circles({path: imported_files(path) for path in files(part)}) == []


@pytest.mark.parametrize("part", ORDERS)
def test_functions_import_optional_packages_only(part: str) -> None:
    for path in files(part):
        names = {one.name for one in imports(path) if one.is_local} - NEEDS_OPTIONAL
        local = {name.split(".")[0] for name in names}
        assert local <= OPTIONAL, f"{path} imports {local - OPTIONAL} inside a function"


def test_the_checker_sees_what_it_should(tmp_path: Path) -> None:
    saving = ROOT / "trainer" / "training" / "saving.py"
    assert ROOT / "trainer" / "files" / "archive.py" in imported_files(saving)
    # `from ..optimization import losses` is the module, not the package.
    compiled = imported_files(ROOT / "trainer" / "training" / "compiled.py")
    assert ROOT / "trainer" / "optimization" / "losses.py" in compiled
    assert ROOT / "trainer" / "optimization" / "__init__.py" not in compiled
    assert ROOT / "trainer" / "__init__.py" in imported_files(
        ROOT / "export" / "stages" / "pipeline.py"
    )
    tree = ast.parse("def f():\n    import torch\nif TYPE_CHECKING:\n    import json\n")
    found = [(n.names[0].name, local) for n, local in nodes(tree) if isinstance(n, ast.Import)]
    assert found == [("torch", True), ("json", False)]
    a, b, c = (tmp_path / name for name in "abc")
    assert circles({a: {b}, b: {c}, c: set()}) == []
    assert circles({a: {b}, b: {c}, c: {a}}) == [[a, b, c]]
    assert part_of(ROOT / "trainer" / "examples" / "xor.py") == "examples"
    assert part_of(ROOT / "trainer" / "errors.py") == "trainer"


USERS = {
    "trainer": ["export", "tools", "examples", "benchmark"],
    "export": ["tools", "examples", "benchmark"],
}


@pytest.mark.parametrize(("used", "part"), [(used, part) for used in USERS for part in USERS[used]])
def test_parts_use_public_names_of_each_other(used: str, part: str) -> None:
    package = f"thumbnet.{used}"
    public = {f"{package}.{name}" for name in importlib.import_module(package).__all__}
    for path in files(part):
        names = {name for name in imported(path) if name.startswith(f"{package}.")}
        inner = {n for n in names - public if not n.startswith("thumbnet.trainer.examples")}
        assert not inner, f"{path} imports {inner}"


@pytest.mark.parametrize("name", ["thumbnet.trainer", "thumbnet.export", "thumbnet.tools"])
def test_only_public_names_are_shown(name: str) -> None:
    package = importlib.import_module(name)
    shown = {n for n in dir(package) if not (n.startswith("__") and n.endswith("__"))}
    assert shown == set(package.__all__)
    assert all(hasattr(package, n) for n in package.__all__)


def test_firmware_imports_nothing_of_the_host() -> None:
    for path in sorted((ROOT / "firmware").rglob("*.py")):
        names = {name.split(".")[0] for name in imported(path)}
        assert not names & {"thumbnet", "numpy", "trainer", "export", "tools"}, path


def reached_rooms(start: str) -> set[str]:
    """The rooms of export/ that files of one of them import, directly or not."""
    graph = {path: imported_files(path) for path in files("export")}
    queue = [path for path in graph if room(path, "export") == start]
    seen = set(queue)
    while queue:
        new = {path for path in graph[queue.pop()] if path in graph} - seen
        seen |= new
        queue += new
    return {room(path, "export") for path in seen}


def test_emitter_and_reference_executor_are_independent() -> None:
    assert "stages" not in reached_rooms("emit") | reached_rooms("microbit")
    assert not reached_rooms("stages") & {"emit", "microbit"}


@pytest.mark.parametrize("folder", ["trainer", "export", "importers", "tools", "firmware", "tests"])
def test_files_stay_small(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "golden" in path.parts:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST_FILE, f"{path} has {lines} lines: give the second idea its own file"
