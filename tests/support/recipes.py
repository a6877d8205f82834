"""The recipes of docs/architecture.md, and a copy of the packages in which to follow them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .pages import ROOT, read

PAGE = "docs/architecture.md"
PARTS = ("trainer", "export", "firmware", "tools")


def recipe(title: str) -> list[str]:
    """The file of each numbered step of a recipe: the first inline code of the step."""
    _, _, rest = read(PAGE).partition(f"\n### {title}\n")
    section = re.split(r"^#{2,3} ", rest, maxsplit=1, flags=re.M)[0]
    steps = re.findall(r"^\d+\. .*?`([^`]+)`", section, re.M)
    assert steps, f"no recipe {title!r}"
    return steps


class Copy:
    """A copy of the packages, which may be changed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "thumbnet"
        skip = shutil.ignore_patterns("__pycache__")
        for part in PARTS:
            shutil.copytree(ROOT / part, self.root / part, ignore=skip)
        self._before = self._contents()

    def _contents(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    def add(self, path: str, text: str) -> None:
        """Write a file that does not exist yet."""
        assert not (self.root / path).exists(), path
        (self.root / path).write_text(text, encoding="utf-8")

    def insert(self, path: str, lines: Mapping[str, str]) -> None:
        """Insert lines into a file, each in front of a line of it."""
        text = (self.root / path).read_text(encoding="utf-8")
        for before, new in lines.items():
            assert text.count(f"\n{before}\n") == 1, (path, before)
            text = text.replace(f"\n{before}\n", f"\n{new}\n{before}\n")
        (self.root / path).write_text(text, encoding="utf-8")

    def touched(self) -> set[str]:
        """The files that are new, or not what they were."""
        now = self._contents()
        return {path for path in now if now[path] != self._before.get(path)}

    def run(self, script: str) -> str:
        """Run a script on the copy, and return what it prints."""
        return self._python("-c", script)

    def add_tests(self) -> None:
        """Copy the tests too."""
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "tests", self.root / "tests", ignore=skip)
        shutil.copy(ROOT / "pyproject.toml", self.root)

    def run_tests(self, *files: str) -> str:
        """Run test files, `tests/...`, on the copy, and return what pytest prints."""
        paths = [str(self.root / file) for file in files]
        return self._python("-m", "pytest", "-vv", "-p", "no:cacheprovider", *paths)

    def _python(self, *arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(self.root.parent)}
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.root.parent, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout
