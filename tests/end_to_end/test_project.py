"""The project around the code: one version, a changelog, complete metadata, local checks."""

from __future__ import annotations

import re
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PARTS = ("trainer", "export", "firmware", "tools")


def project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def test_the_version_stands_in_one_place() -> None:
    literal = re.compile(rf"['\"]{re.escape(project()['version'])}['\"]")
    found = [
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.toml", "*.cfg", "*.py", "Makefile", *(f"{p}/**/*" for p in PARTS))
        for path in ROOT.glob(pattern)
        if path.suffix in (".py", ".toml", ".cfg", "") and path.is_file()
        if literal.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["pyproject.toml"]


def test_the_changelog_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.M)
    assert sections[0] == ("Unreleased", "")
    assert sections[1][0] == project()["version"]
    assert all(date for _, date in sections[1:])


def test_metadata_is_complete() -> None:
    found = project()
    assert found["authors"] == [{"name": "thumbnet contributors"}]
    assert found["license"] == metadata("thumbnet")["License-Expression"] == "MIT"
    assert {"description", "readme", "keywords", "classifiers", "requires-python"} <= set(found)
    assert (
        f"Programming Language :: Python :: {found['requires-python'][2:]}" in found["classifiers"]
    )


def test_checks_before_a_commit_need_no_network() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"repo: (\S+)", text)) == {"local"}
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert re.findall(r"- id: (\S+)", text) == ["ruff-check", "ruff-format", "mypy"]


def test_mutated_files_and_the_tests_that_notice_exist() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["tool"]["thumbnet"]["mutants"]
    tests = [test.partition("::")[0] for killers in table.values() for test in killers]
    missing = [path for path in (*table, *tests) if not (ROOT / path).exists()]
    assert not missing
