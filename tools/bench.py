"""Time and memory of a module on a target, measured there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from thumbnet.trainer import ThumbnetError

from .refusals import check_kind, explained
from .targets import JsonObject, Target
from .verify import finish, verify

if TYPE_CHECKING:
    from thumbnet.export import Artifact

CHECKED = 5  # rows whose answers are compared before anything is measured


@dataclass(frozen=True)
class Measurement:
    """What one module costs on one target.

    Attributes:
        macs: multiply-accumulates of one inference.
        us_per_inference: microseconds of one predict(), the median over the rows.
        module_bytes: size of all the files of the module on the board.
        heap_bytes_import: heap that the imported module keeps; None where Python does not tell.
        heap_bytes_per_inference: the most heap that one predict() allocated; None where unknown.
        facts: what the target said of itself.
        instructions_per_inference: the median over the rows, None where they are not counted.
        heap_bytes_free: heap that is left after the import; None where Python does not tell.
        us_per_decision: of the `push` that fills a window, the median; None without a `Stream`.
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
        """What `--json` prints."""
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


def bench(target: Target, artifact: Artifact, rows: int = 25) -> Measurement:
    """Measure a module, after a check that it answers right there.

    Args:
        rows: how many of the artifact's vectors are timed; the median is reported.

    Raises:
        ThumbnetError: a wrong answer, an import that fails, a target that stopped answering.
    """
    check_kind(target, artifact)
    files = artifact.files
    name = target.stage(artifact.name, files)
    check_answers(target, artifact, name, CHECKED)
    with explained(target, artifact):  # bench.py takes more heap than selftest.py
        facts, measured = measure(target, name, [*artifact.inputs[:rows], *artifact.windows])
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


def check_answers(target: Target, artifact: Artifact, module: str, rows: int | None = None) -> int:
    """Run rows of a module that is on the target; return how many were equal, extremes included.

    Raises:
        ThumbnetError: one was not.
    """
    verdict = finish(verify(target, artifact, limit=rows, module=module))
    if not verdict.ok:
        raise ThumbnetError(
            f"{artifact.name} answers wrong on {target.name} ({verdict.reason()}): "
            "no use timing it; see `thumbnet verify`"
        )
    return verdict.equal


def measure(
    target: Target, module: str, rows: Iterable[Any]
) -> tuple[JsonObject, list[JsonObject]]:
    """Return what the target said of itself, and its line for each row.

    Raises:
        ThumbnetError: a row raised there, or the target stopped answering.
    """
    facts, *lines, _end = target.run("bench", module, rows)
    for line in lines:
        if "error" in line:
            raise ThumbnetError(f"{target.name}: {target.explain(line)}")
    return facts, lines


def on_board(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the module's files as they are on the board, those in a `.hex` without the firmware.

    Raises:
        ThumbnetError: the `.hex` cannot be read.
    """
    inside: dict[str, bytes] = {}
    for name, data in files.items():
        if name.lower().endswith(".hex"):
            from thumbnet.export.microbit.hexfile import files_in_hex

            inside.update(files_in_hex(data.decode("ascii", "replace"), name))
        else:
            inside[name] = data
    return inside


def _known(lines: list[JsonObject], key: str) -> list[Any]:
    return [line[key] for line in lines if line.get(key) is not None]
