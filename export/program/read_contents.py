"""The contents of an artifact's `.json`, each part checked before it is used.

Whoever wrote the file can also have written its digest, so nothing here relies on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from thumbnet.trainer import ThumbnetError, json_fits, parse_json, read_bytes

from ..boards.build_for import build_for
from ..boards.load_profile import profile_of
from ..boards.profile import BoardProfile
from ..emit.check import checked
from ..emit.emittable import check_emittable
from ..emit.text_literals import Texts
from ..graph.brief import brief
from ..graph.graph import Graph
from ..graph.read_graph import only, rows
from ..graph.serialization import graph_from_json
from ..kernels.build import WEIGHTS, Build
from ..ops.answer import answer_kind
from ..stages.check_graph import verify
from ..stages.check_program import inference_steps, time_steps
from ..stages.reference import batch_rows, to_counts
from .about_network import check_about
from .stored_inputs import Row, inputs_from_json
from .stream_vectors import stream_inferences, stream_inputs
from .text_columns import check_texts

MOST_BYTES = 32_000_000
"""Size of the largest `.json`."""

MOST_STEPS = 2**35
"""Elementary steps of the reference for all vectors: about a minute."""

TIME_STEP = 2**14
"""Steps for which a time step of a layer counts, whatever the number of rows in a batch."""

MOST_BUFFER = 2**20
"""Bytes of the largest buffer for streamed weights; boards have a thousandth of that."""

KEYS = "digest board build files info graph targets inputs"
MORE = "texts about"
"""Keys that some documents have."""


@dataclass(frozen=True)
class Contents:
    """The parts of the file that describe a network, its board and its vectors."""

    graph: Graph
    board: BoardProfile
    build: Build
    inputs: list[Row]
    targets: list[Any]
    info: dict[str, Any]
    texts: Texts
    about: dict[str, Any]


def read_document(sidecar: Path) -> dict[str, Any]:
    """Return an artifact's `.json`, whose parts are unchecked.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or is too large.
    ValueError
        If it is not JSON with these parts.

    """
    if sidecar.stat().st_size > MOST_BYTES:
        raise ThumbnetError(
            f"{sidecar}: has more than {MOST_BYTES:,} bytes: export with fewer vectors"
        )
    document = parse_json(read_bytes(sidecar, MOST_BYTES).decode("utf-8"))
    more = [key for key in MORE.split() if isinstance(document, dict) and key in document]
    only(document, " ".join([KEYS, *more]))
    files = document["files"]
    if not isinstance(files, dict) or max(map(len, files), default=0) > 255:
        raise ValueError(f"files is {brief(files)}")
    return dict(document)


def check_text(text: str) -> str:
    """Return the text of an artifact's `.json`, if it is short enough to be read again.

    Raises
    ------
    ThumbnetError
        If it is not.

    """
    if len(text) > MOST_BYTES or not json_fits(text):
        raise ThumbnetError(
            f"the test vectors make a .json of {len(text):,} bytes, more than is read: export "
            "with fewer vectors"
        )
    return text


def check_contents(document: dict[str, Any]) -> Contents:
    """Return the parts of a document.

    Raises
    ------
    ThumbnetError or ValueError
        If a part is not as `write_artifact` writes it, or if the graph is invalid.

    """
    graph = verify(graph_from_json(document["graph"]))
    if graph.stage != "fuse":
        raise ValueError(f"its graph is of the stage {brief(graph.stage)}")
    check_emittable(graph)
    if graph.stream is not None and answer_kind(graph) != "classifier":
        raise ValueError("it has a Stream, but no classes")
    board = profile_of("its board", document["board"])
    build = _build(document["build"], board)
    inputs = _inputs(document["inputs"], graph)
    targets = _targets(document["targets"], graph, len(inputs))
    texts = check_texts(document.get("texts", []), graph.tensors[graph.input].shape[0])
    about = check_about(document.get("about", {}), graph)
    return Contents(graph, board, build, inputs, targets, _info(document["info"]), texts, about)


def check_work(graph: Graph, vectors: int) -> None:
    """Raise ThumbnetError if the reference would take too long for so many vectors."""
    count = vectors + stream_inferences(graph)
    batches = -(-count // batch_rows(graph))
    steps = count * inference_steps(graph) + batches * time_steps(graph) * TIME_STEP
    if steps > MOST_STEPS:
        raise ThumbnetError(
            f"{vectors:,} vectors of this network take {steps:,} steps to compute, but "
            f"{MOST_STEPS:,} is the most: export with fewer vectors"
        )


def _build(value: Any, board: BoardProfile) -> Build:
    only(value, " ".join(vars(Build())))
    tier, weights, check = value["tier"], value["weights"], value["check"]
    name = str(tier).removesuffix("_dsp")
    in_flash = (weights == "flash") == (board.delivery == "hex")
    if name not in board.tiers or weights not in WEIGHTS or not in_flash:
        raise ValueError(f"its build is for tier {brief(tier)} with weights in {brief(weights)}")
    for key in ("lanes", "parts", "viper", "terse"):
        if type(value[key]) is not bool:
            raise ValueError(f"{key} of its build is {brief(value[key])}")
    if value["lanes"] and not (name == "plain" and board.bigint):
        raise ValueError("its build has lanes, which its board has not")
    usual = build_for(board, name, weights, value["lanes"])
    if tier not in (name, usual.tier) or value["parts"] != usual.parts:
        raise ValueError("its build is not one for its board")
    least = 1 if weights == "stream" else 0
    if type(value["buffer"]) is not int or not least <= value["buffer"] <= MOST_BUFFER:
        raise ValueError(f"buffer of its build is {brief(value['buffer'])}")
    build = Build(**{**value, "check": None})
    if check is None:
        return build
    if type(check) is not int:
        raise ValueError(f"check of its build is {brief(check)}")
    return replace(build, check=checked(check, build))


def _inputs(value: Any, graph: Graph) -> list[Row]:
    inputs = inputs_from_json(value, graph)
    check_work(graph, len(inputs))
    if inputs:
        to_counts(graph, inputs)
    if graph.stream is not None:
        to_counts(graph, stream_inputs(graph.stream))
    return inputs


def _targets(value: Any, graph: Graph, count: int) -> list[Any]:
    targets = rows(value, "targets")
    if len(targets) != count:
        raise ValueError(f"there are {len(targets)} targets for {count} rows of inputs")
    numbers, outputs = answer_kind(graph) != "classifier", graph.tensors["scores"].shape[0]
    classes = max(outputs, 2)
    for target in targets:
        if target is None:
            continue
        if not numbers:
            good = type(target) is int and 0 <= target < classes
        elif outputs == 1:
            good = _is_real(target)
        else:
            good = type(target) is list and len(target) == outputs and all(map(_is_real, target))
        if not good:
            raise ValueError(f"a target is {brief(target)}")
    return targets


def _info(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 100:
        raise ValueError(f"info is {brief(value)}")
    for number in value.values():
        if number is not None and not _is_real(number):
            raise ValueError(f"a number of info is {brief(number)}")
    return value


def _is_real(value: Any) -> bool:
    if type(value) is int:
        return abs(value) < 10**18
    return type(value) is float and math.isfinite(value)
