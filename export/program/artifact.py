"""What export leaves in a folder: the module for the board, and the file that proves it right."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..boards.profile import BoardProfile
from ..cost.network_size import macs
from ..graph.graph import Graph
from ..graph.serialization import dump, graph_from_json, graph_to_json
from ..kernels.build import Build
from ..ops.answer import is_regression
from ..quantizer.input_counts import in_units
from ..stages.reference import accepted_counts, execute, to_counts
from ..stages.verify import verify
from .stream_vectors import stream_answers, stream_windows

SUFFIXES = (".py", ".mpy", ".hex")


@dataclass(frozen=True)
class Artifact:
    """A written module, with the graph that it has to agree with and rows to try.

    `path` is the module: `.py`, `.mpy`, or the `.hex` that holds it. `digests` has the SHA-256 of
    every file that goes on the board. `inputs` are rows as `predict` takes them; `targets` has a
    class index, a number or None for each. `info` may hold the accuracy: "samples", "float",
    "integer".
    """

    path: Path
    graph: Graph
    board: BoardProfile
    build: Build
    digests: dict[str, str]
    inputs: list[list[int | float]]
    targets: list[int | float | None]
    info: dict[str, Any]

    @property
    def name(self) -> str:
        """The name that the board imports."""
        return self.graph.name

    @property
    def files(self) -> dict[str, bytes]:
        """Everything that goes on the board: file name to contents."""
        return {name: (self.path.parent / name).read_bytes() for name in self.digests}

    @property
    def intact(self) -> bool:
        """True if all its files are the very ones that export wrote."""
        return _digests(self.files) == self.digests

    @property
    def mpy(self) -> bool:
        """True if the module is compiled already."""
        return self.path.suffix == ".mpy"

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return macs(self.graph)

    @property
    def kind(self) -> str:
        """`classifier` or `regression`."""
        return "regression" if is_regression(self.graph) else "classifier"

    @property
    def windows(self) -> list[list[list[int | float]]]:
        """Windows of samples for the module's `Stream`, none if it has no such."""
        return stream_windows(self.graph)

    def expected_of_windows(self) -> list[dict[str, Any]]:
        """Return what the board has to answer for `windows`: "values" and "scores"."""
        return stream_answers(self.graph)

    def expected(self, rows: npt.ArrayLike | None = None) -> list[dict[str, Any]]:
        """Return what the board has to answer for each row (default: `inputs`).

        Each answer has "scores" (integers), for classifiers "predict" (a class index), and
        "probabilities" (Q15 integers) where the module has them.
        """
        counts = to_counts(self.graph, self.inputs if rows is None else rows)
        values = execute(self.graph, counts, self.graph.outputs)
        answers: list[dict[str, Any]] = [{"scores": row} for row in values["scores"].tolist()]
        keys = {"prediction": "predict", "probabilities": "probabilities"}
        if self.kind == "regression":
            del keys["prediction"]
        for tensor, key in keys.items():
            if tensor in values:
                for answer, value in zip(answers, values[tensor].tolist(), strict=True):
                    answer[key] = value
        return answers


def write_artifact(
    folder: str | os.PathLike[str],
    graph: Graph,
    board: BoardProfile,
    build: Build,
    files: Mapping[str, bytes],
    rows: npt.NDArray[Any],
    targets: list[Any],
    info: dict[str, Any],
) -> Artifact:
    """Write `files` (the module first) and `<name>.json` beside their final names, then rename all.

    To the given rows come the extremes of the input: all smallest, all largest, and both mixed.
    Files that an earlier export of this name left and this one does not have are removed.

    Raises
    ------
    ThumbnetError
        If the folder cannot be made or written.

    """
    inputs = readings(graph, to_counts(graph, rows) if len(rows) else rows)
    inputs += readings(graph, extremes(graph))
    artifact = Artifact(
        Path(folder) / next(iter(files)),
        graph,
        board,
        build,
        _digests(files),
        inputs,
        [*targets, *[None] * (len(inputs) - len(targets))],
        info,
    )
    document = {
        "digest": "",
        "board": asdict(board),
        "build": asdict(build),
        "files": artifact.digests,
        "info": info,
        "graph": graph_to_json(graph),
        "targets": artifact.targets,
        "inputs": artifact.inputs,
    }
    document["digest"] = _digest(document)
    sidecar = artifact.path.with_suffix(".json")
    try:
        artifact.path.parent.mkdir(parents=True, exist_ok=True)
        left = _left_behind(sidecar, artifact.digests)
        contents = {artifact.path.parent / name: data for name, data in files.items()}
        write_atomically({**contents, sidecar: dump(document).encode()})
        for path in left:
            path.unlink()
    except OSError as error:
        raise ThumbnetError(
            f"cannot write {artifact.path.parent}: {error.strerror or error}: "
            "choose another folder with -o, or free some space"
        ) from error
    return artifact


