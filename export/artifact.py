"""What export leaves in a folder: the module for the board, and the file that proves it right."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile, load_board
from .graph import Graph
from .header import macs
from .inputs import units_of
from .reference import execute, to_counts
from .serialize import dump, graph_from_json, graph_to_json
from .verify import verify


@dataclass(frozen=True)
class Artifact:
    """A written module, with the graph that it has to agree with and rows to try.

    `inputs` are rows as `predict` takes them; `targets` has a class index, a number or None for
    each. `info` may hold the accuracy: "samples", "float", "integer".
    """

    path: Path
    graph: Graph
    board: BoardProfile
    sha256: str
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
        return {self.path.name: self.path.read_bytes()}

    @property
    def intact(self) -> bool:
        """True if the module is the very file that export wrote."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest() == self.sha256

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return macs(self.graph)

    @property
    def kind(self) -> str:
        """`classifier` or `regression`."""
        return "regression" if next(self.graph.only("measure"), None) else "classifier"

    def expected(self, rows: npt.ArrayLike | None = None) -> list[dict[str, Any]]:
        """Return what the board has to answer for each row (default: `inputs`).

        Each answer has "scores" (integers), for classifiers "predict" (a class index), and
        "probabilities" (Q15 integers) where the module has them.
        """
        values = execute(self.graph, to_counts(self.graph, self.inputs if rows is None else rows))
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
    module: str,
    rows: npt.NDArray[Any],
    targets: list[Any],
    info: dict[str, Any],
) -> Artifact:
    """Write `<name>.py` and `<name>.json` beside their final names, then rename both.

    To the given rows come the extremes of the input: all smallest, all largest, and both mixed.

    Raises
    ------
    ThumbnetError
        If the folder cannot be made or written.

    """
    inputs = readings(graph, to_counts(graph, rows) if len(rows) else rows)
    inputs += readings(graph, extremes(graph))
    data = module.encode("utf-8")
    artifact = Artifact(
        Path(folder) / f"{graph.name}.py",
        graph,
        board,
        hashlib.sha256(data).hexdigest(),
        inputs,
        [*targets, *[None] * (len(inputs) - len(targets))],
        info,
    )
    document = {
        "digest": "",
        "board": board.name,
        "sha256": artifact.sha256,
        "info": info,
        "graph": graph_to_json(graph),
        "targets": artifact.targets,
        "inputs": artifact.inputs,
    }
    document["digest"] = _digest(document)
    try:
        artifact.path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(
            {artifact.path: data, artifact.path.with_suffix(".json"): dump(document).encode()}
        )
    except OSError as error:
        raise ThumbnetError(
            f"cannot write {artifact.path.parent}: {error.strerror or error}: "
            "choose another folder with -o, or free some space"
        ) from error
    return artifact


def load_artifact(path: str | os.PathLike[str]) -> Artifact:
    """Return the artifact whose module is at `path`.

    Raises
    ------
    ThumbnetError
        If the module or its `.json` is missing or damaged, or the graph in it is not sound.

    """
    module = Path(path)
    if not module.is_file():
        raise ThumbnetError(f"{module}: no such module: give the .py that `thumbnet export` wrote")
    sidecar = module.with_suffix(".json")
    if module.suffix != ".py" or not sidecar.is_file():
        raise ThumbnetError(
            f"{module}: {sidecar.name} is not beside it: "
            "give the .py that `thumbnet export` wrote and keep the two files together"
        )
    try:
        document = json.loads(sidecar.read_text(encoding="utf-8"))
        if document["digest"] != _digest(document):
            raise ValueError("its digest is another")
        graph = verify(graph_from_json(document["graph"]))
        fields = {key: document[key] for key in ("sha256", "inputs", "targets", "info")}
        board = load_board(document["board"])
    except (ValueError, KeyError, TypeError, ThumbnetError) as error:
        raise ThumbnetError(f"{sidecar}: truncated or edited ({error}): export again") from error
    if graph.name != module.stem:
        raise ThumbnetError(
            f"{module} holds the network {graph.name!r}: rename it back to {graph.name}.py, with "
            f"its .json, or export it with --name {module.stem}"
        )
    return Artifact(module, graph, board, **fields)


def readings(graph: Graph, counts: npt.ArrayLike) -> list[list[int | float]]:
    """Return counts as the numbers that `predict` takes: raw units, whole where they are."""
    units = units_of(graph)
    counts = np.asarray(counts, dtype=np.int64)
    if np.all(units == 1):
        return counts.tolist()  # type: ignore[no-any-return]
    return (counts / units).tolist()  # type: ignore[no-any-return]


def extremes(graph: Graph) -> npt.NDArray[np.int64]:
    """Return rows of counts at the ends of the accepted range: low, high, and both in turn."""
    (size,) = graph.tensors[graph.input].shape
    low, high = (
        np.broadcast_to(graph.nodes[0].attributes[key], (size,)) for key in ("minimum", "maximum")
    )
    odd = np.arange(size) % 2 == 1
    return np.stack([low, high, np.where(odd, high, low), np.where(odd, low, high)])


def _digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of everything but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _write_whole(contents: dict[Path, bytes]) -> None:
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
