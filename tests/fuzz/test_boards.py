"""Broken board profiles: `export` refuses them, or fits the network; `make fuzz` tries more."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from support.fuzzing import REFUSED, Case, faults, run, run_apart

HERE = Path(__file__).parent


def loaded(name: str) -> Any:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


campaign, cases = loaded("campaign"), loaded("cases_boards")

NUMBERS = range(40)


@pytest.mark.parametrize("source", cases.SOURCES)
def test_mutated(source: str, tmp_path: Path) -> None:
    for number in NUMBERS:
        done = run(cases.SOURCES[source](campaign.seeded(source, number)), tmp_path)
        assert not faults(done), (source, number, done)


PROFILE = next(text for text in cases.PROFILES if b"Raspberry Pi Pico" in text)

HOSTILE = {
    "nested 100,000 deep": (b"[" * 100_000, "it has more than 16,000 bytes"),
    "nested 5,000 deep": (b"[" * 5_000, "a deeply nested one"),
    "a number of 5,000 digits": (b"9" * 5_000, "a number of thousands of digits"),
    "a number of 9,000 hexadecimal digits": (b"0x" + b"f" * 9_000, "a number of 36,000 bits"),
    "a key of 5,000 parts": (b"1\n" + b"a." * 5_000 + b"a = 1", "unknown field 'a'"),
    "20 MB": (b"1\n" + b"#" * 20_000_000, "it has more than 16,000 bytes"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile(kind: str, tmp_path: Path) -> None:
    value, said = HOSTILE[kind]
    lines = [line for line in PROFILE.splitlines() if not line.startswith(b"romfs")]
    profile = b"\n".join([*lines, b"romfs = " + value])
    files = {"b.toml": profile, "m.npz": cases._models()[0]}
    done = run_apart(Case(("export", "m.npz", "--board", "b.toml", "-o", "out"), files), tmp_path)
    assert not faults(done), done
    assert done.verdict == REFUSED
    assert said in done.line
