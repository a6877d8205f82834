"""The arrows of the design: tools -> export -> trainer -> numpy, firmware -> nothing of ours."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("trainer", "export", "tools")
MAY_IMPORT = {"trainer": set(), "export": {"trainer"}, "tools": {"trainer", "export"}}
LONGEST_FILE = 320


def files(part: str) -> list[Path]:
    found = [
        p
        for p in sorted((ROOT / part).rglob("*.py"))
        if not {"examples", "golden"} & set(p.relative_to(ROOT).parts)
    ]
    assert found
    return found


def imported(path: Path) -> set[str]:
    """Dotted names of all imports, relative ones resolved."""
    names = set()
    package = ["thumbnet", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def parts_of(names: set[str]) -> set[str]:
    return {n.split(".")[1] for n in names if n.startswith("thumbnet.")}


@pytest.mark.parametrize("part", PARTS)
def test_arrows(part: str) -> None:
    for path in files(part):
        others = parts_of(imported(path)) & set(PARTS) - {part}
        assert others <= MAY_IMPORT[part], f"{path} imports {others}"


def test_the_checker_sees_an_arrow(tmp_path: Path) -> None:
    assert parts_of({"thumbnet.tools.cli", "numpy"}) == {"tools"}
    assert "thumbnet.trainer" in imported(ROOT / "export" / "stages" / "pipeline.py")
    assert "thumbnet.export.stages.verify" in imported(ROOT / "export" / "stages" / "pipeline.py")


def test_firmware_imports_nothing_of_the_host() -> None:
    for path in files("firmware"):
        names = {name.split(".")[0] for name in imported(path)}
        assert not names & {"thumbnet", "numpy", "trainer", "export", "tools"}, path


@pytest.mark.parametrize("part", [*PARTS, "firmware", "tests"])
def test_files_stay_small(part: str) -> None:
    for path in files(part):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST_FILE, f"{path} has {lines} lines: give the second idea its own file"
