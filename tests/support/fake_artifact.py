"""An artifact without the exporter: the small module beside this file, answered by CPython."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from thumbnet.export import load_board
from thumbnet.export.kernels.build import Build

SOURCE = Path(__file__).with_name("gestures.py")


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FakeArtifact:
    """What the tools use of an artifact of the exporter."""

    name = "gestures"
    kind = "classifier"
    macs = 12
    intact = True
    edited = ("gestures.py",)
    graph = None
    windows: tuple[()] = ()
    board = load_board("generic")
    build = Build()

    def __init__(self, path: Path = SOURCE, rows: int = 20) -> None:
        self.path = path
        self.files = {"gestures.py": path.read_bytes()}
        self.inputs = [[n % 7, (n * 37) % 256, 255 - n, n * n % 200] for n in range(rows)]
        self._module = load(SOURCE)
        self.targets: list[int | None] = [self._module.predict(row) for row in self.inputs]
        self.info: dict[str, Any] = {}

    @property
    def rows(self) -> list[bytes]:
        return [bytes(row) for row in self.inputs]

    def expected_of_windows(self) -> list[dict[str, Any]]:
        return []

    def expected(self) -> list[dict[str, Any]]:
        m = self._module
        return [
            {
                "scores": m.scores(row),
                "predict": m.predict(row),
                "probabilities": m.probabilities(row),
            }
            for row in self.inputs
        ]


def damaged(source: bytes) -> bytes:
    """The same module with one weight another."""
    assert source.count(b"\\x85\\x7b") == 1
    return source.replace(b"\\x85\\x7b", b"\\x86\\x7b")
