"""The sub-packages of tools: no circle, no import against the flow, public names only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import thumbnet.export
import thumbnet.tools
import thumbnet.trainer

TOOLS = Path(__file__).parents[2] / "tools"
ORDER = (
    *("json_lines", "terminal", "transport", "targets", "run", "workflow", "report.text_format"),
    *("report.analysis", "report.contents", "report.findings", "report.collect", "report.charts"),
    *("report.page", "benchmark", "commands", "cli", "__main__"),
)
"""What is imported from the left only."""

HEAVY = ("mpremote", "serial", "thumbnet.tools.report.page")
"""Optional packages, and what needs some: imported where they are used."""

FILES = sorted(TOOLS.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(TOOLS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Module (absolute), imported name, and whether that is inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    package = ["thumbnet", "tools", *path.relative_to(TOOLS).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, "", node in inside
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield module, alias.name, node in inside


def place(module: str) -> int:
    found = [k for k, name in enumerate(ORDER) if f"{module}.".startswith(f"{name}.")]
    assert found, f"{module} has no place in ORDER"
    return found[0]


def modules() -> dict[str, set[str]]:
    """Module of tools -> the modules of tools that it imports."""
    known = {dotted(path) for path in FILES}
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph[dotted(path)] = set()
        for module, name, _ in imports(path):
            if module == "thumbnet.tools" or module.startswith("thumbnet.tools."):
                inner = module.removeprefix("thumbnet.tools").removeprefix(".")
                whole = f"{inner}.{name}".removeprefix(".")
                graph[dotted(path)].add(whole if whole in known else inner)
    return graph


def test_every_import_follows_the_order() -> None:
    for module, others in modules().items():
        for other in others:
            # A package that only documents its files has no place of its own.
            if module and other:
                assert place(other) <= place(module), f"{module} imports {other}"


def test_there_is_no_circle() -> None:
    graph = modules()
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, f"circle: {' -> '.join([*above, module])}"
        if module not in done:
            for other in graph[module]:
                visit(other, (*above, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("part", [thumbnet.export, thumbnet.trainer])
def test_public_names_only(part) -> None:
    allowed = {part.__name__, f"{part.__name__}.examples", f"{part.__name__}.examples.common"}
    for path in FILES:
        for module, name, _ in imports(path):
            if module == part.__name__ or module.startswith(f"{part.__name__}."):
                assert module in allowed, f"{path} imports {module}"
                assert module != part.__name__ or name in part.__all__, f"{path}: {name}"


def test_imports_inside_functions_are_of_optional_packages() -> None:
    for path in FILES:
        for module, name, inside in imports(path):
            assert not inside or module.startswith(HEAVY), f"{path}: {module} {name}"


@pytest.mark.parametrize("part", [thumbnet.export, thumbnet.trainer, thumbnet.tools])
def test_dir_shows_public_names(part) -> None:
    shown = {name for name in dir(part) if not name.startswith("__")}
    assert shown == set(part.__all__)
    assert list(part.__all__) == sorted(part.__all__)
