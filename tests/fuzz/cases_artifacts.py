"""Cases for what reads an exported module: `verify`, `bench`, `deploy`.

A stranger can recompute the digest of what he changes, so most cases do.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from support.exact_cases import CASES
from support.fuzzing import Case, Source
from support.mutators import dump_json, mutate_bytes, mutate_json

from thumbnet.export import convert
from thumbnet.export.program import artifact as artifact_module

EXPORTED = (
    *("states_plain", "branches_thumb", "image_plain", "separable_plain", "gru_plain"),
    *("layer_normalization_plain", "stream_features", "stream_raw", "regression_several"),
    *("hidden_tanh", "int4_conv_thumb", "int4_gru_plain", "romfs_dense", "streamed_plain"),
    *("input_sensors", "last_sigmoid_several", "last_step_several", "rnn_plain", "lanes"),
    "lstm_plain",
)
"""Networks of every operation, with every place of the weights."""


@functools.cache
def exported(name: str) -> dict[str, bytes]:
    """The files of a network: its module, its `.json`, its weights."""
    case = CASES[name]()
    x, y = (None, None) if case.y is None else (case.x[: len(case.y)], case.y)
    with tempfile.TemporaryDirectory() as folder:
        program = convert(case.model, case.x, name=name, **case.options)
        program.write(folder, x, y, vectors=2)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@functools.cache
def document(name: str) -> Any:
    """The `.json` of a network."""
    return json.loads(exported(name)[f"{name}.json"])


def with_digest(changed: Any, random: Random) -> bytes:
    """The text of a `.json`, with its own digest."""
    if isinstance(changed, dict):
        changed["digest"] = artifact_module._digest(changed)
    return dump_json(changed, random).encode()


def _case(name: str, files: dict[str, bytes], random: Random) -> Case:
    module = next(file for file in exported(name) if not file.endswith((".json", ".bin")))
    named = random.choice((module, f"{name}.json"))
    verb = random.choice(
        (("verify", named, "--rows", "1"), ("deploy", named), ("bench", named, "--rows", "1"))
    )
    return Case(verb, {**exported(name), **files}, may_run=True)


def _graph(random: Random) -> Case:
    """Only the graph is changed: the rest must not be what refuses it."""
    name = random.choice(EXPORTED)
    changed = {**document(name), "graph": mutate_json(document(name)["graph"], random)}
    return _case(name, {f"{name}.json": with_digest(changed, random)}, random)


def _node(random: Random) -> Case:
    """Only the attributes of one operation, or a tensor, are changed."""
    name = random.choice(EXPORTED)
    changed = json.loads(exported(name)[f"{name}.json"])
    graph = changed["graph"]
    kind, key = random.choice((("nodes", "attributes"), ("nodes", None), ("tensors", None)))
    item = random.choice(graph[kind])
    place = item if key is None else item[key]
    mutated = mutate_json(place, random)
    if key is None:
        graph[kind][graph[kind].index(item)] = mutated
    else:
        item[key] = mutated
    return _case(name, {f"{name}.json": with_digest(changed, random)}, random)


def _rest(random: Random) -> Case:
    """Vectors, targets, board and build are changed."""
    name = random.choice(EXPORTED)
    key = random.choice(("board", "build", "info", "targets", "inputs", "files"))
    changed = {**document(name), key: mutate_json(document(name)[key], random)}
    return _case(name, {f"{name}.json": with_digest(changed, random)}, random)


@functools.cache
def _of_table(name: str) -> dict[str, bytes]:
    """The files of a network of a table; of `compiled`, the names of its classes too."""
    from thumbnet.tools.cli import main

    rows = "".join(f"{k}.5,{'ny'[k % 3 > 1]},{k % 7},{'ab'[k % 2]}\n" for k in range(30))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "d.csv").write_text("x,flag,z,kind\n" + rows)
        train = ["train", str(folder / "d.csv"), "-o", str(folder / "m.npz"), "--epochs", "1"]
        export = ["export", str(folder / "m.npz"), "-o", str(folder / "out"), "--vectors", "2"]
        compiled = ["--mpy", "--board", "unix"] if name == "compiled" else []
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert main([*train, "--hidden", "2"]) == 0
            assert main([*export, *compiled]) == 0
        return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def _about(random: Random) -> Case:
    """What `.json` says about columns and classes is changed, and rows are answered by it."""
    files = _of_table(random.choice(("compiled", "plain")))
    changed = json.loads(files["m.json"])
    changed["about"] = mutate_json(changed["about"], random)
    data = b"x,flag,z,kind\n1.5,y,3,a\n2.5,n,1,b\n"
    given = {**files, "m.json": with_digest(changed, random), "d.csv": data}
    module = "m.mpy" if "m.mpy" in files else "m.py"
    more = random.choice(((), ("--json",), ("--proba",), ("-o", "out/a.csv")))
    return Case(
        random.choice((("predict", module, "d.csv", *more), ("verify", module))), given, True
    )


def _text(random: Random) -> Case:
    """Bytes of the file are changed."""
    name = random.choice(EXPORTED)
    data = mutate_bytes(exported(name)[f"{name}.json"], random)
    return _case(name, {f"{name}.json": data}, random)


SOURCES: dict[str, Source] = {
    "artifact graph": _graph,
    "artifact node": _node,
    "artifact vectors": _rest,
    "artifact about": _about,
    "artifact text": _text,
}
