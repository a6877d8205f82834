"""Forged artifacts: each verb that reads them refuses them, or computes; see `make fuzz`."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.fuzzing import REFUSED, Case, faults, run, run_apart

from thumbnet.export.program import artifact as artifact_module

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


campaign, cases = loaded("campaign"), loaded("cases_artifacts")

NUMBERS = range(30)


@pytest.mark.parametrize("source", cases.SOURCES)
def test_mutated(source: str, tmp_path: Path) -> None:
    for number in NUMBERS:
        done = run(cases.SOURCES[source](campaign.seeded(source, number)), tmp_path)
        assert not faults(done), (source, number, done)


def node(document: Any, op: str) -> Any:
    return next(node for node in document["graph"]["nodes"] if node["op"] == op)


def tensor(document: Any, name: str) -> Any:
    return next(t for t in document["graph"]["tensors"] if t["name"] == name)


def many_inputs(document: Any) -> None:
    """Rows, and everything else, fit 200,000 inputs."""
    count = 200_000
    tensor(document, "input")["shape"] = tensor(document, "x")["shape"] = [count]
    document["inputs"], document["targets"] = [[0] * count] * 4, [None] * 4


def many_vectors(document: Any) -> None:
    row = document["inputs"][0]
    document["inputs"] = [row] * 1_000_000
    document["targets"] = [None] * 1_000_000


def huge_window(document: Any) -> None:
    """A sum of a single pixel, padded to terabytes."""
    window = [2**20, 1, 1, 1, 2**20, 1, 1, 0, 2**20 - 1, 1, 1]
    node(document, "max_pool")["attributes"]["window"] = window


def empty_lists(document: Any) -> None:
    document["info"] = [[]] * 6_000_000


def long_list(document: Any) -> None:
    document["targets"] = [1.5] * 6_000_000


FORGED: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "200,000 inputs": ("hidden_tanh", many_inputs, "it has 200,000 inputs, but 131,072 is the"),
    "a window of terabytes": ("image_plain", huge_window, "copies too many values"),
    "a million vectors": ("image_plain", many_vectors, "has more than 32,000,000 bytes"),
    "six million lists": ("hidden_tanh", empty_lists, "too many values"),
    "six million floats": ("hidden_tanh", long_list, "there are 6000000 targets for"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_would_take_all_memory_is_refused(kind: str, tmp_path: Path) -> None:
    name, spoil, said = FORGED[kind]
    document = json.loads(cases.exported(name)[f"{name}.json"])
    spoil(document)
    document["digest"] = artifact_module._digest(document)
    text = json.dumps(document, separators=(",", ":")).encode()
    done = run_apart(
        Case(("verify", f"{name}.json"), {**cases.exported(name), f"{name}.json": text}), tmp_path
    )
    assert not faults(done), done
    assert done.verdict == REFUSED
    assert said in done.line


@pytest.mark.parametrize("device", ["/dev/zero", "fifo"])
def test_no_file(device: str, tmp_path: Path) -> None:
    """Links to a device, and pipes, have no end."""
    import os

    def put(folder: Path) -> None:
        path = folder / "hidden_tanh.json"
        path.unlink()
        if device == "fifo":
            os.mkfifo(path)
        else:
            path.symlink_to(device)

    done = run_apart(
        Case(("verify", "hidden_tanh.py"), cases.exported("hidden_tanh"), prepare=put), tmp_path
    )
    assert not faults(done), done
    assert done.verdict == REFUSED
