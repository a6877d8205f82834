"""Time and memory of a module, measured on a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from thumbnet.export import Artifact, files_in_hex
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..targets import Target
from ..terminal.wording import heap_bytes
from .edited import check_intact
from .import_failures import check_kind, explain_import_failure
from .verification import finish, verify

LARGEST = 1e15
"""No time or size is as large."""

CHECKED = 5
"""Rows whose answers are compared before anything is measured."""


@dataclass(frozen=True)
class Measurement:
    """What one module costs on one target.

    Attributes
    ----------
    target
        Name of the target.
    macs
        Multiply-accumulates of one inference.
    us_per_inference
        Microseconds of one predict(), the median over the rows.
    module_bytes
        Size of all files of the module on the board.
    heap_bytes_import
        Heap that the imported module keeps; None if unknown.
    heap_bytes_per_inference
        The most heap that one predict() allocated; None if unknown.
    facts
        What the target reports about itself.
    instructions_per_inference
        The median over the rows; None if they are not counted.
    heap_bytes_free
        Heap left after the import; None if unknown.
    us_per_decision
        Microseconds of the `push` that fills a window, the median; None without a `Stream`.

    """

    target: str
    macs: int
    us_per_inference: float
    module_bytes: int
    heap_bytes_import: int | None
    heap_bytes_per_inference: int | None
    facts: JsonObject
    instructions_per_inference: int | None = None
    heap_bytes_free: int | None = None
    us_per_decision: float | None = None

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {
            "target": self.target,
            "macs": self.macs,
            "us_per_inference": self.us_per_inference,
            "us_per_decision": self.us_per_decision,
            "instructions_per_inference": self.instructions_per_inference,
            "module_bytes": self.module_bytes,
            "heap_bytes_import": self.heap_bytes_import,
            "heap_bytes_free": self.heap_bytes_free,
            "heap_bytes_per_inference": self.heap_bytes_per_inference,
        }


def bench(target: Target, artifact: Artifact, rows: int = 25, force: bool = False) -> Measurement:
    """Measure a module on a target, after a check of its answers.

    Parameters
    ----------
    target, artifact
        Where to measure, and the module.
    rows
        How many of the artifact's vectors are timed; the median is reported.
    force
        Also run a module that was edited after its export.

    Raises
    ------
    ThumbnetError
        If the module was edited, an answer is wrong, the import fails, or the target stops
        answering.

    """
    check_intact(artifact, force)
    check_kind(target, artifact)
    files = artifact.files
    name = target.stage(artifact.name, files)
    check_answers(target, artifact, name, CHECKED, force)
    with explain_import_failure(target, artifact):  # bench.py takes more heap than selftest.py
        facts, measured = measure(target, name, [*artifact.rows[:rows], *artifact.windows])
    decisions = _known(measured, "us_decision")
    heaps = _known(measured, "heap")
    instructions = _known(measured, "instructions")
    return Measurement(
        target=target.name,
        macs=artifact.macs,
        us_per_inference=round(median(_known(measured, "us")), 2),
        module_bytes=sum(len(data) for data in on_board(files).values()),
        heap_bytes_import=facts["heap_bytes_import"],
        heap_bytes_per_inference=max(heaps) if heaps else None,
        facts=facts,
        instructions_per_inference=round(median(instructions)) if instructions else None,
        heap_bytes_free=facts.get("heap_free"),
        us_per_decision=round(median(decisions), 2) if decisions else None,
    )


def check_answers(
    target: Target,
    artifact: Artifact,
    module: str,
    rows: int | None = None,
    force: bool = False,
) -> int:
    """Check the answers of a module that is on the target; return how many rows were equal.

    Parameters
    ----------
    target, artifact
        Where to run, and the module.
    module
        Its name on the target.
    rows
        How many rows to check; all, the extremes of the input included, by default.
    force
        Also run a module that was edited after its export.

    Raises
    ------
    ThumbnetError
        If an answer is wrong.

    """
    verdict = finish(verify(target, artifact, limit=rows, module=module, force=force))
    if not verdict.ok:
        raise ThumbnetError(
            f"{artifact.name} gives wrong answers on {target.name} ({verdict.reason()}): "
            "it is not timed; see `thumbnet verify`"
        )
    return verdict.equal


def measure(
    target: Target, module: str, rows: Iterable[Any]
) -> tuple[JsonObject, list[JsonObject]]:
    """Run the benchmark script; return the facts of the target, and its line for each row.

    Raises
    ------
    ThumbnetError
        If a row raised an exception there, or the target stops answering.

    """
    facts, *lines = target.run("bench", module, rows)
    lines = [line for line in lines if "end" not in line]
    for line in lines:
        if "error" in line:
            raise ThumbnetError(f"{target.name}: {target.explain(line)}")
        if not all(map(_is_number, line.values())) or not {"us", "us_decision"} & line.keys():
            raise ThumbnetError(f"{target.name}: {module} printed something else than its times")
    if not lines or "heap_bytes_import" not in facts:
        raise ThumbnetError(f"{target.name}: {module} printed no times")
    return facts, lines


def _is_number(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and 0 <= value < LARGEST)


def on_board(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files on the board; of a `.hex` those inside it, without the firmware.

    Raises
    ------
    ThumbnetError
        If the `.hex` cannot be read.

    """
    inside: dict[str, bytes] = {}
    for name, data in files.items():
        if name.lower().endswith(".hex"):
            inside.update(files_in_hex(data.decode("ascii", "replace"), name))
        else:
            inside[name] = data
    return inside


def heap_per_inference(measured: Measurement) -> str:
    """Return the heap of one predict() in words, or why it is unknown."""
    size = measured.heap_bytes_per_inference
    if size is None and measured.heap_bytes_import is not None:
        return "not measured: the heap is too tight"
    return heap_bytes(size)


def _known(lines: list[JsonObject], key: str) -> list[Any]:
    return [line[key] for line in lines if line.get(key) is not None]