def load_artifact(path: str | os.PathLike[str]) -> Artifact:
    """Return the artifact of a written module.

    Parameters
    ----------
    path
        The module (`.py`, `.mpy` or `.hex`), or the `.json` beside it.

    Raises
    ------
    ThumbnetError
        If the module or its `.json` is missing or damaged, or the graph in it is not sound.

    """
    module = Path(path)
    if module.suffix == ".json":
        beside = (module.with_suffix(suffix) for suffix in SUFFIXES)
        module = next((file for file in beside if file.is_file()), module)
    if not module.is_file():
        raise ThumbnetError(f"{module}: no such module: give the file that `thumbnet export` wrote")
    sidecar = module.with_suffix(".json")
    if module.suffix not in SUFFIXES or not sidecar.is_file():
        raise ThumbnetError(
            f"{module}: {sidecar.name} is not beside it: "
            "give the module that `thumbnet export` wrote and keep its files together"
        )
    try:
        document = json.loads(sidecar.read_text(encoding="utf-8"))
        if document["digest"] != _digest(document):
            raise ValueError("its digest is another")
        graph = verify(graph_from_json(document["graph"]))
        fields = [document[key] for key in ("files", "inputs", "targets", "info")]
        tiers = tuple(document["board"].pop("tiers"))
        board = BoardProfile(tiers=tiers, **document["board"])
        build = Build(**document["build"])
    except (ValueError, KeyError, TypeError, ThumbnetError) as error:
        raise ThumbnetError(f"{sidecar}: truncated or edited ({error}): export again") from error
    if graph.name != module.stem:
        raise ThumbnetError(
            f"{module} holds the network {graph.name!r}: rename it back to {graph.name}.py, with "
            f"its .json, or export it with --name {module.stem}"
        )
    for name in fields[0]:
        if not (module.parent / name).is_file():
            there = "export wrote" if name == module.name else "belongs to it"
            raise ThumbnetError(f"{module}: {name}, which {there}, is not beside it: export again")
    if module.name not in fields[0]:
        raise ThumbnetError(
            f"{module} is not of the last export, which wrote {', '.join(fields[0])}: give that"
        )
    return Artifact(module, graph, board, build, *fields)


def readings(graph: Graph, counts: npt.ArrayLike) -> list[list[int | float]]:
    """Return counts as the numbers that `predict` takes: raw units, whole where they are."""
    return in_units(counts, accepted_counts(graph).units)  # type: ignore[no-any-return]


def extremes(graph: Graph) -> npt.NDArray[np.int64]:
    """Return rows of counts at the ends of the accepted range: low, high, and both in turn."""
    inputs = accepted_counts(graph)
    low, high = inputs.minimum, inputs.maximum
    odd = np.arange(len(low)) % 2 == 1
    return np.stack([low, high, np.where(odd, high, low), np.where(odd, low, high)])


def _digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of everything but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _left_behind(sidecar: Path, kept: Mapping[str, str]) -> list[Path]:
    """Return the files that an earlier export wrote, that are as it wrote them, and not `kept`."""
    try:
        old = json.loads(sidecar.read_text(encoding="utf-8"))["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    paths = [(sidecar.parent / Path(name).name, digest) for name, digest in old]
    return [
        path
        for path, digest in paths
        if path.name not in kept
        and path.is_file()
        and _digests({"": path.read_bytes()})[""] == digest
    ]


def write_atomically(contents: dict[Path, bytes]) -> None:
    """Write every file beside its place first, then move all: no half-written file is left."""
    beside: dict[Path, str] = {}
    try:
        for path, data in contents.items():
            handle, beside[path] = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(beside[path], 0o644)
        for path in contents:
            os.replace(beside.pop(path), path)
    finally:
        for name in beside.values():
            os.unlink(name)
