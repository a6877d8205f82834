"""The files that an export writes: the module for the board, and the data to verify it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from thumbnet.trainer import TableColumns, ThumbnetError, locked, writing_in

from ..boards.profile import BoardProfile
from ..cost.network_size import macs
from ..emit.text_literals import Texts
from ..graph.graph import Graph
from ..graph.serialization import dump, graph_to_json
from ..kernels.build import Build
from ..ops.answer import answer_kind
from ..ops.input import takes_bytes
from ..stages.reference import to_counts
from .expected_answers import expected_answers
from .module_labels import labels_in
from .read_contents import check_contents, check_text, check_work, read_document
from .replaced_files import left_behind
from .stored_inputs import inputs_to_json
from .stream_vectors import stream_answers, stream_windows
from .text_columns import with_texts
from .vector_rows import extremes, readings
from .written_files import SUFFIXES, check_case, check_listed, digests, read_files

MOST_SAID = 500
"""Characters of a fault that are shown: names in a file may be long."""


@dataclass(frozen=True)
class Artifact:
    """A written module, the graph that it must agree with, and test vectors.

    Attributes
    ----------
    path
        The module: `.py`, `.mpy`, or the `.hex` that contains it.
    graph
        The integer graph after stage "fuse".
    board, build
        The profile of the board, and how the network was built for it.
    digests
        The SHA-256 of every file that goes on the board, by file name.
    inputs
        Rows (n, features) as `predict` takes them.
    targets
        A class index, a number or None for each row.
    info
        May contain the accuracy: "samples", "float", "integer".
    files
        All files that go on the board, contents by file name, as they were when this was loaded.
    texts
        The texts that are inputs, see `text_columns`.
    about
        What the network does not need, but its users: "labels" if the module does not show them,
        and "table", the columns of the training.

    """

    path: Path
    graph: Graph
    board: BoardProfile
    build: Build
    digests: dict[str, str]
    inputs: list[list[int | float]]
    targets: list[int | float | None]
    info: dict[str, Any]
    files: dict[str, bytes]
    texts: Texts = ()
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name under which the board imports the module."""
        return self.graph.name

    @property
    def edited(self) -> list[str]:
        """The files that are not what the export wrote."""
        now = digests(self.files)
        return [name for name, digest in self.digests.items() if now[name] != digest]

    @property
    def intact(self) -> bool:
        """True if no file has changed since the export."""
        return not self.edited

    @property
    def mpy(self) -> bool:
        """True if the module is compiled."""
        return self.path.suffix == ".mpy"

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return macs(self.graph)

    @property
    def kind(self) -> str:
        """`classifier`, `regression` or `image`."""
        return answer_kind(self.graph)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes; their numbers if the module has no others, () for numbers."""
        if self.kind != "classifier":
            return ()
        (outputs,) = self.graph.tensors["scores"].shape
        known = self.about.get("labels") or labels_in(self.path, self.files)
        return tuple(known) or tuple(map(str, range(max(outputs, 2))))

    @property
    def table(self) -> TableColumns | None:
        """The columns of the table that it was trained on; None for other networks."""
        config = self.about.get("table")
        return None if config is None else TableColumns.from_config(config)

    @property
    def rows(self) -> list[bytes | list[Any]]:
        """The `inputs` as targets take them: whole levels as bytes, which need little heap.

        Where columns have texts, as a user passes them.
        """
        if self.texts:
            return [with_texts(row, self.texts) for row in self.inputs]
        if not takes_bytes(self.graph):
            return [*self.inputs]
        return [row if float in map(type, row) else bytes(row) for row in self.inputs]  # type: ignore[arg-type]

    @property
    def windows(self) -> list[list[list[int | float]]]:
        """Windows of samples, or pieces of sound, for the module's `Stream`; empty without one."""
        return stream_windows(self.graph)

    def expected_of_windows(self) -> list[dict[str, Any]]:
        """Return the answers that the board must give for `windows`: "values" and "scores"."""
        return stream_answers(self.graph)

    def expected(self, rows: npt.ArrayLike | None = None) -> list[dict[str, Any]]:
        """Compute the answers that the board must give.

        Parameters
        ----------
        rows
            Rows (n, features) in raw units; None for `inputs`.

        Returns
        -------
        list of dict
            For each row "scores" (integers); for classifiers also "predict" (a class index), and
            "probabilities" (Q15 integers) if the module computes them; for images "predict" (the
            levels of all pixels). If it has states, each row continues the one before, and "states"
            stands for what they are after it.

        """
        counts = to_counts(self.graph, self.inputs if rows is None else rows)
        return expected_answers(self.graph, self.kind, counts)


def write_artifact(
    folder: str | os.PathLike[str],
    graph: Graph,
    board: BoardProfile,
    build: Build,
    files: Mapping[str, bytes],
    rows: npt.NDArray[Any],
    targets: list[Any],
    info: dict[str, Any],
    texts: Texts = (),
    about: dict[str, Any] | None = None,
) -> Artifact:
    """Write `files` (the module first) and `<name>.json` as one set.

    The extremes of the input are added to `rows`: all smallest, all largest, and both mixed. Files
    from an earlier export of this name that this export does not write are removed.

    Raises
    ------
    ThumbnetError
        If the folder cannot be created or written, or has a file whose name differs only in case.

    """
    inputs = readings(graph, to_counts(graph, rows) if len(rows) else rows)
    inputs += readings(graph, extremes(graph))
    artifact = Artifact(
        Path(folder) / next(iter(files)),
        graph,
        board,
        build,
        digests(files),
        inputs,
        [*targets, *[None] * (len(inputs) - len(targets))],
        info,
        dict(files),
        texts,
        about or {},
    )
    document: dict[str, Any] = {
        "digest": "",
        "board": asdict(board),
        "build": asdict(build),
        "files": artifact.digests,
        "info": info,
        "graph": graph_to_json(graph),
        "targets": artifact.targets,
        "inputs": inputs_to_json(artifact.inputs, graph),
    }
    if texts:
        document["texts"] = [list(pair) for pair in texts]
    if about:
        document["about"] = about
    document["digest"] = _digest(document)
    check_work(graph, len(inputs))
    text = check_text(dump(document))
    sidecar = artifact.path.with_suffix(".json")
    try:
        artifact.path.parent.mkdir(parents=True, exist_ok=True)
        with writing_in(artifact.path.parent) as replace:
            check_case(artifact.path.parent, [*files, sidecar.name])
            left = left_behind(sidecar, artifact.digests)
            replace({**files, sidecar.name: text.encode()})
            for path in left:
                path.unlink()
    except OSError as error:
        raise ThumbnetError(
            f"cannot write {artifact.path.parent}: {error.strerror or error}: "
            "choose another folder with -o, or free some space"
        ) from error
    return artifact


def load_artifact(path: str | os.PathLike[str]) -> Artifact:
    """Load a written module with its graph and its test vectors.

    Parameters
    ----------
    path
        The module (`.py`, `.mpy` or `.hex`), or the `.json` next to it.

    Returns
    -------
    Artifact
        The verified contents.

    Raises
    ------
    ThumbnetError
        If the module or its `.json` is missing or damaged, or the graph in it is invalid.

    """
    module = Path(path)
    if not module.parent.is_dir():
        return _load(module)
    try:
        with locked(module.parent, shared=True):  # so that no export is half done
            return _load(module)
    except OSError as error:
        raise ThumbnetError(
            f"{module}: cannot be read: {error.strerror or error}: name the file that "
            "`thumbnet export` wrote"
        ) from error


def _load(module: Path) -> Artifact:
    if module.suffix == ".json":
        beside = (module.with_suffix(suffix) for suffix in SUFFIXES)
        module = next((file for file in beside if file.is_file()), module)
    if not module.is_file():
        raise ThumbnetError(f"{module}: no such module: name the file that `thumbnet export` wrote")
    sidecar = module.with_suffix(".json")
    if module.suffix not in SUFFIXES or not sidecar.is_file():
        raise ThumbnetError(
            f"{module}: {sidecar.name} is not next to it: "
            "name the module that `thumbnet export` wrote, and keep its files together"
        )
    try:
        document = read_document(sidecar)
        if document["digest"] != _digest(document):
            raise ValueError("its digest differs")
        contents = check_contents(document)
    except (ValueError, RecursionError, ThumbnetError) as error:
        why = " ".join(str(error)[:MOST_SAID].split())
        raise ThumbnetError(f"{sidecar}: truncated or edited ({why}): export again") from error
    graph, listed = contents.graph, document["files"]
    if graph.name != module.stem:
        raise ThumbnetError(
            f"{module} contains the network {graph.name!r}: rename it and its .json back to "
            f"{graph.name}, or export it with --name {module.stem}"
        )
    listed = check_listed(module, listed)
    files = read_files(module, listed)
    return Artifact(
        *(module, graph, contents.board, contents.build, listed),
        *(contents.inputs, contents.targets, contents.info, files, contents.texts),
        about=contents.about,
    )


def _digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of everything except the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
